using MlPlatform.Pipelines.Internal;

namespace MlPlatform.Pipelines;

/// <summary>Takes the description of a pipeline. Bodies run later, in any process that has the pipeline registered, and perhaps more than once.</summary>
/// <remarks>
/// Effects in the metadata database belong into <see cref="StepContext.OnCommit"/>, which happens exactly once; effects elsewhere carry
/// <see cref="StepContext.IdempotencyKey"/>.
/// </remarks>
/// <typeparam name="TParams">The parameters of a run.</typeparam>
public sealed class PipelineBuilder<TParams>
    where TParams : notnull
{
    internal PipelineBuilder() { }

    internal List<StepNode> Nodes { get; } = [];

    internal List<string> Findings { get; } = [];

    /// <summary>A step without inputs, or one that reads the outputs of the steps named by <see cref="StepRef{T}.After"/>.</summary>
    public StepRef<T> Step<T>(string name, Func<StepContext<TParams>, CancellationToken, Task<T>> body) =>
        Add<T>(StepKind.Step, name, body, [], async (c, ct) => c.Done(await body(Typed(c), ct).ConfigureAwait(false)));

    /// <summary>A step with one input.</summary>
    public StepRef<T> Step<TInput, T>(
        string name,
        StepRef<TInput> input,
        Func<StepContext<TParams>, TInput, CancellationToken, Task<T>> body
    ) => Add<T>(StepKind.Step, name, body, [input], async (c, ct) => c.Done(await body(Typed(c), c.Get(input), ct).ConfigureAwait(false)));

    /// <summary>A step with two inputs.</summary>
    public StepRef<T> Step<TFirst, TSecond, T>(
        string name,
        StepRef<TFirst> first,
        StepRef<TSecond> second,
        Func<StepContext<TParams>, TFirst, TSecond, CancellationToken, Task<T>> body
    ) =>
        Add<T>(
            StepKind.Step,
            name,
            body,
            [first, second],
            async (c, ct) => c.Done(await body(Typed(c), c.Get(first), c.Get(second), ct).ConfigureAwait(false))
        );

    /// <summary>A body for each item of a list in the parameters; gives the results in the items' order.</summary>
    public StepRef<IReadOnlyList<T>> Map<TItem, T>(
        string name,
        Func<TParams, IReadOnlyList<TItem>> items,
        Func<StepContext<TParams>, TItem, CancellationToken, Task<T>> body
    ) => AddMap(name, [], c => items(Typed(c).Params), body);

    /// <summary>A body for each item of another step's output; gives the results in the items' order.</summary>
    public StepRef<IReadOnlyList<T>> Map<TItem, T>(
        string name,
        StepRef<IReadOnlyList<TItem>> items,
        Func<StepContext<TParams>, TItem, CancellationToken, Task<T>> body
    ) => AddMap(name, [items], c => c.Get(items), body);

    /// <summary>Judges an input. Anything but Pass ends the run as gate failed, once the steps that do not depend on it are done.</summary>
    public StepRef<GateResult> Gate<TInput>(
        string name,
        StepRef<TInput> input,
        Func<StepContext<TParams>, TInput, CancellationToken, Task<GateResult>> body
    ) =>
        Add<GateResult>(
            StepKind.Gate,
            name,
            body,
            [input],
            async (c, ct) => StepOutcome.Judge(await body(Typed(c), c.Get(input), ct).ConfigureAwait(false))
        );

    /// <summary>Waits until a check says that it is over; between checks it holds no thread, slot or lease.</summary>
    public StepRef<T> Wait<TInput, T>(
        string name,
        StepRef<TInput> input,
        Func<StepContext<TParams>, TInput, CancellationToken, Task<WaitResult<T>>> check
    ) =>
        Add<T>(
            StepKind.Wait,
            name,
            check,
            [input],
            async (c, ct) =>
            {
                var result = await check(Typed(c), c.Get(input), ct).ConfigureAwait(false);
                return result.IsDone ? c.Done(result.Value!) : StepOutcome.Suspend(new(result.Due, result.Types, result.Subject));
            }
        );

    /// <summary>Waits until somebody with a role approves the input; see <see cref="IPipelineRunner.ApproveAsync"/>. Rejection and expiry end the run as gate failed.</summary>
    /// <param name="name">The step's name.</param>
    /// <param name="input">What is approved: the approval holds for the digest of its output.</param>
    /// <param name="role">The role that may approve.</param>
    /// <param name="expires">How long it waits, in platform time.</param>
    public StepRef<Approval> Approve(string name, StepRef input, string role, TimeSpan expires)
    {
        ArgumentNullException.ThrowIfNull(input);
        var approval = Add<Approval>(StepKind.Approve, name, null, [input], (_, _) => Task.FromResult(StepOutcome.Ask()));
        approval.Node.Role = role;
        approval.Node.Expires = expires;
        return approval;
    }

    private StepRef<IReadOnlyList<T>> AddMap<TItem, T>(
        string name,
        StepRef[] inputs,
        Func<StepContext, IReadOnlyList<TItem>> items,
        Func<StepContext<TParams>, TItem, CancellationToken, Task<T>> body
    )
    {
        var map = Add<IReadOnlyList<T>>(
            StepKind.Map,
            name,
            body,
            inputs,
            async (c, ct) => c.Done(await body(Typed(c), c.Item<TItem>(), ct).ConfigureAwait(false))
        );
        map.Node.Items = c => [.. items(c).Select(c.ItemText)];
        return map;
    }

    private StepRef<T> Add<T>(
        StepKind kind,
        string name,
        Delegate? code,
        StepRef[] inputs,
        Func<StepContext, CancellationToken, Task<StepOutcome>> run
    )
    {
        var node = new StepNode(Nodes, kind, name, typeof(T), code, run);
        Nodes.Add(node);
        Array.ForEach(inputs, i => node.DependOn(i, onEnd: false));
        return new(node);
    }

    private static StepContext<TParams> Typed(StepContext context) => (StepContext<TParams>)context;
}
