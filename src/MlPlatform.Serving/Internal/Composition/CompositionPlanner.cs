using System.Globalization;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Opens the members of a composed model, composed ones with all that is in them, and checks that everything fits. Used once.</summary>
internal sealed class CompositionPlanner(IModelSource source)
{
    private const double LargestExact = 9007199254740991; // Above it, different integers are one double.
    private readonly Dictionary<ArtifactDigest, OpenedModel> leaves = [];
    private readonly List<ModelVersionId> within = [];
    private int nodes;

    /// <summary>The members that are no composed models, each once.</summary>
    public IReadOnlyDictionary<ArtifactDigest, OpenedModel> Leaves => leaves;

    /// <param name="self">The version that is composed; null for one to be.</param>
    /// <param name="root">Its nodes.</param>
    /// <param name="cancellationToken">Cancels reading.</param>
    /// <exception cref="InvalidModelPackageException">Something does not fit, is too large, or is not what it was when the model was composed.</exception>
    /// <exception cref="AssetNotFoundException">A member is not there.</exception>
    public Task<CompositionPlan> PlanAsync(ModelVersionId? self, ModelNode root, CancellationToken cancellationToken)
    {
        if (self is not null)
        {
            within.Add(self);
        }

        return PlanAsync("root", root, 1, [], cancellationToken);
    }

    /// <summary>Why two signatures are not the same; null when they are, but for what columns are said to mean.</summary>
    private static string? Difference(string side, IReadOnlyList<DataColumn> expected, IReadOnlyList<DataColumn> actual) =>
        expected.Count == actual.Count && expected.Zip(actual).All(p => SameName(p.First, p.Second) && IsSameType(p.First, p.Second))
            ? null
            : $"{side}s are {string.Join(", ", actual)}, not {string.Join(", ", expected)}";

    private async Task<CompositionPlan> PlanAsync(
        string path,
        ModelNode node,
        int depth,
        IReadOnlyList<DataColumn> outside,
        CancellationToken cancellationToken
    )
    {
        CompositionLimits.CheckDepth(depth);
        CompositionLimits.CheckCount(++nodes);
        switch (node)
        {
            case MemberNode member:
                return await PlanMemberAsync(path, member, depth, cancellationToken).ConfigureAwait(false);
            case SequenceNode sequence:
                var steps = new List<CompositionPlan>();
                var known = outside.ToList();
                for (var i = 0; i < sequence.Steps.Count; i++)
                {
                    var step = await PlanAsync(Name(path, "step", i), sequence.Steps[i], depth + 1, known, cancellationToken)
                        .ConfigureAwait(false);
                    steps.Add(step);
                    Learn(known, step.Inputs);
                    known.RemoveAll(k => step.Outputs.Any(o => SameName(o, k)));
                    known.AddRange(step.Outputs);
                }

                return Sequence(path, steps);
            case EnsembleNode ensemble:
                return Ensemble(
                    path,
                    ensemble,
                    await PlanAllAsync(path, "member", ensemble.Members, depth, outside, cancellationToken).ConfigureAwait(false)
                );
            default:
                var choice = (SwitchNode)node;
                var members = await PlanAllAsync(path, "case", choice.Members, depth, outside, cancellationToken).ConfigureAwait(false);
                members.Add(
                    await PlanAsync($"{path}/otherwise", choice.Otherwise, depth + 1, outside, cancellationToken).ConfigureAwait(false)
                );
                return Switch(path, choice, members, outside);
        }
    }

    private async Task<List<CompositionPlan>> PlanAllAsync(
        string path,
        string word,
        IReadOnlyList<ModelNode> all,
        int depth,
        IReadOnlyList<DataColumn> outside,
        CancellationToken cancellationToken
    )
    {
        var plans = new List<CompositionPlan>();
        var known = outside.ToList();
        for (var i = 0; i < all.Count; i++)
        {
            plans.Add(await PlanAsync(Name(path, word, i), all[i], depth + 1, known, cancellationToken).ConfigureAwait(false));
            Learn(known, plans[i].Inputs);
        }

        return plans;
    }

