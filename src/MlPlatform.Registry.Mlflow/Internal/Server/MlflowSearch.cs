using System.Net;

namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>Searches are in MLflow's grammar and by MLflow's rules; what the server does not understand is said as the registry says it.</summary>
internal static class MlflowSearch
{
    public static string? TokenOf(MlflowReply reply) => string.IsNullOrEmpty(reply.NextPageToken) ? null : reply.NextPageToken;

    public static async Task<MlflowReply> RunAsync(MlflowClient client, MlflowCall call, CancellationToken cancellationToken)
    {
        try
        {
            return await client.SendAsync(call, cancellationToken).ConfigureAwait(false);
        }
        catch (MlflowServerException e) when (e is { Status: HttpStatusCode.BadRequest, Code: "INVALID_PARAMETER_VALUE" or "BAD_REQUEST" })
        {
            throw new InvalidSearchException("filter", 0, e.Message);
        }
    }
}
