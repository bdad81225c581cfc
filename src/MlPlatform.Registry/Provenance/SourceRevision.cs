using System.Reflection;

namespace MlPlatform.Registry;

/// <summary>A revision of the code.</summary>
/// <param name="Commit">The commit.</param>
/// <param name="Dirty">Whether there were changes that are in no commit; null when unknown.</param>
public sealed record SourceRevision(string Commit, bool? Dirty)
{
    /// <summary>The commit that the build wrote into an assembly, as the .NET SDK does in a git repository: <c>1.2.3+COMMIT</c>. Its state is unknown.</summary>
    /// <returns>Null when there is none.</returns>
    public static SourceRevision? OfBuild(Assembly? assembly)
    {
        var version = assembly?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        return version?.Split('+', '.') is [.., { Length: >= 40 } commit] && commit.All(char.IsAsciiHexDigit) ? new(commit, null) : null;
    }
}
