using MlPlatform.Core;

namespace MlPlatform.Registry.Tests;

/// <summary>Fails the commits of a host while it is armed.</summary>
internal sealed class CommitFault : IFaultPoints
{
    public const string Message = "the commit failed";

    private volatile bool armed;

    public bool Armed
    {
        set => armed = value;
    }

    public void Hit(string name)
    {
        if (armed && name == $"{DatabaseNames.Metadata}.commit")
        {
            throw new InvalidOperationException(Message);
        }
    }
}
