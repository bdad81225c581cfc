namespace MlPlatform.Core.Internal;

internal sealed class NoFaultPoints : IFaultPoints
{
    public void Hit(string name) { }
}
