using Microsoft.Extensions.Diagnostics.HealthChecks;
using MlPlatform.Core;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Asks each store of the platform something that costs nothing.</summary>
internal sealed class StorageHealthCheck(IMetadataDatabase database, IArtifactStore artifacts) : IHealthCheck
{
    private static readonly ArtifactDigest Nothing = ArtifactDigest.Of([]);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var problems = new List<(string Store, Exception Exception)>();
        await AskAsync("metadata database", () => database.ReadAsync(PingAsync, cancellationToken)).ConfigureAwait(false);
        await AskAsync("artifact store", () => artifacts.FindAsync(Nothing, cancellationToken)).ConfigureAwait(false);
        return problems is [var (_, first), ..]
            ? new(
                context.Registration.FailureStatus,
                string.Join(' ', problems.Select(p => $"The {p.Store} does not answer: {p.Exception.Message}")),
                first
            )
            : HealthCheckResult.Healthy("The metadata database and the artifact store answer.");

        async Task AskAsync(string store, Func<Task> ask)
        {
            try
            {
                await ask().ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                problems.Add((store, e)); // Whatever it is: a check reports, it does not fail.
            }
        }
    }

    private static async Task<object?> PingAsync(System.Data.Common.DbConnection connection)
    {
        var command = connection.CreateCommand();
        await using (command.ConfigureAwait(false))
        {
            command.CommandText = "SELECT 1";
            return await command.ExecuteScalarAsync().ConfigureAwait(false);
        }
    }
}
