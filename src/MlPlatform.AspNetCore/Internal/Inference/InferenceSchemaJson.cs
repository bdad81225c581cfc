using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Lets a host without reflection describe the protocol's routes, and the errors of its own.</summary>
[JsonSerializable(typeof(InferenceSchemas.InferenceError))]
[JsonSerializable(typeof(InferenceSchemas.ServerLive))]
[JsonSerializable(typeof(InferenceSchemas.ServerReady))]
[JsonSerializable(typeof(InferenceSchemas.ServerMetadata))]
[JsonSerializable(typeof(InferenceSchemas.ModelReady))]
[JsonSerializable(typeof(InferenceSchemas.ModelMetadata))]
[JsonSerializable(typeof(InferenceSchemas.ModelConfiguration))]
[JsonSerializable(typeof(InferenceSchemas.InferenceQuestion))]
[JsonSerializable(typeof(InferenceSchemas.InferenceAnswer))]
[JsonSerializable(typeof(InferenceSchemas.RepositoryQuestion))]
[JsonSerializable(typeof(InferenceSchemas.RepositoryCommand))]
[JsonSerializable(typeof(InferenceSchemas.StatisticsAnswer))]
[JsonSerializable(typeof(ProblemDetails))]
[JsonSerializable(typeof(IReadOnlyList<InferenceSchemas.RepositoryModel>))]
internal sealed partial class InferenceSchemaJson : JsonSerializerContext;
