namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed record FoundExperiment(string Place, string Id, string Name, IReadOnlyDictionary<string, string> Tags, bool IsDeleted);
