namespace MlPlatform.Serving;

/// <summary>Options of model serving; configuration section <c>MlPlatform:Serving</c>.</summary>
public sealed class ServingOptions
{
    private const int DefaultShareOfMemory = 8; // A model takes up to three times its file.

    /// <summary>The configuration section.</summary>
    public const string Section = "MlPlatform:Serving";

    /// <summary>Replaced versions of each model that stay loaded, so that going back loads nothing. Default: 1. Range: 0 to 16.</summary>
    public int ResidentVersions { get; set; } = 1;

    /// <summary>Request slots that each version keeps; more concurrent calls make theirs for the moment. Default: 0, eight for each processor. Range: 0 to 1,024.</summary>
    public int RequestSlots { get; set; }

    /// <summary>
    /// A folder of ONNX models, <c>MODEL/VERSION/model.onnx</c>, that are served beside those of the model source and before them. As many as may be
    /// open are loaded at start; a name alone means the highest version, which is looked for every second. Default: null, no folder.
    /// </summary>
    public string? ModelRepository { get; set; }

    /// <summary>The alias that a model's name alone means to the inference protocols. Default: <c>champion</c>.</summary>
    public string DefaultAlias { get; set; } = "champion";

    /// <summary>The port for gRPC without TLS, which <c>UseMlPlatformGrpc</c> of MlPlatform.AspNetCore opens. Default: 0, none. Range: 0 to 65,535.</summary>
    public int GrpcPort { get; set; }

    /// <summary>References that the inference protocols keep loaded beside those of predictors. Default: 256. Range: 1 to 65,536.</summary>
    public int MaxOpenModels { get; set; } = 256;

    /// <summary>
    /// Bytes of model files that the inference protocols keep loaded, versions for a way back included, models of predictors not. Default: 0, an eighth of the
    /// memory that the process may use, since a model takes more than its file: a dense network was measured at three times its size, one of some kilobytes at 0.2 MB.
    /// Not negative. Looked at whenever a model is opened or replaced; the one used last stays however large it is.
    /// </summary>
    public long MaxOpenModelBytes { get; set; }

    /// <summary><see cref="MaxOpenModelBytes"/>, or what it is by default.</summary>
    internal long RoomOfOpenModels =>
        MaxOpenModelBytes > 0 ? MaxOpenModelBytes : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / DefaultShareOfMemory;

    /// <summary>The most rows of one request by tensors. Default: 8,192. Range: 1 to 1,048,576.</summary>
    public int MaxRequestRows { get; set; } = 8192;

    /// <summary>The largest size of a variable dimension, such as the tokens of a text or the height of a picture; rows have a limit of their own. Default: 4,096. Range: 1 to 1,048,576.</summary>
    /// <remarks>What a model needs of memory may grow with its square.</remarks>
    public int MaxVariableDimension { get; set; } = 4096;

    /// <summary>The most rows of several requests that a model runs at once. Default: 64. Range: 1, which runs each request by itself, to 4,096.</summary>
    /// <remarks>Requests are joined only where that was measured to pay, only with those that wait already, and never in parts.</remarks>
    public int MaxBatchRows { get; set; } = 64;

    /// <summary>A request is refused if a busy model would likely not come to it within this time. Default: 1 s. Range: 1 ms to 10 min.</summary>
    public TimeSpan MaxQueueTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The most rows that may wait for a busy model. Default: 16,384. Range: 1 to 1,048,576.</summary>
    public int MaxQueueRows { get; set; } = 16384;

    /// <summary>
    /// A version that is not read, warmed up and measured within this time, of work time, could not be loaded: its file may be none that ends, or the model loops. Reading
    /// and loading count by themselves. Default: 5 min. Range: 1 s to 1 day.
    /// </summary>
    public TimeSpan LoadTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>A version that could not be loaded is tried again after so long, in work time. Default: 30 s. Range: 1 s to 1 h.</summary>
    public TimeSpan RetryInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Copies of requests that may wait for a shadow version; more are dropped and counted. Default: 256. Range: 1 to 65,536.</summary>
    public int ShadowQueueSize { get; set; } = 256;

    /// <summary>How often rollouts are judged, by platform time. Default: 1 min. Range: 1 s to 1 day.</summary>
    public TimeSpan RolloutInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The total probability of ending a rollout for its error rate when there is no difference. Default: .001. Between 0 and .1.</summary>
    public double RolloutErrorAlpha { get; set; } = 0.001;

    /// <summary>How much higher the error rate of a rollout's candidate may be. Default: .01. Range: 0 to 1.</summary>
    public double RolloutErrorMargin { get; set; } = 0.01;

    /// <summary>How many times slower the 95th percentile of the candidate's run time may be, once it exceeds the baseline's by 1 ms. Default: 2. At least 1.1.</summary>
    public double RolloutLatencyRatio { get; set; } = 2;
}
