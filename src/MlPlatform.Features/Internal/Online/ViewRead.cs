namespace MlPlatform.Features.Internal;

/// <summary>One stored view that a service reads, and where its features go.</summary>
internal sealed record ViewRead(OnlineView View, int[] Features, int[] Targets)
{
    public StoredViewDefinition Definition => View.Definition;
}