    private async Task<CompositionPlan> PlanMemberAsync(string path, MemberNode member, int depth, CancellationToken cancellationToken)
    {
        if (
            within.Exists(w =>
                string.Equals(w.Name, member.Reference.Name, StringComparison.Ordinal) && w.Version == member.Reference.Version
            )
        )
        {
            throw Wrong(path, $"{member.Reference} contains itself, by way of {string.Join(", ", within)}");
        }

        var opened = await source.OpenAsync(member.Reference, cancellationToken).ConfigureAwait(false);
        var digest = opened.Package.Digest;
        if (member.Digest is { } pinned && pinned != digest)
        {
            throw Wrong(path, $"{opened.Id} is {digest}; it was {pinned} when this model was composed, and must be the same");
        }

        var manifest = opened.Package.Manifest;
        ModelRuntimes.CheckColumns(opened.Id, manifest.Signature, mayVary: true); // Whether its runtime takes it is seen when it is loaded.
        var version = ModelReference.ByVersion(opened.Id.Name, opened.Id.Version);
        var node = new MemberNode(version, digest, member.InputNames, member.OutputNames);
        path = $"{path}:{opened.Id}";
        Func<IReadOnlyDictionary<ArtifactDigest, IModelRunner>, IModelRunner> make;
        if (string.Equals(manifest.Runtime.Kind, ModelRuntime.Composed, StringComparison.Ordinal))
        {
            within.Add(opened.Id);
            var root = await ReadAsync(opened, cancellationToken).ConfigureAwait(false);
            var plan = await PlanAsync(path, root, depth + 1, [], cancellationToken).ConfigureAwait(false);
            within.RemoveAt(within.Count - 1);
            Check(opened.Id, manifest.Signature, plan);
            make = plan.Make;
        }
        else
        {
            leaves[digest] = opened;
            make = runners => new MemberRunner(opened.Id, runners[digest]);
        }

        return new(
            path,
            node,
            Rename(path, "input", manifest.Signature.Inputs, member.InputNames),
            Rename(path, "output", manifest.Signature.Outputs, member.OutputNames),
            make
        );
    }

    /// <summary>The nodes of a composed version.</summary>
    private static async Task<ModelNode> ReadAsync(OpenedModel opened, CancellationToken cancellationToken)
    {
        var file =
            opened.Package.Manifest.Find(ModelFileRole.Model)
            ?? throw new InvalidModelPackageException($"{opened.Id} has no file with the role 'model'.");
        return CompositionFile.Read(await opened.Package.ReadAsync(file.Path, cancellationToken).ConfigureAwait(false));
    }

    /// <exception cref="InvalidModelPackageException">The signature is not what the members make.</exception>
    public static void Check(ModelVersionId id, ModelSignature signature, CompositionPlan plan)
    {
        var difference = Difference("input", plan.Inputs, signature.Inputs) ?? Difference("output", plan.Outputs, signature.Outputs);
        if (difference is not null)
        {
            throw new InvalidModelPackageException($"{id} is not what its signature says: its {difference}.");
        }
    }

    private static CompositionPlan Sequence(string path, List<CompositionPlan> steps)
    {
        Require(path, steps.Count > 0, "a sequence has at least one step");
        var inputs = new List<DataColumn>();
        var wires = new List<Wire[]>();
        for (var i = 0; i < steps.Count; i++)
        {
            wires.Add([.. steps[i].Inputs.Select(c => FindWire(steps, i, c) ?? new Wire(-1, AddInput(steps[i].Path, inputs, c)))]);
        }

        for (var i = 0; i < steps.Count - 1; i++)
        {
            var step = i;
            Require(
                steps[i].Path,
                wires.Skip(i + 1).Any(w => Array.Exists(w, x => x.Step == step)),
                $"no later step reads any of its outputs, {string.Join(", ", steps[i].Outputs)}; rename them, or leave it out"
            );
        }

        return new(
            path,
            new SequenceNode([.. steps.Select(s => s.Pinned)]),
            inputs,
            steps[^1].Outputs,
            runners => new SequenceRunner(inputs, steps[^1].Outputs, [.. steps.Select(s => s.Make(runners))], wires)
        );
    }

