using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Loads composed models: each member once, from where this process serves models, by its own runtime.</summary>
internal sealed class ComposedRuntime(ModelRuntimes runtimes, IModelSource source) : IModelRuntime
{
    public string Kind => ModelRuntime.Composed;

    public bool IsParallel => true;

    public bool TakesVariableRows => true;

    public async ValueTask<IModelRunner> LoadAsync(OpenedModel version, byte[] model, int threads, CancellationToken cancellationToken)
    {
        var planner = new CompositionPlanner(source);
        CompositionPlan plan;
        try
        {
            plan = await planner.PlanAsync(version.Id, CompositionFile.Read(model), cancellationToken).ConfigureAwait(false);
        }
        catch (AssetNotFoundException e)
        {
            throw new InvalidModelPackageException($"A member of {version.Id} is not there: {e.Message}", e); // Not the version itself.
        }

        var signature = version.Package.Manifest.Signature;
        CompositionPlanner.Check(version.Id, signature, plan);
        var runners = new Dictionary<ArtifactDigest, IModelRunner>();
        try
        {
            foreach (var (digest, member) in planner.Leaves)
            {
                var (runtime, bytes) = await runtimes.ReadAsync(member, cancellationToken).ConfigureAwait(false);
                runners[digest] = await runtime.LoadAsync(member, bytes, threads, cancellationToken).ConfigureAwait(false);
            }

            var root = plan.Make(runners);
            return new ComposedRunner(
                root,
                BufferLayout.OneTensorPerColumn(signature.Inputs, root.Inputs.SymbolsOf),
                BufferLayout.OneTensorPerColumn(signature.Outputs, root.Outputs.SymbolsOf),
                runners.Values
            );
        }
        catch
        {
            foreach (var runner in runners.Values)
            {
                runner.Dispose();
            }

            throw;
        }
    }
}
