using System.Text.Json.Nodes;

namespace MlPlatform.Pipelines.Internal;

/// <summary>Reads and writes the parameters of one pipeline and makes its contexts.</summary>
internal abstract class ParamsCodec
{
    public abstract Type Type { get; }

    /// <summary>Canonical JSON of parameters, of JSON, or of null for the defaults; refuses what cannot be read back.</summary>
    public abstract string Write(object? parameters, string pipeline);

    public abstract object Read(string json);

    /// <summary>What a run goes by: each parameter in force, and what was given that is no parameter.</summary>
    public abstract ResolvedParams Resolve(string json);

    public abstract StepContext CreateContext(StepExecution execution, object parameters);

    protected static Exception Refuse(string pipeline, Type type, JsonNode? given, Exception cause) =>
        new MlPlatformException(
            $"Pipeline '{pipeline}': its parameters cannot be read as {type.Name} from {given?.GetValueKind().ToString() ?? "null"}: {cause.Message}",
            cause
        );
}