    private static Wire? FindWire(List<CompositionPlan> steps, int before, DataColumn input)
    {
        for (var i = before - 1; i >= 0; i--)
        {
            var index = IndexOf(steps[i].Outputs, input.Name);
            if (index >= 0)
            {
                var output = steps[i].Outputs[index];
                Require(steps[before].Path, MayBecome(output, input), $"takes '{input}', but {steps[i].Path} gives '{output}'");
                return new(i, index);
            }
        }

        return null;
    }

    private static CompositionPlan Ensemble(string path, EnsembleNode node, List<CompositionPlan> members)
    {
        Require(path, members.Count > 0, "an ensemble has at least one member");
        if (node.Weights is { } weights)
        {
            Require(
                path,
                weights.Count == members.Count && weights.All(w => double.IsFinite(w) && w > 0) && double.IsFinite(weights.Sum()),
                $"has {members.Count} members and the weights {string.Join(", ", weights.Select(w => w.ToString(CultureInfo.InvariantCulture)))}; each member has one, finite and above 0"
            );
        }

        var inputs = new List<DataColumn>();
        var (from, to) = Side(members, inputs);
        double[] counts = node.Weights is null ? [.. members.Select(_ => 1.0)] : [.. node.Weights];
        return new(
            path,
            new EnsembleNode([.. members.Select(m => m.Pinned)], node.Weights),
            inputs,
            members[0].Outputs,
            runners => new EnsembleRunner(inputs, members[0].Outputs, [.. members.Select(m => m.Make(runners))], from, to, counts)
        );
    }

    private static CompositionPlan Switch(string path, SwitchNode node, List<CompositionPlan> members, IReadOnlyList<DataColumn> outside)
    {
        Require(path, node.Cases.Count > 0, "a switch has at least one case");
        Require(path, !string.IsNullOrWhiteSpace(node.Column), "a switch needs the name of its column");
        var isText = node.Cases[0].Text is not null;
        Require(path, node.Cases.All(c => (c.Text is not null) == isText), "a switch compares with texts or with numbers, not with both");
        Require(path, node.Cases.Distinct().Count() == node.Cases.Count, "a case is there twice");
        var inputs = new List<DataColumn>();
        var (from, to) = Side(members, inputs);
        var column = IndexOf(inputs, node.Column);
        if (column < 0)
        {
            column = inputs.Count;
            inputs.Add(
                outside.FirstOrDefault(c => string.Equals(c.Name, node.Column, StringComparison.Ordinal))
                    ?? new(node.Column, isText ? DataType.String : DataType.Int64)
            );
        }

        var on = inputs[column];
        Require(
            path,
            (on.Type == DataType.String) == isText && BufferLayout.ElementsPerRow(on) == 1,
            $"compares '{on}' with {(isText ? "texts" : "numbers")}"
        );
        if (!isText)
        {
            var isFloating = ElementTypes.IsFloating(on.Type);
            var wrong = node.Cases.FirstOrDefault(c =>
                !double.IsFinite(c.Number) || (!isFloating && (Math.Abs(c.Number) > LargestExact || c.Number != Math.Truncate(c.Number)))
            );
            Require(path, wrong == default, string.Create(CultureInfo.InvariantCulture, $"'{on}' is never {wrong.Number}"));
        }

        return new(
            path,
            new SwitchNode(node.Column, node.Cases, [.. members.SkipLast(1).Select(m => m.Pinned)], members[^1].Pinned),
            inputs,
            members[0].Outputs,
            runners => new SwitchRunner(
                inputs,
                members[0].Outputs,
                [.. members.Select(m => m.Make(runners))],
                from,
                to,
                column,
                [.. node.Cases.Select(c => c with { Number = ElementTypes.Round(on.Type, c.Number) })]
            )
        );
    }

