using Dapper;
using MlPlatform.Core;
using MlPlatform.Registry.Internal;

namespace MlPlatform.Registry.Tests;

/// <summary>What experiments, models, versions and logged models are found by.</summary>
public sealed class SearchKindsTests : IAsyncDisposable
{
    private const string Run = "00000000000000000000000000000001";
    private readonly RegistryHost host = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory]
    [InlineData("", "", "c b a")]
    [InlineData("name LIKE 'A%'", "", "")]
    [InlineData("name ILIKE 'A%' OR tags.team = 'x'", "", "b a")]
    [InlineData("NOT tags.team = 'x'", "name", "a c")]
    [InlineData("creation_time >= 2 AND last_update_time < 30", "", "b")]
    [InlineData("attribute.name != 'a'", "last_update_time DESC", "c b")]
    [InlineData("", "experiment_id", "a b c")]
    [InlineData("", "tags.team DESC", "b c a")]
    public async Task Experiments_are_found_by_name_times_and_tags(string filter, string order, string names)
    {
        await RunAsync(
            "INSERT INTO reg_experiment (id, name, created_at, updated_at, deleted_at) VALUES ('1', 'a', 1000, 10000, NULL), ('2', 'b', 2000, 20000, NULL), "
                + "('3', 'c', 3000, 30000, NULL), ('4', 'd', 4000, 40000, 5)",
            "INSERT INTO reg_experiment_tag (experiment_id, key, value) VALUES ('2', 'team', 'x'), ('3', 'team', 'w')"
        );
        var found = await PagesAsync(
            (limit, token) =>
                host.Get<IExperimentTracker>()
                    .SearchExperimentsAsync(
                        new()
                        {
                            Filter = filter,
                            OrderBy = Orders(order),
                            Limit = limit,
                            PageToken = token,
                        },
                        Cancel
                    )
        );
        Assert.Equal(names, string.Join(' ', found.Select(e => e.Name)));
    }

    [Fact]
    public async Task Deleted_experiments_are_found_on_request()
    {
        await RunAsync(
            "INSERT INTO reg_experiment (id, name, created_at, updated_at, deleted_at) VALUES ('1', 'a', 1000, 10000, NULL), ('4', 'd', 4000, 40000, 5)"
        );
        var tracker = host.Get<IExperimentTracker>();

        Assert.Equal("d", (await tracker.SearchExperimentsAsync(new() { View = LifecycleView.DeletedOnly }, Cancel)).Items.Single().Name);
        Assert.Equal(2, (await tracker.SearchExperimentsAsync(new() { View = LifecycleView.All }, Cancel)).Items.Count);
    }

    [Theory]
    [InlineData("", "", "A a b")]
    [InlineData("name = 'a'", "", "a")]
    [InlineData("name ILIKE 'a'", "name DESC", "a A")]
    [InlineData("tags.`prompt is` != 'x'", "", "b")]
    [InlineData("tags.`prompt is` IS NULL", "", "a")]
    [InlineData("", "creation_timestamp DESC", "b a A")]
    [InlineData("", "last_updated_timestamp", "A b a")]
    public async Task Models_are_found_by_name_and_tags(string filter, string order, string names)
    {
        await RunAsync(
            "INSERT INTO reg_model (name, created_at, updated_at, deleted_at, next_version) VALUES ('A', 1, 1, NULL, 1), ('a', 2, 9, NULL, 4), "
                + "('b', 3, 3, NULL, 1), ('gone', 4, 4, 5, 1)",
            "INSERT INTO reg_model_tag (model, key, value) VALUES ('A', 'prompt is', 'x'), ('b', 'prompt is', 'y')"
        );
        var found = await PagesAsync(
            (limit, token) =>
                host.Models.SearchModelsAsync(
                    new()
                    {
                        Filter = filter,
                        OrderBy = Orders(order),
                        Limit = limit,
                        PageToken = token,
                    },
                    Cancel
                )
        );
        Assert.Equal(names, string.Join(' ', found.Select(m => m.Name)));
    }

    [Theory]
    [InlineData("", "", "b@v1 a@v3 a@v2 a@v1")]
    [InlineData("name = 'a'", "version_number", "a@v1 a@v2 a@v3")]
    [InlineData("version_number >= 2 AND version_number != 2.5", "", "a@v3 a@v2")]
    [InlineData($"run_id IN ('{Run}', 'x')", "", "b@v1 a@v1")]
    [InlineData("run_id NOT IN ('x')", "", "b@v1 a@v1")]
    [InlineData("run_id IS NULL", "name DESC", "a@v3 a@v2")]
    [InlineData("source_path LIKE '%/1'", "", "a@v1")]
    [InlineData("tags.stage = 'prod' OR creation_timestamp > 3", "", "b@v1 a@v2")]
    [InlineData("", "run_id", "a@v1 b@v1 a@v3 a@v2")]
    [InlineData("", "version_number DESC", "a@v3 a@v2 a@v1 b@v1")]
    [InlineData("", "last_updated_timestamp ASC", "a@v3 a@v2 a@v1 b@v1")]
    public async Task Versions_are_found_by_name_number_run_source_times_and_tags(string filter, string order, string names)
    {
        var digest = "sha256:" + new string('0', 64);
        await RunAsync(
            "INSERT INTO reg_model (name, created_at, updated_at, next_version) VALUES ('a', 1, 1, 5), ('b', 1, 1, 2)",
            $"""
            INSERT INTO reg_model_version (model, version, manifest_digest, source, run_id, created_at, updated_at, created_by, deleted_at) VALUES
            ('a', 1, '{digest}', 's/1', '{Run}', 1000, 5000, 'x', NULL), ('a', 2, '{digest}', 's/2', NULL, 2000, 5000, 'x', NULL),
            ('a', 3, '{digest}', NULL, NULL, 3000, 5000, 'x', NULL), ('a', 4, '{digest}', NULL, NULL, 3000, 5000, 'x', 7),
            ('b', 1, '{digest}', 's/3', '{Run}', 4000, 6000, 'x', NULL)
            """,
            "INSERT INTO reg_model_version_tag (model, version, key, value) VALUES ('a', 2, 'stage', 'prod'), ('b', 1, 'stage', 'dev')"
        );
        var found = await PagesAsync(
            (limit, token) =>
                host.Models.SearchVersionsAsync(
                    new()
                    {
                        Filter = filter,
                        OrderBy = Orders(order),
                        Limit = limit,
                        PageToken = token,
                    },
                    Cancel
                )
        );
        Assert.Equal(names, string.Join(' ', found.Select(v => v.Id.ToString())));
        Assert.All(found.Where(v => v.Id == new ModelVersionId("a", 2)), v => Assert.Equal("prod", v.Tags["stage"]));
    }

    [Theory]
    [InlineData("", "", "", "m3 m2 m1")]
    [InlineData("metrics.auc > 0.7", "", "", "m2 m1")]
    [InlineData("metrics.auc > 0.7", "test", "", "m1")]
    [InlineData("", "test", "", "m1")]
    [InlineData("metrics.auc > 0.7 OR tags.t LIKE 'X%'", "train", "", "m2")]
    [InlineData("", "train", "name DESC", "m2 m1")]
    [InlineData("metrics.auc != 0.9 AND metrics.auc IS NOT NULL", "train", "", "m1")]
    [InlineData("params.depth = '3' OR tags.t LIKE 'X%'", "", "", "m3 m2")]
    [InlineData("name IN ('one', 'two') AND model_type IS NULL", "", "", "m1")]
    [InlineData($"source_run_id = '{Run}' AND creation_time < 3 AND status = 'READY'", "", "", "m2")]
    [InlineData("", "", "metrics.auc DESC", "m1 m2 m3")]
    [InlineData("", "", "metrics.auc DESC train", "m2 m1 m3")]
    [InlineData("", "", "metrics.auc ASC train", "m1 m2 m3")]
    [InlineData("", "", "name ASC", "m1 m3 m2")]
    public async Task Logged_models_are_found_by_metrics_on_datasets_too(string filter, string dataset, string order, string ids)
    {
        await RunAsync(
            "INSERT INTO reg_experiment (id, name, created_at, updated_at) VALUES ('e', 'e', 1, 1), ('f', 'f', 1, 1)",
            $"INSERT INTO reg_run (id, experiment_id, name, status, start_time, actor_id) VALUES ('{Run}', 'e', 'r', 'FINISHED', 1, 'x')",
            $"""
            INSERT INTO reg_logged_model (id, experiment_id, name, model_type, source_run_id, status, created_at, updated_at, deleted_at) VALUES
            ('m1', 'e', 'one', NULL, NULL, 'Ready', 1000, 1, NULL), ('m2', 'e', 'two', 'agent', '{Run}', 'Ready', 2000, 1, NULL),
            ('m3', 'e', 'three', 'agent', '{Run}', 'Ready', 3000, 1, NULL), ('m4', 'e', 'gone', NULL, NULL, 'Ready', 4000, 1, 9),
            ('m5', 'f', 'other', NULL, NULL, 'Ready', 5000, 1, NULL)
            """,
            $"""
            INSERT INTO reg_logged_model_metric (model_id, key, dataset_name, dataset_digest, run_id, step, at, value, is_nan) VALUES
            ('m1', 'auc', 'train', 'd1', '{Run}', 1, 1, 0.6, 0), ('m1', 'auc', 'test', 'd2', '{Run}', 2, 1, 0.8, 0),
            ('m2', 'auc', 'train', 'd1', '{Run}', 1, 1, 0.9, 0), ('m2', 'auc', '', '', '{Run}', 3, 1, 0.5, 0)
            """,
            "INSERT INTO reg_logged_model_param (model_id, key, value) VALUES ('m2', 'depth', '3')",
            "INSERT INTO reg_logged_model_tag (model_id, key, value) VALUES ('m3', 't', 'Xy')"
        );
        var words = order.Split(' ');
        var query = new LoggedModelQuery
        {
            ExperimentIds = ["e"],
            Filter = filter,
            Datasets = dataset.Length == 0 ? [] : [new(dataset)],
            OrderBy = order.Length == 0 ? [] : [new(words[0], words[1] == "DESC", words.Length > 2 ? new(words[2], "d1") : null)],
        };
        var found = await PagesAsync(
            (limit, token) => host.Get<ILoggedModels>().SearchAsync(query with { Limit = limit, PageToken = token }, Cancel)
        );
        Assert.Equal(ids, string.Join(' ', found.Select(m => m.Id)));
    }

    [Theory]
    [InlineData("experiments", "name IN ('a')")]
    [InlineData("experiments", "metrics.a > 1")]
    [InlineData("experiments", "params.a = 'x'")]
    [InlineData("experiments", "status = 'x'")]
    [InlineData("registered models", "name IN ('a')")]
    [InlineData("registered models", "name > 'a'")]
    [InlineData("registered models", "run_id = 'a'")]
    [InlineData("model versions", "version_number = '1'")]
    [InlineData("model versions", "version_number LIKE '1'")]
    [InlineData("model versions", "name IN ('a')")]
    [InlineData("model versions", "datasets.name = 'a'")]
    [InlineData("logged models", "datasets.name = 'a'")]
    [InlineData("logged models", "end_time > 1")]
    public void A_filter_of_another_kind_is_refused(string kind, string filter)
    {
        SearchSchema[] schemas = [ExperimentSchema.Instance, ModelSchema.Instance, VersionSchema.Instance, LoggedModelSchema.Instance];
        var schema = schemas.Single(s => s.Kind == kind);
        Assert.Throws<InvalidSearchException>(() => SearchRules.Check(SearchText.ParseFilter(filter)!, schema));
    }

    [Fact]
    public async Task A_token_of_another_kind_is_refused()
    {
        await RunAsync("INSERT INTO reg_model (name, created_at, updated_at, next_version) VALUES ('a', 1, 1, 1), ('b', 1, 1, 1)");
        var token = (await host.Models.SearchModelsAsync(new() { Limit = 1 }, Cancel)).NextPageToken;

        await Assert.ThrowsAsync<InvalidSearchException>(() => host.Models.SearchVersionsAsync(new() { PageToken = token }, Cancel));
    }

    private static string[] Orders(string order) => order.Length == 0 ? [] : [order];

    private static async Task<List<T>> PagesAsync<T>(Func<int, string?, Task<Page<T>>> search)
    {
        var whole = await search(1000, null);
        var found = new List<T>();
        string? token = null;
        do
        {
            var page = await search(1, token);
            found.AddRange(page.Items);
            token = page.NextPageToken;
        } while (token is not null);

        Assert.Null(whole.NextPageToken);
        Assert.Equal(whole.Items.Select(i => $"{i}"), found.Select(i => $"{i}"));
        return found;
    }

    private Task RunAsync(params string[] statements) =>
        host.Database.WriteAsync(
            Durability.Process,
            async work =>
            {
                foreach (var statement in statements)
                {
                    await work.Connection.ExecuteAsync(statement, null, work.Transaction);
                }
            },
            Cancel
        );
}
