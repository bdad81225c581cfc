namespace MlPlatform.Registry;

/// <summary>A logged model that a run made.</summary>
/// <param name="ModelId">The logged model.</param>
/// <param name="Step">The step of training at which it was logged.</param>
public sealed record RunModelOutput(string ModelId, long Step = 0);
