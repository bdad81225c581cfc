using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Predicts by the Open Inference Protocol. Mapped when the host serves models.</summary>
internal sealed class InferenceEndpoints(
    IOptions<AspNetCoreOptions> options,
    IOptions<ServingOptions> serving,
    InferenceQuotas quotas,
    IInferenceServer? server = null
) : IPlatformEndpoints
{
    public void Map(PlatformRoutes routes)
    {
        if (server is null)
        {
            return;
        }

        var inference = routes.WithErrors(InferenceErrorStyle.Instance);

        // To predict changes nothing; the method is for the body.
        inference.Map(
            [HttpMethods.Post],
            "/v2/models/{model}/infer",
            Access.Read,
            context => InferAsync(context, server),
            InferenceDescription.Infer(withVersion: false)
        );
        inference.Map(
            [HttpMethods.Post],
            "/v2/models/{model}/versions/{version}/infer",
            Access.Read,
            context => InferAsync(context, server),
            InferenceDescription.Infer(withVersion: true)
        );
    }

    private async Task InferAsync(HttpContext context, IInferenceServer models)
    {
        var model = InferenceTarget.Of(context, serving.Value.DefaultAlias);
        quotas.Take(context, model.Name);
        var said = await VersionChoice.CompleteAsync(context, InferenceHeaders.ReadOptions(context.Request)).ConfigureAwait(false);
        var jsonLength = InferenceHeaders.ReadJsonLength(context.Request);
        var memory = InferenceMemory.Pool.Get();
        try
        {
            var body = await InferenceBody.ReadAsync(context, options.Value.MaxInferenceBytes, memory).ConfigureAwait(false);
            if (said.Target == default && !MaySayPriority(body.Span) && models.Refuse(model) is { } busy)
            {
                await ErrorReply.WriteAsync(context.Response, InferenceErrorStyle.Instance.From(busy)).ConfigureAwait(false);
                return;
            }

            var request =
                jsonLength == 0
                    ? await ReadRawAsync(models, model, body, context.RequestAborted).ConfigureAwait(false)
                    : InferenceRequestReader.Read(body, jsonLength, options.Value.MaxInferenceBytes, memory);
            var prediction = await InferenceCall.PredictAsync(models, model, request, said, context.RequestAborted).ConfigureAwait(false);
            await InferenceReply.WriteAsync(context.Response, request, prediction, memory, context.RequestAborted).ConfigureAwait(false);
        }
        finally
        {
            InferenceMemory.Pool.Return(memory);
        }
    }

    /// <summary>Whether it is to be read for how urgent it is, before it may be refused for what waits.</summary>
    private static bool MaySayPriority(ReadOnlySpan<byte> body) => body.IndexOf("priority"u8) >= 0;

    private async Task<InferenceRequest> ReadRawAsync(
        IInferenceServer models,
        ModelReference model,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken
    ) =>
        RawInference.Read(
            await models.DescribeAsync(model, cancellationToken).ConfigureAwait(false),
            body,
            options.Value.MaxInferenceBytes
        );
}
