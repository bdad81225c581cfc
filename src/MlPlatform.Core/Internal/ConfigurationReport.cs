using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace MlPlatform.Core.Internal;

/// <summary>Says at start which configuration is in force and which keys nobody reads, in the event log when it differs from the last time.</summary>
internal sealed class ConfigurationReport(
    IEnumerable<BoundOptions> registered,
    IServiceProvider services,
    IMetadataDatabase database,
    IActorAccessor actors,
    ILogger<ConfigurationReport> logger,
    IConfiguration? configuration = null
) : IPlatformService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var options = registered.OrderBy(r => r.Section, StringComparer.Ordinal).ToList();
        var unread = FindUnread(options);
        foreach (var key in unread)
        {
            Log.ConfigurationUnread(logger, key, Known(options, key));
        }

        var application = new AssetRef(AssetKind.Consumer, actors.Current.ToString());
        var resolved = new PlatformEvent(EventTypes.ConfigResolved, application)
        {
            Payload = new JsonObject
            {
                ["keys"] = new JsonArray([
                    .. options
                        .SelectMany(o => o.Resolve(services, configuration))
                        .Select(k => new JsonObject
                        {
                            ["key"] = k.Key,
                            ["hash"] = k.Hash,
                            ["default"] = k.IsDefault,
                            ["source"] = k.Source,
                        }),
                ]),
            },
        };
        var read = new PlatformEvent(EventTypes.ConfigKeyRead, application)
        {
            Payload = new JsonObject
            {
                ["read"] = new JsonArray([.. options.SelectMany(o => o.Keys).Select(k => (JsonNode)k)]),
                ["unread"] = new JsonArray([.. unread.Select(k => (JsonNode)k)]),
            },
        };
        return database.WriteAsync(
            Durability.Process,
            async work =>
            {
                await work.AppendIfChangedAsync(resolved).ConfigureAwait(false);
                await work.AppendIfChangedAsync(read).ConfigureAwait(false);
            },
            cancellationToken
        );
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The keys below the platform's section that have a value and belong to no option.</summary>
    private List<string> FindUnread(List<BoundOptions> options)
    {
        var known = options.SelectMany(o => o.Keys).ToList();
        return
        [
            .. (configuration?.GetSection(MlPlatformOptions.Section).AsEnumerable() ?? [])
                .Where(p => p.Value is not null && !known.Exists(k => IsAtOrBelow(p.Key, k)))
                .Select(p => p.Key)
                .Order(StringComparer.OrdinalIgnoreCase),
        ];
    }

    private static bool IsAtOrBelow(string key, string known) =>
        key.StartsWith(known, StringComparison.OrdinalIgnoreCase) && (key.Length == known.Length || key[known.Length] == ':');

    /// <summary>What its section knows, for the one who mistyped it; the sections when the section itself is unknown.</summary>
    private static string Known(List<BoundOptions> options, string key)
    {
        var section = options.Where(o => IsAtOrBelow(key, o.Section)).MaxBy(o => o.Section.Length);
        return string.Join(
            ", ",
            section is null || key.Count(c => c == ':') > section.Section.Count(c => c == ':') + 1
                ? options.Select(o => o.Section)
                : section.Keys
        );
    }
}
