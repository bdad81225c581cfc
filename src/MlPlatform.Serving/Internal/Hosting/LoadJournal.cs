using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Records the loads of one model in the event log, the log and the metrics. Not thread-safe: used under the host's gate.</summary>
internal sealed class LoadJournal(string model, IMetadataDatabase database, ILogger logger)
{
    private readonly Dictionary<string, string> failures = new(StringComparer.Ordinal); // The last one of each reference.

    public Task LoadedAsync(OpenedModel opened, ModelReference reference, int? previous, CancellationToken cancellationToken) =>
        AppendAsync(
            new(EventTypes.ModelLoaded, opened.Id.ToAsset())
            {
                Payload = new JsonObject
                {
                    ["reference"] = reference.ToString(),
                    ["manifest"] = opened.Package.Digest.ToString(),
                    ["previous"] = previous,
                },
            },
            cancellationToken
        );

    /// <summary>Logs a failure and writes its event, unless the last one of the same reference said the same.</summary>
    public async Task<ModelUnavailableException> FailedAsync(string reference, Exception exception, CancellationToken cancellationToken)
    {
        ServingDiagnostics.LoadFailures.Add(1, new KeyValuePair<string, object?>("mlplatform.model.name", model));
        if (!failures.TryGetValue(reference, out var last) || !string.Equals(last, exception.Message, StringComparison.Ordinal))
        {
            failures[reference] = exception.Message;
            Log.LoadFailed(logger, reference, exception);
            var failed = new PlatformEvent(EventTypes.ModelLoadFailed, new(AssetKind.Model, model))
            {
                Payload = new JsonObject
                {
                    ["reference"] = reference,
                    ["error"] = exception.GetType().Name,
                    ["message"] = exception.Message,
                },
            };
            await AppendAsync(failed, cancellationToken).ConfigureAwait(false);
        }

        return new(reference, exception);
    }

    /// <summary>A reference answers again: its next failure is news.</summary>
    public void Recovered(string reference) => failures.Remove(reference);

    private async Task AppendAsync(PlatformEvent happened, CancellationToken cancellationToken)
    {
        try
        {
            await database
                .WriteAsync(
                    Durability.Process,
                    work =>
                    {
                        work.Append(happened);
                        return Task.CompletedTask;
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Log.EventFailed(logger, happened.Type, happened.Subject, e); // Answering matters more than its record.
        }
    }
}
