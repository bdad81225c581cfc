namespace MlPlatform.Pipelines.Internal;

/// <summary>An edge into a node: from another, after its success or after its end in any way.</summary>
internal sealed record StepEdge(StepNode From, bool OnEnd);
