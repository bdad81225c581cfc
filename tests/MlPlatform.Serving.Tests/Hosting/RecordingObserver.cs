using System.Collections.Concurrent;
using MlPlatform.Core;

namespace MlPlatform.Serving.Tests;

/// <summary>Keeps what it is shown, or throws.</summary>
internal sealed class RecordingObserver : IPredictionObserver
{
    public ConcurrentQueue<Seen> All { get; } = new();

    public Exception? Failure { get; set; }

    public void Observe(in PredictionRecord record)
    {
        if (Failure is not null)
        {
            throw Failure;
        }

        All.Enqueue(
            new(
                record.Id,
                record.Layout,
                record.Route,
                record.TimeMicros,
                record.Numeric.ToArray(),
                record.Categories.ToArray(),
                record.Scores.ToArray(),
                record.Class,
                record.Segment
            )
        );
    }

    public Task FlushAsync(PredictionCheckpoint? checkpoint = null, CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task<PredictionCheckpoint?> ReadCheckpointAsync(string name, CancellationToken cancellationToken = default) =>
        Task.FromResult<PredictionCheckpoint?>(null);

    internal sealed record Seen(
        PredictionId Id,
        PredictionLayout Layout,
        PredictionRoute Route,
        long Time,
        double[] Numeric,
        ulong[] Categories,
        double[] Scores,
        int Class,
        string? Segment
    );
}
