using MlPlatform.Core;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving;

/// <summary>Packages of models that are no files of a training: functions of the application, and graphs over other models.</summary>
public static class ServingModelPackageExtensions
{
    private const string MediaType = "application/json";

    extension(ModelPackage)
    {
        /// <summary>Packs a reference to a function that the server adds under the same name by <c>AddModelFunction</c>.</summary>
        /// <typeparam name="TIn">What the function takes: a record, class or structure, one property for each input.</typeparam>
        /// <typeparam name="TOut">What it gives, likewise.</typeparam>
        /// <param name="name">The function's name.</param>
        /// <remarks>
        /// Columns have the names and types of the properties, or the names of <c>[Column("...")]</c>; <c>float?</c> and <c>double?</c> may be missing and
        /// come as NaN; an array of numbers has any length, or always that of <c>[property: VectorType(3)]</c>. The function is run on made-up rows before it takes
        /// traffic; add a file of role <see cref="ModelFileRole.Warmup"/> if it does not take any.
        /// </remarks>
        /// <exception cref="ArgumentException">The name is blank, or a type cannot be the columns of a model; says why.</exception>
        public static ModelPackage FromFunction<TIn, TOut>(string name)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(name);
            return ModelPackage.Create(
                new(ModelRuntime.Function, Version),
                ModelFunction.SignatureOf(typeof(TIn), typeof(TOut)),
                new ModelFileContent(FunctionFile.Path, ModelFileRole.Model, MediaType, FunctionFile.Write(name))
            );
        }

        /// <summary>Packs a model that is made of versions of others, each pinned to the version and digest that it has now. The registry links them to it.</summary>
        /// <param name="source">Where the members are, such as the registry; the server that loads the package must have them too.</param>
        /// <param name="root">What it is made of.</param>
        /// <param name="cancellationToken">Cancels reading the members.</param>
        /// <exception cref="AssetNotFoundException">A member is not there.</exception>
        /// <exception cref="InvalidModelPackageException">The nodes do not fit together, or are too many; says which, and both types.</exception>
        public static async Task<ModelPackage> ComposeAsync(
            IModelSource source,
            ModelNode root,
            CancellationToken cancellationToken = default
        )
        {
            ArgumentNullException.ThrowIfNull(source);
            ArgumentNullException.ThrowIfNull(root);
            var plan = await new CompositionPlanner(source).PlanAsync(null, root, cancellationToken).ConfigureAwait(false);
            var members = MembersOf(plan.Pinned).Select(m => m.Reference.ToString()).Distinct(StringComparer.Ordinal).ToList();
            return ModelPackage
                .Create(
                    new(ModelRuntime.Composed, Version),
                    new ModelSignature(plan.Inputs, plan.Outputs),
                    new ModelFileContent(CompositionFile.Path, ModelFileRole.Model, MediaType, CompositionFile.Write(plan.Pinned))
                )
                .With(m => m with { Provenance = m.Provenance with { Members = members } });
        }
    }

    private static IEnumerable<MemberNode> MembersOf(ModelNode node) =>
        node is MemberNode member ? [member] : node.Nodes.SelectMany(MembersOf);

    private static string Version => typeof(ServingModelPackageExtensions).Assembly.GetName().Version?.ToString(3) ?? "unknown";
}
