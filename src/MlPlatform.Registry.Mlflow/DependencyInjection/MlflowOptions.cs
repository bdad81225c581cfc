namespace MlPlatform.Registry.Mlflow;

/// <summary>An MLflow server and how it is used; configuration section <c>MlPlatform:Mlflow</c>.</summary>
public sealed class MlflowOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "MlPlatform:Mlflow";

    /// <summary>The server's address, <c>http</c> or <c>https</c>, with the path below which its API lies, if any. Required.</summary>
    public Uri? Uri { get; set; }

    /// <summary>A bearer token. Default: none. Not together with <see cref="UserName"/>.</summary>
    public string? Token { get; set; }

    /// <summary>A user for basic authentication. Default: none.</summary>
    public string? UserName { get; set; }

    /// <summary>The user's password.</summary>
    public string? Password { get; set; }

    /// <summary>How long one try of a call may take. Default: 30 s. Range: 100 ms to 10 min.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the transfer of one file may take. Default: 10 min. Range: 1 s to 1 day.</summary>
    public TimeSpan TransferTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How often a call is tried again when the server cannot be reached, is too busy or fails; it waits longer each time, or as long as the server says.
    /// Calls that make something are tried again only when the server cannot have acted. Default: 3. Range: 0 to 20.
    /// </summary>
    public int Retries { get; set; } = 3;

    /// <summary>How long it waits before the first of these, in work time. Default: 200 ms. Range: 1 ms to 1 min.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How often aliases that are followed are looked up, in work time. Default: 5 s. Range: 10 ms to 1 h.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The bytes that the files of one model may have. Default: 8 GiB. Range: 1 and up.</summary>
    public long MaximumModelBytes { get; set; } = 8L << 30;

    /// <summary>The files that one model may have. Default: 1000. Range: 1 to 100,000.</summary>
    public int MaximumModelFiles { get; set; } = 1000;

    /// <summary>The experiment that holds the files of models which are registered without a run. Default: <c>model-packages</c>.</summary>
    public string PackageExperiment { get; set; } = "model-packages";
}
