namespace MlPlatform.Core;

/// <summary>Who acts: a person, a service or a pipeline.</summary>
/// <param name="Kind">What kind of actor.</param>
/// <param name="Id">Its id, for example a user name or an application name.</param>
/// <param name="Team">The team it belongs to, if known.</param>
public sealed record Actor(ActorKind Kind, string Id, string? Team = null)
{
    /// <summary>A caller that gave no identity.</summary>
    public static Actor Anonymous { get; } = new(ActorKind.Service, "anonymous");

    /// <summary>The roles that approvals and policies read. Not stored with events.</summary>
    public IReadOnlyCollection<string> Roles { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => $"{Kind.ToString().ToLowerInvariant()}:{Id}";
}
