using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Answers one route of <c>MapPredict</c>. Not by the framework's binding, which costs more than a small model does.</summary>
internal sealed class PredictEndpoint<TIn, TOut>
    where TIn : notnull
{
    private readonly IServiceProvider services;
    private readonly string reference;
    private readonly JsonTypeInfo<TIn> input;
    private readonly JsonTypeInfo<PredictionReply<TOut>> output;
    private readonly RequestPipeline pipeline;
    private readonly int maximumBytes;
    private readonly RequestDelegate answer;
    private volatile IPredictor<TIn, TOut>? predictor;
    private volatile VersionText? latest;

    private PredictEndpoint(IServiceProvider services, string reference, JsonSerializerOptions json)
    {
        this.services = services;
        this.reference = reference;
        input = ContractOf<TIn>(json);
        output = ContractOf<PredictionReply<TOut>>(json);
        pipeline = services.GetRequiredService<RequestPipeline>();
        maximumBytes = services.GetRequiredService<IOptions<AspNetCoreOptions>>().Value.MaxRequestBytes;
        answer = AnswerAsync;
    }

    /// <exception cref="InvalidOperationException">The predictor or the JSON contract of a type is missing.</exception>
    public static PredictEndpoint<TIn, TOut> Create(IServiceProvider services, ModelReference model)
    {
        var reference = model.ToString();

        // Asked for, not made: the platform has not started when routes are mapped.
        if (
            services.GetService<IServiceProviderIsKeyedService>() is { } known
            && !known.IsKeyedService(typeof(IPredictor<TIn, TOut>), reference)
        )
        {
            throw new InvalidOperationException(
                $"There is no predictor of '{reference}' from {NameOf(typeof(TIn))} to {NameOf(typeof(TOut))}: write "
                    + $".AddPredictor<{NameOf(typeof(TIn))}, {NameOf(typeof(TOut))}>(\"{reference}\") on the builder of AddMlPlatform."
            );
        }

        var json = services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        json.MakeReadOnly(); // As the framework does at its first endpoint: what is resolved here is what requests use.
        return new(services, reference, json);
    }

    public Task HandleAsync(HttpContext context) => pipeline.RunAsync(context, answer);

    private async Task AnswerAsync(HttpContext context)
    {
        var said = await VersionChoice.CompleteAsync(context, InferenceHeaders.ReadOptions(context.Request)).ConfigureAwait(false);
        predictor ??= services.GetRequiredKeyedService<IPredictor<TIn, TOut>>(reference);
        if (said.Target == default && predictor.Refuse(said.Priority) is { } busy)
        {
            await ErrorReply.WriteAsync(context.Response, ProblemErrorStyle.Instance.From(busy)).ConfigureAwait(false);
            return;
        }

        var request = await JsonBody.ReadAsync(context, input, maximumBytes).ConfigureAwait(false);
        var prediction = await predictor.PredictAsync(request, said, context.RequestAborted).ConfigureAwait(false);
        var id = prediction.PredictionId.ToString();
        var route = InferenceReply.NameOf(prediction.Route);
        var body = JsonSerializer.SerializeToUtf8Bytes(new(prediction.Value, TextOf(prediction.ModelVersion), route, id), output);
        var response = context.Response;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        response.Headers[InferenceHeaders.PredictionId] = id;
        response.Headers[InferenceHeaders.Route] = route;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
        await response.BodyWriter.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Nearly every answer is from the version that the one before was from.</summary>
    private string TextOf(ModelVersionId version)
    {
        var text = latest;
        if (text is null || text.Version != version)
        {
            latest = text = new(version, version.ToString());
        }

        return text.Text;
    }

    private static JsonTypeInfo<T> ContractOf<T>(JsonSerializerOptions json) =>
        json.TryGetTypeInfo(typeof(T), out var contract)
            ? (JsonTypeInfo<T>)contract
            : throw new InvalidOperationException(
                $"JSON of {NameOf(typeof(T))} is not known to this host, which resolves no types by reflection: name it by "
                    + $"[JsonSerializable(typeof({NameOf(typeof(T))}))] in a context of ConfigureHttpJsonOptions."
            );

    private static string NameOf(Type type) =>
        type.IsGenericType
            ? $"{type.Name[..type.Name.IndexOf('`')]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
            : type.Name;

    private sealed record VersionText(ModelVersionId Version, string Text);
}
