using Microsoft.AspNetCore.Http;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Asks a model within the time that a request has.</summary>
internal static class InferenceCall
{
    /// <summary>Of the time that the transport gives and the time that the request says, the shorter counts.</summary>
    public static async ValueTask<Prediction<IReadOnlyList<NamedTensor>>> PredictAsync(
        IInferenceServer models,
        ModelReference model,
        InferenceRequest request,
        PredictOptions said,
        CancellationToken cancellationToken
    )
    {
        const int MicrosecondsPerMillisecond = 1000;
        said = said with { Priority = request.Rank };
        if (request.Timeout is 0 || request.Timeout / MicrosecondsPerMillisecond >= int.MaxValue)
        {
            return await models.PredictAsync(model, request.ToTensors(), said, cancellationToken).ConfigureAwait(false);
        }

        var timeout = TimeSpan.FromMicroseconds(request.Timeout);
        var options = said with { Timeout = said.Timeout < timeout ? said.Timeout : timeout };
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        try
        {
            return await models.PredictAsync(model, request.ToTensors(), options, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new MlflowException(
                new(StatusCodes.Status504GatewayTimeout, "DEADLINE_EXCEEDED", $"There was no answer within {request.Timeout} us.")
            );
        }
    }
}
