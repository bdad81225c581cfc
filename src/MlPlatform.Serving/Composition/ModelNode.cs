using System.Collections.ObjectModel;
using System.Globalization;
using MlPlatform.Core;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving;

/// <summary>A part of a composed model: a version of another model, or a way of joining some. Made by the methods here, used by <c>ModelPackage.ComposeAsync</c>.</summary>
/// <remarks>Immutable and thread-safe. Nodes nest at most 8 deep, and are at most 64, counting those of members that are composed themselves.</remarks>
public abstract class ModelNode
{
    private protected ModelNode() { }

    /// <summary>The nodes that it joins.</summary>
    internal virtual IEnumerable<ModelNode> Nodes => [];

    /// <summary>A version of a model.</summary>
    /// <param name="reference"><c>name@vN</c>, or <c>name@alias</c> for the version that the alias means when the model is composed.</param>
    /// <param name="inputs">Names of its inputs to the names that they have in the composed model; null renames none.</param>
    /// <param name="outputs">Likewise of its outputs.</param>
    /// <exception cref="FormatException">The reference is neither form.</exception>
    public static ModelNode Model(
        string reference,
        IReadOnlyDictionary<string, string>? inputs = null,
        IReadOnlyDictionary<string, string>? outputs = null
    ) => new MemberNode(ModelReference.Parse(reference), null, Copy(inputs), Copy(outputs));

    /// <summary>One after another. An input is the output of that name of the last step before that has one, else an input of the whole; the outputs are the last step's.</summary>
    /// <param name="steps">One or more. Each but the last gives something that a later one reads.</param>
    public static ModelNode Sequence(params IEnumerable<ModelNode> steps) => new SequenceNode(NotNull(steps));

    /// <summary>
    /// All side by side, with the same outputs. Floating numbers are averaged; of texts, integers, truth values and times the most frequent is taken, the first
    /// among equals.
    /// </summary>
    /// <param name="members">One or more.</param>
    public static ModelNode Ensemble(params IEnumerable<ModelNode> members) => new EnsembleNode(NotNull(members), null);

    /// <summary>As the other, where some count for more.</summary>
    /// <param name="members">One or more, each with its weight: finite and above 0; only their ratios matter.</param>
    public static ModelNode Ensemble(params IEnumerable<(ModelNode Member, double Weight)> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        (ModelNode Member, double Weight)[] all = [.. members];
        return new EnsembleNode(NotNull(all.Select(m => m.Member)), [.. all.Select(m => m.Weight)]);
    }

    /// <summary>The member that the text of an input chooses, row by row; the others do not run.</summary>
    /// <param name="column">The input. It need not be an input of a member.</param>
    /// <param name="cases">Members by text, compared by ordinal rules. All have the same outputs.</param>
    /// <param name="otherwise">The member for any other text, or none.</param>
    public static ModelNode Switch(string column, IReadOnlyDictionary<string, ModelNode> cases, ModelNode otherwise)
    {
        ArgumentNullException.ThrowIfNull(cases);
        return new SwitchNode(column, [.. cases.Select(c => new SwitchCase(c.Key, 0))], NotNull(cases.Values), NotNull([otherwise])[0]);
    }

    /// <summary>The member that the number of an input chooses, row by row; the others do not run.</summary>
    /// <param name="column">The input, of any type of number. It need not be an input of a member, and is then int64.</param>
    /// <param name="cases">Members by number: whole, below 2^53 in size, or finite where the input is floating. All have the same outputs.</param>
    /// <param name="otherwise">The member for any other number.</param>
    public static ModelNode Switch(string column, IReadOnlyDictionary<double, ModelNode> cases, ModelNode otherwise)
    {
        ArgumentNullException.ThrowIfNull(cases);
        return new SwitchNode(column, [.. cases.Select(c => new SwitchCase(null, c.Key))], NotNull(cases.Values), NotNull([otherwise])[0]);
    }

    private static ReadOnlyDictionary<string, string> Copy(IReadOnlyDictionary<string, string>? names) =>
        new(
            new SortedDictionary<string, string>(
                (names ?? ReadOnlyDictionary<string, string>.Empty).ToDictionary(StringComparer.Ordinal),
                StringComparer.Ordinal
            )
        );

    private static ModelNode[] NotNull(IEnumerable<ModelNode> nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ModelNode[] all = [.. nodes];
        var index = Array.IndexOf(all, null);
        return index < 0
            ? all
            : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"Node {index} is null."), nameof(nodes));
    }
}
