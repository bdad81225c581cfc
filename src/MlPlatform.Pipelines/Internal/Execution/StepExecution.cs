namespace MlPlatform.Pipelines.Internal;

/// <summary>One attempt of one step in this process: what it runs on, and what is to be committed with it.</summary>
internal sealed class StepExecution(PipelineGraph graph, StepNode node, RunHeader run, StepLease step) : IDisposable
{
    private readonly CancellationTokenSource lost = new();

    public PipelineGraph Graph { get; } = graph;

    public StepNode Node { get; } = node;

    public RunHeader Run { get; } = run;

    public StepLease Step { get; } = step;

    public required IServiceProvider Services { get; init; }

    public required IArtifactStore Artifacts { get; init; }

    public long Seed { get; } = StepSeed.Of(run.Seed, node.Name, step.MapIndex);

    /// <summary>Outputs of the steps before this one, by number.</summary>
    public IReadOnlyDictionary<int, StepInput> Inputs { get; set; } = new Dictionary<int, StepInput>();

    public List<Func<IUnitOfWork, Task>> Effects { get; } = [];

    public List<ArtifactDigest> Kept { get; } = [];

    public List<(AssetRef From, AssetRef To, string Relation)> Links { get; } = [];

    public StepProgress? Progress { get; set; }

    /// <summary>Cancelled when the lease is lost or the run cancelled.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>Whether the lease passed on; otherwise <see cref="Lost"/> means that the run was cancelled.</summary>
    public bool IsLeaseLost { get; private set; }

    public void Stop(bool leaseLost)
    {
        IsLeaseLost |= leaseLost;
        try
        {
            lost.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended.
        }
    }

    public byte[]? FindInput(StepNode from)
    {
        if (!Node.Edges.Exists(e => e.From == from))
        {
            throw new InvalidOperationException(
                $"Step '{Node.Name}' reads '{from.Name}' without declaring it: pass it as an input, or add .After({from.Name})."
            );
        }

        return Inputs.TryGetValue(Graph.NumberOf(from), out var input) ? input.Bytes : null;
    }

    public void Dispose() => lost.Dispose();
}