    /// <summary>Members side by side: the inputs of all together, and the same outputs of each.</summary>
    /// <returns>For each member where its inputs come from, and where its outputs go to.</returns>
    private static (List<int[]> From, List<int[]> To) Side(List<CompositionPlan> members, List<DataColumn> inputs)
    {
        var from = new List<int[]>();
        var to = new List<int[]>();
        var outputs = members[0].Outputs;
        if (outputs.FirstOrDefault(BufferLayout.HasVariableRows) is { } open)
        {
            throw Wrong(members[0].Path, $"gives '{open}', whose rows vary in shape; side by side members give rows of one shape");
        }

        foreach (var member in members)
        {
            from.Add([.. member.Inputs.Select(c => AddInput(member.Path, inputs, c))]);
            foreach (var output in member.Outputs)
            {
                var index = IndexOf(outputs, output.Name);
                Require(
                    member.Path,
                    index >= 0 && IsSameType(outputs[index], output),
                    index >= 0
                        ? $"gives '{output}', but {members[0].Path} gives '{outputs[index]}'"
                        : $"gives '{output}', which {members[0].Path} does not"
                );
            }

            foreach (var output in outputs)
            {
                Require(member.Path, IndexOf(member.Outputs, output.Name) >= 0, $"does not give '{output}', as {members[0].Path} does");
            }

            to.Add([.. member.Outputs.Select(c => IndexOf(outputs, c.Name))]);
        }

        return (from, to);
    }

    /// <summary>Adds what a node takes from outside to what is known of there, so that a switch finds the type of its column.</summary>
    private static void Learn(List<DataColumn> known, IReadOnlyList<DataColumn> inputs) =>
        known.AddRange(inputs.Where(i => !known.Exists(k => SameName(k, i))));

    private static int AddInput(string path, List<DataColumn> inputs, DataColumn column)
    {
        var index = IndexOf(inputs, column.Name);
        if (index < 0)
        {
            inputs.Add(column);
            return inputs.Count - 1;
        }

        Require(path, IsSameType(inputs[index], column), $"takes '{column}', but others take '{inputs[index]}'");
        return index;
    }

    private static List<DataColumn> Rename(
        string path,
        string side,
        IReadOnlyList<DataColumn> columns,
        IReadOnlyDictionary<string, string> names
    )
    {
        foreach (var (name, outside) in names)
        {
            Require(path, IndexOf(columns, name) >= 0, $"has no {side} '{name}' to rename; it has {string.Join(", ", columns)}");
            Require(path, !string.IsNullOrWhiteSpace(outside), $"{side} '{name}' is renamed to nothing");
        }

        List<DataColumn> renamed = [.. columns.Select(c => names.TryGetValue(c.Name, out var name) ? c with { Name = name } : c)];
        Require(
            path,
            renamed.DistinctBy(c => c.Name, StringComparer.Ordinal).Count() == renamed.Count,
            $"has two {side}s of one name: {string.Join(", ", renamed)}"
        );
        return renamed;
    }

    private static int IndexOf(IReadOnlyList<DataColumn> columns, string name)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            if (string.Equals(columns[i].Name, name, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }

    private static bool SameName(DataColumn one, DataColumn other) => string.Equals(one.Name, other.Name, StringComparison.Ordinal);

    private static bool IsSameType(DataColumn one, DataColumn other) =>
        one.Type == other.Type
        && one.IsList == other.IsList
        && BufferLayout.ElementsPerRow(one) == BufferLayout.ElementsPerRow(other)
        && (!BufferLayout.HasVariableRows(one) || one.Shape!.SequenceEqual(other.Shape!));

    /// <summary>Whether an input can be what an output gives: the same, or one that leaves more open.</summary>
    private static bool MayBecome(DataColumn output, DataColumn input) =>
        IsSameType(output, input)
        || (
            output.Type == input.Type
            && BufferLayout.HasVariableRows(input)
            && output.Shape?.Count == input.Shape!.Count
            && output.Shape.Zip(input.Shape).All(d => d.First == d.Second || d.Second < 0)
        );

    private static string Name(string path, string word, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{path}/{word} {index}");

    private static void Require(string path, bool isTrue, string problem)
    {
        if (!isTrue)
        {
            throw Wrong(path, problem);
        }
    }

    private static InvalidModelPackageException Wrong(string path, string problem) => new($"Node {path}: {problem}.");
}
