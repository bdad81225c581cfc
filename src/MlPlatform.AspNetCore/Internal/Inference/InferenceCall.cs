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
        var hasTimeout = request.Timeout is not 0 && request.Timeout / MicrosecondsPerMillisecond < int.MaxValue;
        using var deadline = hasTimeout ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken) : null;
        if (deadline is not null)
        {
            var timeout = TimeSpan.FromMicroseconds(request.Timeout);
            said = said with { Timeout = said.Timeout < timeout ? said.Timeout : timeout };
            deadline.CancelAfter(timeout);
        }

        try
        {
            return await models.PredictAsync(model, request.ToTensors(), said, deadline?.Token ?? cancellationToken).ConfigureAwait(false);
        }
        catch (PredictionInputException)
        {
            await RefuseTypesAsync(models, model, request.Inputs, cancellationToken).ConfigureAwait(false);
            throw;
        }
        catch (OperationCanceledException)
            when (deadline is { IsCancellationRequested: true } && !cancellationToken.IsCancellationRequested)
        {
            throw new MlflowException(
                new(StatusCodes.Status504GatewayTimeout, "DEADLINE_EXCEEDED", $"There was no answer within {request.Timeout} us.")
            );
        }
    }

    /// <summary>Says which input is of another type, in the protocol's names: the model's own refusal has those of the library.</summary>
    private static async Task RefuseTypesAsync(
        IInferenceServer models,
        ModelReference model,
        IReadOnlyList<NamedTensor> inputs,
        CancellationToken cancellationToken
    )
    {
        var known = await models.DescribeAsync(model, cancellationToken).ConfigureAwait(false);
        foreach (var (name, type, _) in known.Inputs)
        {
            if (inputs.FirstOrDefault(i => string.Equals(i.Name, name, StringComparison.Ordinal)) is { } given)
            {
                var (sent, taken) = (Datatypes.NameOf(given.Type), Datatypes.NameOf(type));
                if (!string.Equals(sent, taken, StringComparison.Ordinal))
                {
                    throw MlflowException.InvalidParameter($"Input '{name}' is of {sent}; the model takes {taken}.");
                }
            }
        }
    }
}
