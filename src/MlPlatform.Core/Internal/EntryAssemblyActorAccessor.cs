using System.Reflection;

namespace MlPlatform.Core.Internal;

internal sealed class EntryAssemblyActorAccessor : IActorAccessor
{
    public Actor Current { get; } = new(ActorKind.Service, Assembly.GetEntryAssembly()?.GetName().Name ?? "unknown");
}
