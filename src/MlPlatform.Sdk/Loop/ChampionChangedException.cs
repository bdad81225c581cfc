using MlPlatform.Core;

namespace MlPlatform.Sdk;

/// <summary>The alias moved between the gate and the deployment: the gate's verdict compares with a version that no longer serves. Run the pipeline again.</summary>
public sealed class ChampionChangedException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    public ChampionChangedException(ModelVersionId candidate, AssetRef? judgedAgainst, AssetRef? now)
        : base(
            $"{candidate} was judged against {judgedAgainst?.ToString() ?? "no version"}, but the alias now points at {now?.ToString() ?? "none"}. Run the pipeline again."
        )
    {
        Candidate = candidate;
        JudgedAgainst = judgedAgainst;
        Now = now;
    }

    /// <summary>The version that was to be deployed.</summary>
    public ModelVersionId Candidate { get; }

    /// <summary>What it was compared with; null for nothing.</summary>
    public AssetRef? JudgedAgainst { get; }

    /// <summary>What the alias points at now; null for nothing.</summary>
    public AssetRef? Now { get; }
}
