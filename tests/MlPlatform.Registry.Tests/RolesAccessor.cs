using MlPlatform.Core;

namespace MlPlatform.Registry.Tests;

/// <summary>Who acts is what the test says.</summary>
internal sealed class RolesAccessor : IActorAccessor
{
    public Actor Current { get; private set; } = new(ActorKind.Person, "maker");

    public void Become(string person, params string[] roles) => Current = new(ActorKind.Person, person) { Roles = roles };
}
