namespace MlPlatform.Pipelines.Tests;

/// <summary>Who acts as a web host knows it: by the flow of the call.</summary>
internal sealed class AmbientActor : IActorAccessor
{
    private readonly AsyncLocal<Actor?> current = new();

    public Actor Current => current.Value ?? new(ActorKind.Service, "nobody");

    public void Set(Actor actor) => current.Value = actor;
}
