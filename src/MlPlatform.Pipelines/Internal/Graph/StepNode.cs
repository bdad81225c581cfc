namespace MlPlatform.Pipelines.Internal;

/// <summary>A step as defined. Its place in the definition is its number in the journal.</summary>
internal sealed class StepNode(
    List<StepNode> graph,
    StepKind kind,
    string name,
    Type output,
    Delegate? code,
    Func<StepContext, CancellationToken, Task<StepOutcome>> run
)
{
    public StepKind Kind { get; } = kind;

    public string Name { get; } = name;

    public Type Output { get; } = output;

    /// <summary>The user's delegate, for the code hash.</summary>
    public Delegate? Code { get; } = code;

    /// <summary>The hash of that code with what it has captured, taken when the definition was complete; null unless the step is cached.</summary>
    public string? CodeHash { get; set; }

    public Func<StepContext, CancellationToken, Task<StepOutcome>> Run { get; } = run;

    /// <summary>The definition that the node belongs to.</summary>
    public List<StepNode> Graph { get; } = graph;

    public List<StepEdge> Edges { get; } = [];

    public List<Func<StepContext, bool>> Conditions { get; } = [];

    public List<Delegate> ConditionCode { get; } = [];

    /// <summary>The items of a map, each as JSON.</summary>
    public Func<StepContext, IReadOnlyList<string>>? Items { get; set; }

    public int Retries { get; set; }

    public Backoff Backoff { get; set; } = Backoff.Default;

    public TimeSpan? Timeout { get; set; }

    public CachePolicy Cache { get; set; }

    public int? Parallelism { get; set; }

    public bool Durable { get; set; }

    public string? Role { get; set; }

    public TimeSpan? Expires { get; set; }

    public Durability Durability => Durable || Kind is StepKind.Gate or StepKind.Approve ? Durability.Power : Durability.Process;

    public void DependOn(StepRef step, bool onEnd)
    {
        ArgumentNullException.ThrowIfNull(step);
        var known = Edges.FindIndex(e => e.From == step.Node);
        if (known < 0)
        {
            Edges.Add(new(step.Node, onEnd));
        }
        else if (!onEnd)
        {
            Edges[known] = new(step.Node, OnEnd: false); // The stricter wish holds.
        }
    }
}
