namespace MlPlatform.Pipelines;

/// <summary>A pipeline's definition is wrong; every finding is listed. No run was made.</summary>
public sealed class PipelineDefinitionException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    public PipelineDefinitionException(string pipeline, IReadOnlyList<string> findings)
        : base($"Pipeline '{pipeline}' cannot run: {string.Join("; ", findings)}.")
    {
        Pipeline = pipeline;
        Findings = findings;
    }

    /// <summary>The pipeline.</summary>
    public string Pipeline { get; }

    /// <summary>All that is wrong.</summary>
    public IReadOnlyList<string> Findings { get; }
}
