using System.Data.Common;
using System.Text;
using System.Text.Json.Nodes;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>The applied definitions: immutable versions, without gaps, found again by their content.</summary>
internal sealed class DefinitionStore(IMetadataDatabase database, IActorAccessor actors, Clocks clocks)
{
    private const string Columns =
        "kind AS Kind, name AS Name, version AS Version, hash AS Hash, body AS Body, applied_at AS AppliedAt, applied_by AS AppliedBy";

    public Task<List<AppliedDefinition>> ListAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(connection => ListAsync(connection, null), cancellationToken);

    /// <summary>Writes what is new in one unit of work with its events. A definition that was applied before, in whatever version, is that version.</summary>
    /// <returns>The version of each definition, and what is new.</returns>
    public async Task<(Dictionary<(AssetKind, string), int> Versions, List<AssetRef> New)> ApplyAsync(
        FeatureModel model,
        CancellationToken cancellationToken
    )
    {
        var (versions, missing) = Match(model, await ListAsync(cancellationToken).ConfigureAwait(false));
        if (missing.Count == 0)
        {
            return (versions, []);
        }

        return await database
            .WriteAsync(
                Durability.Power,
                async work =>
                {
                    await work.LockAsync("features.definitions").ConfigureAwait(false); // Versions follow each other without a gap.
                    var known = await ListAsync(work.Connection, work.Transaction).ConfigureAwait(false);
                    var (all, wanted) = Match(model, known);
                    CheckSources(wanted, known);
                    var added = new List<AssetRef>();
                    foreach (var definition in wanted)
                    {
                        var last = known.Where(k => IsOf(k, definition)).MaxBy(k => k.Version);
                        var version = (last?.Version ?? 0) + 1;
                        await InsertAsync(work, definition, version).ConfigureAwait(false);
                        AppendOwnerChange(work, definition, last);
                        all[(definition.Kind, definition.Name)] = version;
                        added.Add(new(definition.Kind, definition.Name, version));
                    }

                    work.Notify(ChangeTopics.Features);
                    return (all, added);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private static (Dictionary<(AssetKind, string), int> Versions, List<IDefinition> Missing) Match(
        FeatureModel model,
        List<AppliedDefinition> known
    )
    {
        var versions = new Dictionary<(AssetKind, string), int>();
        var missing = new List<IDefinition>();
        foreach (var definition in model.All)
        {
            var hash = definition.Hash().ToString();
            if (known.Find(k => IsOf(k, definition) && string.Equals(k.Hash, hash, StringComparison.Ordinal)) is { } found)
            {
                versions[(definition.Kind, definition.Name)] = found.Version;
            }
            else
            {
                missing.Add(definition);
            }
        }

        return (versions, missing);
    }

    /// <summary>A column of a source keeps its type for ever: the history holds values of it.</summary>
    private static void CheckSources(IEnumerable<IDefinition> wanted, List<AppliedDefinition> known)
    {
        var findings = new List<string>();
        foreach (var source in wanted.OfType<SourceDefinition>())
        {
            foreach (var earlier in known.Where(k => IsOf(k, source)))
            {
                foreach (var column in JsonNode.Parse(earlier.Body)!["columns"]!.AsArray())
                {
                    var (name, type) = ((string)column!["name"]!, (string)column["type"]!);
                    if (source.Shape.IndexOf(name) is >= 0 and var at && source.Shape.Columns[at].Type.ToString() != type)
                    {
                        findings.Add(
                            $"Source '{source.Name}': column '{name}' was {type} in version {earlier.Version} and is {source.Shape.Columns[at].Type} now; give the column or the source a new name."
                        );
                    }
                }
            }
        }

        if (findings.Count > 0)
        {
            throw new InvalidFeatureModelException(findings);
        }
    }

    private async Task InsertAsync(IUnitOfWork work, IDefinition definition, int version)
    {
        var body = definition.Describe();
        var hash = CanonicalJson.Digest(body).ToString();
        const string Insert = """
            INSERT INTO fs_definition (kind, name, version, hash, body, applied_at, applied_by)
            VALUES (@Kind, @Name, @version, @hash, @Body, @At, @By)
            """;
        var row = new
        {
            Kind = definition.Kind.ToString(),
            definition.Name,
            version,
            hash,
            Body = Encoding.UTF8.GetString(CanonicalJson.Serialize(body)),
            At = clocks.Platform.NowMicros(),
            By = actors.Current.ToString(),
        };
        await work.Connection.ExecuteAsync(Insert, row, work.Transaction).ConfigureAwait(false);
        if (definition is ViewDefinition view)
        {
            await RegisterFeaturesAsync(work, view).ConfigureAwait(false);
        }

        work.Append(
            new(EventTypes.FeatureDefinition, new(definition.Kind, definition.Name, version))
            {
                Payload = new JsonObject { ["hash"] = hash, ["owner"] = definition.Owner },
            }
        );
    }

    private static void AppendOwnerChange(IUnitOfWork work, IDefinition definition, AppliedDefinition? last)
    {
        var before = last is null ? definition.Owner : JsonNode.Parse(last.Body)!["owner"]?.GetValue<string>();
        if (!string.Equals(before, definition.Owner, StringComparison.Ordinal))
        {
            work.Append(
                new(EventTypes.OwnerChanged, new(definition.Kind, definition.Name))
                {
                    Payload = new JsonObject { ["from"] = before, ["to"] = definition.Owner },
                }
            );
        }
    }

    private static async Task RegisterFeaturesAsync(IUnitOfWork work, ViewDefinition view)
    {
        foreach (var column in view.Row.Columns)
        {
            var added = await work
                .Connection.ExecuteAsync(
                    "INSERT INTO fs_feature (view_name, name) VALUES (@View, @Name) ON CONFLICT (view_name, name) DO NOTHING",
                    new { View = view.Name, column.Name },
                    work.Transaction
                )
                .ConfigureAwait(false);
            if (added > 0)
            {
                work.Append(
                    new(EventTypes.FeatureRegistered, new(AssetKind.Feature, $"{view.Name}:{column.Name}"))
                    {
                        Related = [new(AssetKind.View, view.Name)],
                        Payload = new JsonObject { ["type"] = column.Type.ToString(), ["owner"] = view.Owner },
                    }
                );
            }
        }
    }

    private static bool IsOf(AppliedDefinition applied, IDefinition definition) =>
        string.Equals(applied.Name, definition.Name, StringComparison.Ordinal)
        && string.Equals(applied.Kind, definition.Kind.ToString(), StringComparison.Ordinal);

    private static async Task<List<AppliedDefinition>> ListAsync(DbConnection connection, DbTransaction? transaction) =>
        (
            await connection
                .QueryAsync<AppliedDefinition>(
                    $"SELECT {Columns} FROM fs_definition ORDER BY kind, name, version",
                    transaction: transaction
                )
                .ConfigureAwait(false)
        ).AsList();
}
