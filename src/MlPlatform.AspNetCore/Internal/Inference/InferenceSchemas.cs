using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>The protocol's messages as types, for descriptions of the API; what is sent is read and written without them.</summary>
/// <remarks>The host's options describe them, by which numbers might be strings. What need not be there is no null either.</remarks>
internal static class InferenceSchemas
{
    internal sealed record InferenceError([property: JsonPropertyName("error")] string Error);

    internal sealed record ServerLive([property: JsonPropertyName("live")] bool Live);

    internal sealed record ServerReady([property: JsonPropertyName("ready")] bool Ready);

    internal sealed record ServerMetadata(
        [property: JsonPropertyName("name")] string Name,
        [property: JsonPropertyName("version")] string Version,
        [property: JsonPropertyName("extensions")] IReadOnlyList<string> Extensions
    );

    internal sealed record ModelReady([property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("ready")] bool Ready);

    [JsonNumberHandling(JsonNumberHandling.Strict)]
    internal sealed record TensorMetadata(
        [property: JsonPropertyName("name")] string Name,
        [property: JsonPropertyName("datatype")] string Datatype,
        [property: JsonPropertyName("shape")] IReadOnlyList<long> Shape
    );

    internal sealed record ModelMetadata(
        [property: JsonPropertyName("name")] string Name,
        [property: JsonPropertyName("versions")] IReadOnlyList<string> Versions,
        [property: JsonPropertyName("platform")] string Platform,
        [property: JsonPropertyName("inputs")] IReadOnlyList<TensorMetadata> Inputs,
        [property: JsonPropertyName("outputs")] IReadOnlyList<TensorMetadata> Outputs
    );

    /// <param name="Name">The input or output.</param>
    /// <param name="DataType">TYPE_FP32 and so on; TYPE_STRING for texts.</param>
    /// <param name="Dims">The dimensions, without that of the rows where there may be several.</param>
    [JsonNumberHandling(JsonNumberHandling.Strict)]
    internal sealed record TensorConfiguration(
        [property: JsonPropertyName("name")] string Name,
        [property: JsonPropertyName("data_type")] string DataType,
        [property: JsonPropertyName("dims")] IReadOnlyList<long> Dims
    );

    [JsonNumberHandling(JsonNumberHandling.Strict)]
    internal sealed record ModelConfiguration(
        [property: JsonPropertyName("name")] string Name,
        [property: JsonPropertyName("platform")] string Platform,
        [property: JsonPropertyName("max_batch_size")] int MaxBatchSize,
        [property: JsonPropertyName("input")] IReadOnlyList<TensorConfiguration> Input,
        [property: JsonPropertyName("output")] IReadOnlyList<TensorConfiguration> Output
    );

    /// <param name="Name">The input or output.</param>
    /// <param name="Datatype">BOOL, INT8 to INT64, UINT8 to UINT64, FP16, BF16, FP32, FP64 or BYTES.</param>
    /// <param name="Shape">The dimensions.</param>
    /// <param name="Data">Flat or nested; absent if the tensor comes as bytes.</param>
    /// <param name="Parameters">Among them <c>binary_data_size</c>.</param>
    [JsonNumberHandling(JsonNumberHandling.Strict)]
    internal sealed record InferenceTensor(
        [property: JsonPropertyName("name")] string Name,
        [property: JsonPropertyName("datatype")] string Datatype,
        [property: JsonPropertyName("shape")] IReadOnlyList<long> Shape,
        [property: JsonPropertyName("data")] IReadOnlyList<JsonElement> Data = null!,
        [property: JsonPropertyName("parameters")] IReadOnlyDictionary<string, JsonElement> Parameters = null!
    );

    internal sealed record InferenceOutput(
        [property: JsonPropertyName("name")] string Name,
        [property: JsonPropertyName("parameters")] IReadOnlyDictionary<string, JsonElement> Parameters = null!
    );

    internal sealed record InferenceQuestion(
        [property: JsonPropertyName("inputs")] IReadOnlyList<InferenceTensor> Inputs,
        [property: JsonPropertyName("id")] string Id = null!,
        [property: JsonPropertyName("parameters")] IReadOnlyDictionary<string, JsonElement> Parameters = null!,
        [property: JsonPropertyName("outputs")] IReadOnlyList<InferenceOutput> Outputs = null!
    );

    internal sealed record InferenceAnswer(
        [property: JsonPropertyName("model_name")] string ModelName,
        [property: JsonPropertyName("model_version")] string ModelVersion,
        [property: JsonPropertyName("outputs")] IReadOnlyList<InferenceTensor> Outputs,
        [property: JsonPropertyName("parameters")] IReadOnlyDictionary<string, JsonElement> Parameters,
        [property: JsonPropertyName("id")] string Id = null!
    );

    internal sealed record RepositoryQuestion(
        [property: JsonPropertyName("ready")] bool Ready = false,
        [property: JsonPropertyName("repository_name")] string RepositoryName = ""
    );

    internal sealed record RepositoryModel(
        [property: JsonPropertyName("name")] string Name,
        [property: JsonPropertyName("version")] string Version,
        [property: JsonPropertyName("state")] string State,
        [property: JsonPropertyName("reason")] string Reason
    );

    internal sealed record RepositoryCommand(
        [property: JsonPropertyName("parameters")] IReadOnlyDictionary<string, JsonElement> Parameters = null!,
        [property: JsonPropertyName("repository_name")] string RepositoryName = ""
    );

    /// <param name="Count">How often.</param>
    /// <param name="Nanoseconds">How long altogether.</param>
    [JsonNumberHandling(JsonNumberHandling.Strict)]
    internal sealed record StatisticDuration(
        [property: JsonPropertyName("count")] long Count,
        [property: JsonPropertyName("ns")] long Nanoseconds
    );

    internal sealed record InferStatistics(
        [property: JsonPropertyName("success")] StatisticDuration Success,
        [property: JsonPropertyName("fail")] StatisticDuration Fail,
        [property: JsonPropertyName("queue")] StatisticDuration Queue,
        [property: JsonPropertyName("compute_input")] StatisticDuration ComputeInput,
        [property: JsonPropertyName("compute_infer")] StatisticDuration ComputeInfer,
        [property: JsonPropertyName("compute_output")] StatisticDuration ComputeOutput,
        [property: JsonPropertyName("cache_hit")] StatisticDuration CacheHit,
        [property: JsonPropertyName("cache_miss")] StatisticDuration CacheMiss
    );

    [JsonNumberHandling(JsonNumberHandling.Strict)]
    internal sealed record BatchStatistics(
        [property: JsonPropertyName("batch_size")] int BatchSize,
        [property: JsonPropertyName("compute_input")] StatisticDuration ComputeInput,
        [property: JsonPropertyName("compute_infer")] StatisticDuration ComputeInfer,
        [property: JsonPropertyName("compute_output")] StatisticDuration ComputeOutput
    );

    [JsonNumberHandling(JsonNumberHandling.Strict)]
    internal sealed record VersionStatistics(
        [property: JsonPropertyName("name")] string Name,
        [property: JsonPropertyName("version")] string Version,
        [property: JsonPropertyName("last_inference")] long LastInference,
        [property: JsonPropertyName("inference_count")] long InferenceCount,
        [property: JsonPropertyName("execution_count")] long ExecutionCount,
        [property: JsonPropertyName("inference_stats")] InferStatistics InferenceStats,
        [property: JsonPropertyName("batch_stats")] IReadOnlyList<BatchStatistics> BatchStats
    );

    internal sealed record StatisticsAnswer([property: JsonPropertyName("model_stats")] IReadOnlyList<VersionStatistics> ModelStats);
}
