using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed partial class ExperimentTracker
{
    public Task LogInputsAsync(
        RunId id,
        IReadOnlyList<RunDataset> datasets,
        IReadOnlyList<string>? modelIds = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(datasets);
        foreach (var dataset in datasets)
        {
            RunRules.Check(dataset);
        }

        return WriteAsync(
            async work =>
            {
                var row = await GetActiveRunAsync(work, id).ConfigureAwait(false);
                foreach (var dataset in datasets)
                {
                    await WriteInputAsync(work, row, dataset).ConfigureAwait(false);
                }

                foreach (var model in modelIds ?? [])
                {
                    await WriteModelAsync(work, row, "input", new(model)).ConfigureAwait(false);
                }
            },
            cancellationToken
        );
    }

    public Task LogOutputsAsync(RunId id, IReadOnlyList<RunModelOutput> models, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(models);
        return WriteAsync(
            async work =>
            {
                var row = await GetActiveRunAsync(work, id).ConfigureAwait(false);
                foreach (var model in models)
                {
                    await WriteModelAsync(work, row, "output", model).ConfigureAwait(false);
                }
            },
            cancellationToken
        );
    }

    private async Task WriteInputAsync(IUnitOfWork work, RunRow row, RunDataset dataset)
    {
        const string Insert = """
            INSERT INTO reg_dataset (id, experiment_id, name, digest, source_type, source, schema_json, schema_text, profile)
            VALUES (@Id, @ExperimentId, @Name, @Digest, @SourceType, @Source, @Schema, @SchemaText, @Profile)
            ON CONFLICT (experiment_id, name, digest) DO UPDATE SET schema_json = COALESCE(reg_dataset.schema_json, excluded.schema_json)
            RETURNING id
            """;
        var values = new
        {
            Id = NewId(),
            row.ExperimentId,
            dataset.Name,
            dataset.Digest,
            dataset.SourceType,
            dataset.Source,
            Schema = dataset.Schema?.ToJson(),
            dataset.SchemaText,
            dataset.Profile,
        };
        var id = await work.Connection.QuerySingleAsync<string>(Insert, values, work.Transaction).ConfigureAwait(false);
        const string Use = "INSERT INTO reg_run_input (run_id, dataset_id) VALUES (@Run, @id) ON CONFLICT (run_id, dataset_id) DO NOTHING";
        await work.Connection.ExecuteAsync(Use, new { Run = row.Id, id }, work.Transaction).ConfigureAwait(false);
        const string Tag = """
            INSERT INTO reg_run_input_tag (run_id, dataset_id, key, value) VALUES (@Run, @id, @Key, @Value)
            ON CONFLICT (run_id, dataset_id, key) DO UPDATE SET value = excluded.value
            """;
        var tags = dataset.Tags.Select(t => new
        {
            Run = row.Id,
            id,
            t.Key,
            t.Value,
        });
        await work.Connection.ExecuteAsync(Tag, tags, work.Transaction).ConfigureAwait(false);
        work.Link(new(AssetKind.Dataset, dataset.Digest), row.Asset, "trainedOn");
    }

    private static async Task WriteModelAsync(IUnitOfWork work, RunRow row, string direction, RunModelOutput model)
    {
        await LoggedModelStore.GetActiveAsync(work, model.ModelId).ConfigureAwait(false);
        const string Sql = """
            INSERT INTO reg_run_model (run_id, direction, model_id, step) VALUES (@Id, @direction, @ModelId, @Step)
            ON CONFLICT (run_id, direction, model_id) DO UPDATE SET step = excluded.step
            """;
        var values = new
        {
            row.Id,
            direction,
            model.ModelId,
            model.Step,
        };
        await work.Connection.ExecuteAsync(Sql, values, work.Transaction).ConfigureAwait(false);
        var asset = new AssetRef(AssetKind.LoggedModel, model.ModelId);
        if (string.Equals(direction, "input", StringComparison.Ordinal))
        {
            work.Link(asset, row.Asset, "read");
        }
        else
        {
            work.Link(row.Asset, asset, "produced");
        }
    }
}
