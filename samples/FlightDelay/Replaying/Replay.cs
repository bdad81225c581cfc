using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Monitoring;
using MlPlatform.Sdk;
using MlPlatform.Serving;
using MlPlatform.Testing;

namespace FlightDelay;

/// <summary>Plays the file in its own time: three months of history and a first champion, then hour by hour what an airline would see.</summary>
/// <remarks>
/// An hour is: keep what was predicted, with the hour as checkpoint; report the landings that have become known; let the platform do what is due;
/// predict the departures. Each part may be repeated, so a process killed anywhere goes on at its last checkpoint and ends in the same state.
/// </remarks>
internal sealed class Replay(IServiceProvider services, ManualTimeProvider clock, FlightHistory history, Fault fault, Stopwatches time)
{
    private const string Checkpoint = "flight-delay-replay";
    private static readonly TimeSpan Step = TimeSpan.FromHours(1);
    private readonly IMlPlatform platform = services.GetRequiredService<IMlPlatform>();
    private readonly IPredictionObserver observer = services.GetRequiredService<IPredictionObserver>();
    private readonly IRecurringWorkRunner recurring = services.GetRequiredService<IRecurringWorkRunner>();
    private readonly IPredictor<FlightRequest, LateFlight> predictor = services.GetRequiredService<IPredictor<FlightRequest, LateFlight>>();

    /// <summary>The first hour that is replayed: the fourth month of the file.</summary>
    public DateTime Start { get; } = StartOf(history.Flights);

    /// <summary>The end of the last day.</summary>
    public DateTime End { get; } = history.Flights[^1].DepartedAt.Date.AddDays(1);

    /// <summary>The hour that the replay in this directory goes on with; null before the first.</summary>
    public async Task<DateTime?> ReadPositionAsync(CancellationToken cancellationToken) =>
        await observer.ReadCheckpointAsync(Checkpoint, cancellationToken) is { } checkpoint
            ? DateTime.ParseExact(checkpoint.State, "O", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind)
            : null;

    public async Task RunAsync(IReplayView view, CancellationToken cancellationToken)
    {
        if (Start >= End)
        {
            throw new InvalidDataException(
                $"The file ends on {End.AddDays(-1):yyyy-MM-dd}; at least four months are needed: three to begin with and one to replay."
            );
        }

        var position = await ReadPositionAsync(cancellationToken);
        if (position is null)
        {
            await BeginAsync(view, cancellationToken);
        }

        view.Say("replaying, hour by hour");
        for (var hour = position ?? Start; hour < End; hour += Step)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await HourAsync(hour, cancellationToken);
            if (hour.Hour == 0)
            {
                await view.ShowAsync(hour, cancellationToken);
            }
        }

