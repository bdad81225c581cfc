using System.Text.Json.Nodes;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed partial class ModelRegistry
{
    public async Task<RegisteredModel> CreateModelAsync(
        string name,
        RegisteredModelOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ModelNames.CheckModel(name);
        options ??= new();
        CheckOwner(options.Owner);
        foreach (var (key, value) in options.Tags)
        {
            CheckTag(key, value);
        }

        await WriteAsync(
                async work =>
                {
                    var now = clocks.Platform.NowMicros();
                    if (!await EnsureModelAsync(work, name, now).ConfigureAwait(false))
                    {
                        throw new AssetExistsException(new(AssetKind.Model, name));
                    }

                    await work
                        .Connection.ExecuteAsync(
                            "UPDATE reg_model SET description = @Description, owner = @Owner WHERE name = @name",
                            new
                            {
                                options.Description,
                                options.Owner,
                                name,
                            },
                            work.Transaction
                        )
                        .ConfigureAwait(false);
                    foreach (var (key, value) in options.Tags)
                    {
                        await WriteModelTagAsync(work, name, key, value).ConfigureAwait(false);
                    }

                    await ModelTerms.RefreshModelAsync(work, name).ConfigureAwait(false);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return (await GetModelAsync(name, cancellationToken).ConfigureAwait(false))!;
    }

    public async Task<RegisteredModel> UpdateModelAsync(string name, string? description, CancellationToken cancellationToken = default)
    {
        await WriteAsync(
                async work =>
                {
                    await TouchModelAsync(work, name).ConfigureAwait(false);
                    await work
                        .Connection.ExecuteAsync(
                            "UPDATE reg_model SET description = @description WHERE name = @name",
                            new { description, name },
                            work.Transaction
                        )
                        .ConfigureAwait(false);
                    await ModelTerms.RefreshModelAsync(work, name).ConfigureAwait(false);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return (await GetModelAsync(name, cancellationToken).ConfigureAwait(false))!;
    }

    public async Task<RegisteredModel> SetModelOwnerAsync(string name, string? owner, CancellationToken cancellationToken = default)
    {
        CheckOwner(owner);
        await WriteAsync(
                async work =>
                {
                    await TouchModelAsync(work, name).ConfigureAwait(false);
                    var before = await work
                        .Connection.ExecuteScalarAsync<string?>(
                            "SELECT owner FROM reg_model WHERE name = @name",
                            new { name },
                            work.Transaction
                        )
                        .ConfigureAwait(false);
                    if (string.Equals(before, owner, StringComparison.Ordinal))
                    {
                        return;
                    }

                    await work
                        .Connection.ExecuteAsync(
                            "UPDATE reg_model SET owner = @owner WHERE name = @name",
                            new { owner, name },
                            work.Transaction
                        )
                        .ConfigureAwait(false);
                    await ModelTerms.RefreshModelAsync(work, name).ConfigureAwait(false);
                    work.Append(
                        new(EventTypes.OwnerChanged, new(AssetKind.Model, name))
                        {
                            Payload = new JsonObject { ["from"] = before, ["to"] = owner },
                        }
                    );
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return (await GetModelAsync(name, cancellationToken).ConfigureAwait(false))!;
    }

    public async Task<RegisteredModel> RenameModelAsync(string name, string newName, CancellationToken cancellationToken = default)
    {
        ModelNames.CheckModel(newName);
        foreach (var guarded in new[] { name, newName }.Where(guard.Names))
        {
            throw new ArgumentException(
                $"A promotion policy names the model '{guarded}': change the policy before the model's name.",
                nameof(newName)
            );
        }

        await WriteAsync(work => RenameAsync(work, name, newName), cancellationToken).ConfigureAwait(false);
        return (await GetModelAsync(newName, cancellationToken).ConfigureAwait(false))!;
    }

    public Task DeleteModelAsync(string name, CancellationToken cancellationToken = default) =>
        WriteAsync(
            async work =>
            {
                await TouchModelAsync(work, name).ConfigureAwait(false);
                var versions = (
                    await work
                        .Connection.QueryAsync<int>(
                            "SELECT version FROM reg_model_version WHERE model = @name AND deleted_at IS NULL ORDER BY version",
                            new { name },
                            work.Transaction
                        )
                        .ConfigureAwait(false)
                ).AsList();
                foreach (var version in versions)
                {
                    await DeleteAsync(work, new(name, version)).ConfigureAwait(false);
                }

                await work
                    .Connection.ExecuteAsync("DELETE FROM reg_model_tag WHERE model = @name", new { name }, work.Transaction)
                    .ConfigureAwait(false);
                await work
                    .Connection.ExecuteAsync("DELETE FROM reg_model_term WHERE model = @name", new { name }, work.Transaction)
                    .ConfigureAwait(false);
                await work
                    .Connection.ExecuteAsync(
                        "UPDATE reg_model SET deleted_at = @Now, description = NULL, owner = NULL WHERE name = @name",
                        new { Now = clocks.Platform.NowMicros(), name },
                        work.Transaction
                    )
                    .ConfigureAwait(false);
                work.Append(new(EventTypes.ModelDeleted, new(AssetKind.Model, name)));
                work.Notify(ChangeTopics.Models);
            },
            cancellationToken
        );

    public Task SetModelTagAsync(string name, string key, string value, CancellationToken cancellationToken = default)
    {
        CheckTag(key, value);
        return WriteAsync(
            async work =>
            {
                await TouchModelAsync(work, name).ConfigureAwait(false);
                await WriteModelTagAsync(work, name, key, value).ConfigureAwait(false);
                await ModelTerms.RefreshModelAsync(work, name).ConfigureAwait(false);
                work.Append(TagEvent(EventTypes.ModelTagSet, new(AssetKind.Model, name), key, value));
            },
            cancellationToken
        );
    }

    public Task DeleteModelTagAsync(string name, string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return WriteAsync(
            async work =>
            {
                await TouchModelAsync(work, name).ConfigureAwait(false);
                const string Sql = "DELETE FROM reg_model_tag WHERE model = @name AND key = @key";
                if (await work.Connection.ExecuteAsync(Sql, new { name, key }, work.Transaction).ConfigureAwait(false) == 0)
                {
                    throw new AssetNotFoundException(new(AssetKind.Model, $"{name}/tags/{key}"));
                }

                await ModelTerms.RefreshModelAsync(work, name).ConfigureAwait(false);
                work.Append(TagEvent(EventTypes.ModelTagDeleted, new(AssetKind.Model, name), key));
            },
            cancellationToken
        );
    }

    public async Task<ModelVersion> UpdateVersionAsync(
        ModelVersionId id,
        string? description,
        CancellationToken cancellationToken = default
    )
    {
        await WriteAsync(
                async work =>
                {
                    await TouchVersionAsync(work, id).ConfigureAwait(false);
                    await work
                        .Connection.ExecuteAsync(
                            "UPDATE reg_model_version SET description = @description WHERE model = @Name AND version = @Version",
                            new
                            {
                                description,
                                id.Name,
                                id.Version,
                            },
                            work.Transaction
                        )
                        .ConfigureAwait(false);
                    await ModelTerms.RefreshVersionAsync(work, id).ConfigureAwait(false);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return (await GetVersionAsync(id, cancellationToken).ConfigureAwait(false))!;
    }

    public Task SetVersionTagAsync(ModelVersionId id, string key, string value, CancellationToken cancellationToken = default)
    {
        CheckTag(key, value);
        return WriteAsync(
            async work =>
            {
                await TouchVersionAsync(work, id).ConfigureAwait(false);
                await WriteVersionTagAsync(work, id, key, value).ConfigureAwait(false);
                await ModelTerms.RefreshVersionAsync(work, id).ConfigureAwait(false);
                work.Append(TagEvent(EventTypes.ModelVersionTagSet, id.ToAsset(), key, value));
            },
            cancellationToken
        );
    }

    public Task DeleteVersionTagAsync(ModelVersionId id, string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return WriteAsync(
            async work =>
            {
                await TouchVersionAsync(work, id).ConfigureAwait(false);
                const string Sql = "DELETE FROM reg_model_version_tag WHERE model = @Name AND version = @Version AND key = @key";
                var values = new
                {
                    id.Name,
                    id.Version,
                    key,
                };
                if (await work.Connection.ExecuteAsync(Sql, values, work.Transaction).ConfigureAwait(false) == 0)
                {
                    throw new AssetNotFoundException(new(AssetKind.Model, $"{id}/tags/{key}"));
                }

                await ModelTerms.RefreshVersionAsync(work, id).ConfigureAwait(false);
                work.Append(TagEvent(EventTypes.ModelVersionTagDeleted, id.ToAsset(), key));
            },
            cancellationToken
        );
    }

    public Task DeleteVersionAsync(ModelVersionId id, CancellationToken cancellationToken = default) =>
        WriteAsync(
            async work =>
            {
                ArgumentNullException.ThrowIfNull(id);
                await TouchModelAsync(work, id.Name).ConfigureAwait(false); // It has one version less; and its row is locked first, as everywhere.
                await TouchVersionAsync(work, id).ConfigureAwait(false);
                await DeleteAsync(work, id).ConfigureAwait(false);
                work.Notify(ChangeTopics.Models);
            },
            cancellationToken
        );

    /// <summary>Its row stays, so that its number is never used again; its aliases, tags and hold on the bytes go.</summary>
    private async Task DeleteAsync(IUnitOfWork work, ModelVersionId id)
    {
        var aliases = await work
            .Connection.QueryAsync<string>(
                "SELECT alias FROM reg_model_alias WHERE model = @Name AND version = @Version ORDER BY alias",
                id,
                work.Transaction
            )
            .ConfigureAwait(false);
        var reason = new AliasMoveReason(AliasMoveKind.Human, "the version was deleted");
        foreach (var alias in aliases.AsList())
        {
            await MoveAsync(work, id.Name, alias, null, null, reason, "remove").ConfigureAwait(false);
        }

        await work
            .Connection.ExecuteAsync("DELETE FROM reg_model_version_tag WHERE model = @Name AND version = @Version", id, work.Transaction)
            .ConfigureAwait(false);
        const string Sql = """
            UPDATE reg_model_version SET deleted_at = @Now, description = NULL, idempotency_key = NULL WHERE model = @Name AND version = @Version
            """;
        await work
            .Connection.ExecuteAsync(
                Sql,
                new
                {
                    Now = clocks.Platform.NowMicros(),
                    id.Name,
                    id.Version,
                },
                work.Transaction
            )
            .ConfigureAwait(false);
        await ModelTerms.RemoveAsync(work, id).ConfigureAwait(false);
        work.Release(OwnerOf(id));
        work.Append(new(EventTypes.ModelVersionDeleted, id.ToAsset()));
    }

    private async Task RenameAsync(IUnitOfWork work, string name, string newName)
    {
        await TouchModelAsync(work, name).ConfigureAwait(false);
        if (string.Equals(name, newName, StringComparison.Ordinal))
        {
            return;
        }

        // Takes the name by making a model of it: looking whether it is free would miss one that is being made at the same time.
        const string Take = """
            INSERT INTO reg_model (name, created_at, updated_at, next_version) VALUES (@newName, 0, 0, 1) ON CONFLICT (name) DO NOTHING
            """;
        if (await work.Connection.ExecuteAsync(Take, new { newName }, work.Transaction).ConfigureAwait(false) == 0)
        {
            throw new AssetExistsException(
                new(AssetKind.Model, newName),
                "A deleted model keeps its name, since its version numbers never repeat."
            );
        }

        await work
            .Connection.ExecuteAsync("DELETE FROM reg_model WHERE name = @newName", new { newName }, work.Transaction)
            .ConfigureAwait(false);

        // What points at bytes is named by version: the references move along.
        var held = await work
            .Connection.QueryAsync<(int Version, string Digest)>(
                """
                SELECT v.version, r.digest FROM reg_model_version v
                JOIN core_artifact_ref r ON r.owner_kind = 'modelVersion' AND r.owner_id = v.model || '@v' || CAST(v.version AS TEXT)
                WHERE v.model = @name
                """,
                new { name },
                work.Transaction
            )
            .ConfigureAwait(false);
        foreach (var (version, digest) in held.AsList())
        {
            work.Release(OwnerOf(new(name, version)));
            work.Reference(ArtifactDigest.Parse(digest), OwnerOf(new(newName, version)));
        }

        await work
            .Connection.ExecuteAsync("UPDATE reg_model SET name = @newName WHERE name = @name", new { name, newName }, work.Transaction)
            .ConfigureAwait(false);

        await ModelTerms.RefreshModelAsync(work, newName).ConfigureAwait(false);

        // The history hangs on the aliases, which hang on the model: all follow by their foreign keys.
        work.Append(
            new(EventTypes.ModelRenamed, new(AssetKind.Model, newName))
            {
                Related = [new(AssetKind.Model, name)],
                Payload = new JsonObject { ["from"] = name },
            }
        );
        work.Notify(ChangeTopics.Models);
    }

    /// <summary>Makes the model if it is new, or was deleted.</summary>
    /// <returns>Whether it was.</returns>
    private static async Task<bool> EnsureModelAsync(IUnitOfWork work, string name, long now)
    {
        const string Sql = """
            INSERT INTO reg_model (name, created_at, updated_at, next_version) VALUES (@name, @now, @now, 1)
            ON CONFLICT (name) DO UPDATE SET created_at = excluded.created_at, updated_at = excluded.updated_at, deleted_at = NULL
            WHERE reg_model.deleted_at IS NOT NULL
            """;
        if (await work.Connection.ExecuteAsync(Sql, new { name, now }, work.Transaction).ConfigureAwait(false) == 0)
        {
            return false;
        }

        await ModelTerms.RefreshModelAsync(work, name).ConfigureAwait(false);
        work.Append(new(EventTypes.ModelCreated, new(AssetKind.Model, name)));
        return true;
    }

    /// <summary>Locks the row, and says so if there is none.</summary>
    private async Task TouchModelAsync(IUnitOfWork work, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        const string Sql = "UPDATE reg_model SET updated_at = @Now WHERE name = @name AND deleted_at IS NULL";
        var values = new { Now = clocks.Platform.NowMicros(), name };
        if (await work.Connection.ExecuteAsync(Sql, values, work.Transaction).ConfigureAwait(false) == 0)
        {
            throw new AssetNotFoundException(new(AssetKind.Model, name));
        }
    }

    private async Task TouchVersionAsync(IUnitOfWork work, ModelVersionId id)
    {
        ArgumentNullException.ThrowIfNull(id);
        const string Sql = """
            UPDATE reg_model_version SET updated_at = @Now WHERE model = @Name AND version = @Version AND deleted_at IS NULL
            """;
        var values = new
        {
            Now = clocks.Platform.NowMicros(),
            id.Name,
            id.Version,
        };
        if (await work.Connection.ExecuteAsync(Sql, values, work.Transaction).ConfigureAwait(false) == 0)
        {
            throw new AssetNotFoundException(id.ToAsset());
        }
    }

    private static Task<int> WriteModelTagAsync(IUnitOfWork work, string name, string key, string value)
    {
        const string Sql = """
            INSERT INTO reg_model_tag (model, key, value) VALUES (@name, @key, @value)
            ON CONFLICT (model, key) DO UPDATE SET value = excluded.value
            """;
        var values = new
        {
            name,
            key,
            value,
        };
        return work.Connection.ExecuteAsync(Sql, values, work.Transaction);
    }

    private static Task<int> WriteVersionTagAsync(IUnitOfWork work, ModelVersionId id, string key, string value)
    {
        const string Sql = """
            INSERT INTO reg_model_version_tag (model, version, key, value) VALUES (@Name, @Version, @key, @value)
            ON CONFLICT (model, version, key) DO UPDATE SET value = excluded.value
            """;
        var values = new
        {
            id.Name,
            id.Version,
            key,
            value,
        };
        return work.Connection.ExecuteAsync(Sql, values, work.Transaction);
    }

    private static void CheckOwner(string? owner)
    {
        if (owner is not null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(owner);
            RunRules.CheckLength(owner, 250, nameof(owner), nameof(owner));
        }
    }

    private static PlatformEvent TagEvent(string type, AssetRef subject, string key, string? value = null)
    {
        var payload = new JsonObject { ["key"] = key };
        if (value is not null)
        {
            payload["value"] = value;
        }

        return new(type, subject) { Payload = payload };
    }

    private static void CheckTag(string key, string value)
    {
        RunRules.CheckKey(key);
        RunRules.CheckLength(value, 100_000, key);
    }

    private Task WriteAsync(Func<IUnitOfWork, Task> body, CancellationToken cancellationToken) =>
        database.WriteAsync(Durability.Power, body, cancellationToken);
}
