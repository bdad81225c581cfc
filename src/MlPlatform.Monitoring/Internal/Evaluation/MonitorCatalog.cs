using Dapper;
using Microsoft.Extensions.Options;

namespace MlPlatform.Monitoring.Internal;

/// <summary>The monitors there are: those registered, and one with the defaults for every other observed model that has a profile.</summary>
internal sealed class MonitorCatalog
{
    private readonly IMetadataDatabase database;
    private readonly List<MonitorDefinition> registered = [];

    public MonitorCatalog(IMetadataDatabase database, IEnumerable<MonitorRegistration> registrations, IOptions<MonitoringOptions> options)
    {
        this.database = database;
        foreach (var registration in registrations.GroupBy(r => r.Name, StringComparer.Ordinal))
        {
            var definition = new MonitorDefinition(registration.Key, new());
            foreach (var one in registration)
            {
                one.Configure?.Invoke(definition.Options);
            }

            MonitorOptionsCheck.ThrowIfInvalid(definition, options.Value);
            registered.Add(definition);
        }
    }

    public MonitorDefinition Find(string model) =>
        registered.Find(m => string.Equals(m.Model, model, StringComparison.Ordinal)) ?? new MonitorDefinition(model, new());

    public async Task<IReadOnlyList<MonitorDefinition>> ListAsync(CancellationToken cancellationToken)
    {
        var models = await database
            .ReadAsync(
                connection =>
                    connection.QueryAsync<string>("SELECT DISTINCT model FROM mon_layout WHERE profile IS NOT NULL ORDER BY model"),
                cancellationToken
            )
            .ConfigureAwait(false);
        var watched = registered.Select(m => m.Model).ToHashSet(StringComparer.Ordinal);
        return [.. registered, .. models.Where(m => !watched.Contains(m)).Select(m => new MonitorDefinition(m, new()))];
    }
}