        await CloseAsync(cancellationToken);
        await view.ShowAsync(End, cancellationToken);
    }

    /// <summary>The history up to the start, and a first champion from it.</summary>
    private async Task BeginAsync(IReplayView view, CancellationToken cancellationToken)
    {
        clock.Set(At(Start));
        view.Say($"reporting the landings known by {Start:yyyy-MM-dd}");
        using (time.Measure("back-fill of features"))
        {
            await ReportAsync(DateTime.MinValue, Start, cancellationToken);
        }

        view.Say("training the first champion");
        using (time.Measure("training, gates, rollouts"))
        {
            if ((await platform.Pipelines.ListRunsAsync(FlightModel.Pipeline, 1, cancellationToken)).Count == 0)
            {
                await platform.Pipelines.RunAsync<TrainFlightDelay, TrainParameters>(new(), cancellationToken: cancellationToken);
            }

            await platform.Pipelines.SettleAsync(cancellationToken);
        }

        if (await platform.Models.GetAliasAsync(FlightModel.Name, FlightModel.Alias, cancellationToken) is null)
        {
            var run = (await platform.Pipelines.ListRunsAsync(FlightModel.Pipeline, 1, cancellationToken))[0];
            throw new InvalidOperationException(
                $"The first training gave no champion: the run ended as {run.State}. {run.Steps.FirstOrDefault(s => s.Error is not null)?.Error}"
            );
        }
    }

    private async Task HourAsync(DateTime hour, CancellationToken cancellationToken)
    {
        // Before anything else changes: predictions up to here, and where to go on, commit together.
        using (time.Measure("keeping predictions"))
        {
            await observer.FlushAsync(new(Checkpoint, hour.ToString("O", CultureInfo.InvariantCulture)), cancellationToken);
        }

        clock.Set(At(hour));
        using (time.Measure("landings and labels"))
        {
            await ReportAsync(hour - Step, hour, cancellationToken);
        }

        await SettleAsync(cancellationToken);
        using (time.Measure("predictions"))
        {
            await PredictAsync(hour, cancellationToken);
        }
    }

    /// <summary>What the platform does by itself at this time: monitors, triggers, pipelines, rollouts.</summary>
    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        using (time.Measure("monitoring"))
        {
            await recurring.RunDueAsync(cancellationToken);
        }

        using (time.Measure("training, gates, rollouts"))
        {
            await platform.Pipelines.SettleAsync(cancellationToken);
            await platform.Server.RefreshAsync(FlightModel.Name, cancellationToken);
        }
    }

    /// <summary>Landings that became known after one time and by another: events for the features, and the truth for the predictions.</summary>
    private async Task ReportAsync(DateTime after, DateTime by, CancellationToken cancellationToken)
    {
        var first = after == DateTime.MinValue ? 0 : history.IndexAt((after - Flight.KnownAfter).AddTicks(1));
        var last = history.IndexAt((by - Flight.KnownAfter).AddTicks(1));
        var landings = new List<Landing>(last - first);
        var outcomes = new List<Outcome>();
        for (var i = first; i < last; i++)
        {
            var flight = history.Flights[i];
            if (!fault.Reports(flight))
            {
                continue;
            }

            landings.Add(Landing.Of(flight));
            if (flight.DepartedAt >= Start)
            {
                outcomes.Add(new(IdOf(flight), fault.Truth(flight) ? 1 : 0, At(flight.KnownAt)));
            }
        }

        if (landings.Count > 0)
        {
            await platform.Features.PushAsync(FlightFeatures.Source, landings, cancellationToken: cancellationToken);
        }

        if (outcomes.Count > 0)
        {
            await platform.Monitoring.RecordOutcomesAsync(outcomes, cancellationToken);
        }
    }

    private async Task PredictAsync(DateTime hour, CancellationToken cancellationToken)
    {
        for (var i = history.IndexAt(hour); i < history.Flights.Count && history.Flights[i].DepartedAt < hour + Step; i++)
        {
            var flight = fault.AtDeparture(history.Flights[i]);
            clock.Set(At(flight.DepartedAt));
            var request = new FlightRequest(flight.Origin, flight.Destination, At(flight.DepartedAt), flight.Distance);
            await predictor.PredictAsync(request, new PredictOptions { Id = IdOf(flight) }, cancellationToken);
        }
    }

    /// <summary>The labels of the last flights, and a last look of the monitors.</summary>
    private async Task CloseAsync(CancellationToken cancellationToken)
    {
        for (var hour = End; hour <= End + Flight.KnownAfter + Step; hour += Step)
        {
            await observer.FlushAsync(new(Checkpoint, End.ToString("O", CultureInfo.InvariantCulture)), cancellationToken);
            clock.Set(At(hour));
            await ReportAsync(hour - Step, hour, cancellationToken);
            await SettleAsync(cancellationToken);
        }
    }

    /// <summary>A flight always gets the same prediction id, so that a repeated hour changes nothing: UUIDv7 of its departure and number.</summary>
    private static PredictionId IdOf(Flight flight)
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes, At(flight.DepartedAt).ToUnixTimeMilliseconds() << 16);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(bytes[12..], flight.Number);
        bytes[6] = 0x70;
        bytes[8] = 0x80;
        return new(new Guid(bytes, bigEndian: true));
    }

    private static DateTimeOffset At(DateTime time) => new(time, TimeSpan.Zero);

    /// <summary>Three months of history come first.</summary>
    public static DateTime StartOf(IReadOnlyList<Flight> flights) =>
        new DateTime(flights[0].DepartedAt.Year, flights[0].DepartedAt.Month, 1).AddMonths(3);
}
