namespace MlPlatform.Core;

/// <summary>The names of the platform's databases.</summary>
public static class DatabaseNames
{
    /// <summary>State of all modules and the event log.</summary>
    public const string Metadata = "metadata";

    /// <summary>Online feature rows, apart so that they never wait on metadata writes. Also the service key.</summary>
    public const string Online = "online";
}
