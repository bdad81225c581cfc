namespace MlPlatform.Pipelines;

/// <summary>Replaces the hash of a step body's code in cache keys by a version of your own, to be changed when its results would change.</summary>
/// <param name="version">The version.</param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class CodeVersionAttribute(string version) : Attribute
{
    /// <summary>The version.</summary>
    public string Version { get; } = version;
}
