namespace MlPlatform.Pipelines.Tests;

internal sealed class TestActor : IActorAccessor
{
    public Actor Current { get; set; } = new(ActorKind.Person, "ann") { Roles = ["owner"] };
}
