using System.Text.Json;

namespace MlPlatform.AspNetCore.Tests;

public sealed class RunEndpointTests : IAsyncLifetime
{
    private WebHost host = null!;
    private string experiment = null!;

    public async ValueTask InitializeAsync()
    {
        host = await WebHost.StartAsync();
        experiment = (await host.CallAsync("POST", "experiments/create", new { name = "flights" })).Text("experiment_id");
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Default_experiment_is_there_from_the_start()
    {
        var reply = await host.CallAsync("GET", "experiments/get?experiment_id=0");
        Assert.Equal("Default", reply.Text("experiment", "name"));
        Assert.Equal("mlflow-artifacts:/0", reply.Text("experiment", "artifact_location"));
        var run = await host.CallAsync("POST", "runs/create", new { });
        Assert.Equal("0", run.Text("run", "info", "experiment_id"));
    }

    [Fact]
    public async Task Experiment_is_renamed_tagged_deleted_and_restored()
    {
        await host.CallAsync(
            "POST",
            "experiments/set-experiment-tag",
            new
            {
                experiment_id = experiment,
                key = "a",
                value = "1",
            }
        );
        await host.CallAsync("POST", "experiments/update", new { experiment_id = experiment, new_name = "trips" });
        var found = await host.CallAsync("GET", "experiments/get-by-name?experiment_name=trips");
        Assert.Equal("1", found.GetProperty("experiment").GetProperty("tags")[0].Text("value"));
        await host.CallAsync("POST", "experiments/delete", new { experiment_id = experiment });
        Assert.Equal(
            "deleted",
            (await host.CallAsync("GET", $"experiments/get?experiment_id={experiment}")).Text("experiment", "lifecycle_stage")
        );
        await host.RefusedAsync(
            "POST",
            "experiments/update",
            new { experiment_id = experiment, new_name = "x" },
            400,
            "INVALID_PARAMETER_VALUE"
        );
        await host.RefusedAsync("POST", "runs/create", new { experiment_id = experiment }, 400, "INVALID_PARAMETER_VALUE");
        await host.RefusedAsync("POST", "experiments/create", new { name = "trips" }, 400, "RESOURCE_ALREADY_EXISTS");
        await host.CallAsync("POST", "experiments/restore", new { experiment_id = experiment });
        await host.RefusedAsync("GET", "experiments/get-by-name?experiment_name=flights", null, 404, "RESOURCE_DOES_NOT_EXIST");
        await host.RefusedAsync(
            "POST",
            "experiments/create",
            new { name = "y", artifact_location = "s3://b/%2e%2e/x" },
            400,
            "INVALID_PARAMETER_VALUE"
        );
    }

    [Fact]
    public async Task Run_comes_back_as_it_was_logged()
    {
        var run = await CreateAsync(
            new
            {
                experiment_id = experiment,
                run_name = "first",
                user_id = "ada",
                start_time = "1000",
                tags = new[] { new { key = "k", value = "v" } },
            }
        );
        await host.CallAsync(
            "POST",
            "runs/log-batch",
            new
            {
                run_id = run,
                metrics = new object[]
                {
                    new
                    {
                        key = "auc",
                        value = 0.5,
                        timestamp = 1,
                        step = 1,
                    },
                    new
                    {
                        key = "auc",
                        value = "NaN",
                        timestamp = 2,
                        step = "2",
                    },
                    new
                    {
                        key = "big",
                        value = "Infinity",
                        timestamp = 1,
                    },
                },
                @params = new[] { new { key = "leaves", value = "31" } },
                tags = new[] { new { key = "long", value = new string('x', 9000) } },
            }
        );
        await host.CallAsync(
            "POST",
            "runs/update",
            new
            {
                run_uuid = run,
                status = "FINISHED",
                end_time = 2000,
            }
        );

        var read = (await host.CallAsync("GET", $"runs/get?run_id={run}&run_uuid={run}")).GetProperty("run");
        var info = read.GetProperty("info");
        Assert.Equal(
            ("first", "ada", "FINISHED", 1000, 2000),
            (
                info.Text("run_name"),
                info.Text("user_id"),
                info.Text("status"),
                info.GetProperty("start_time").GetInt32(),
                info.GetProperty("end_time").GetInt32()
            )
        );
        Assert.Equal($"mlflow-artifacts:/{experiment}/{run}/artifacts", info.Text("artifact_uri"));
        var metrics = read.GetProperty("data").GetProperty("metrics").EnumerateArray().ToDictionary(m => m.Text("key"));
        Assert.Equal("NaN", metrics["auc"].Text("value"));
        Assert.Equal(double.MaxValue, metrics["big"].GetProperty("value").GetDouble());
        var tags = read.GetProperty("data").GetProperty("tags").EnumerateArray().ToDictionary(t => t.Text("key"), t => t.Text("value"));
        Assert.Equal(("v", "first", 8000), (tags["k"], tags["mlflow.runName"], tags["long"].Length));
        await host.RefusedAsync(
            "POST",
            "runs/log-parameter",
            new
            {
                run_id = run,
                key = "leaves",
                value = "63",
            },
            400,
            "INVALID_PARAMETER_VALUE"
        );
        await host.RefusedAsync("GET", $"runs/get?run_id={run}&run_uuid={new string('0', 32)}", null, 400, "INVALID_PARAMETER_VALUE");
        await host.RefusedAsync("GET", $"runs/get?run_id={new string('0', 32)}", null, 404, "RESOURCE_DOES_NOT_EXIST");
    }

    [Fact]
    public async Task Name_and_its_tag_must_agree()
    {
        var tags = new[] { new { key = "mlflow.runName", value = "b" } };
        await host.RefusedAsync(
            "POST",
            "runs/create",
            new
            {
                experiment_id = experiment,
                run_name = "a",
                tags,
            },
            400,
            "INVALID_PARAMETER_VALUE"
        );
        var run = await CreateAsync(new { experiment_id = experiment, tags });
        Assert.Equal("b", (await host.CallAsync("GET", $"runs/get?run_id={run}")).Text("run", "info", "run_name"));
    }

    [Fact]
    public async Task Limits_of_a_batch_hold_and_nothing_of_a_bad_one_is_stored()
    {
        var run = await CreateAsync(new { experiment_id = experiment });
        var many = Enumerable
            .Range(0, 1001)
            .Select(i => new
            {
                key = $"m{i}",
                value = 1,
                timestamp = 1,
            });
        await host.RefusedAsync("POST", "runs/log-batch", new { run_id = run, metrics = many }, 400, "INVALID_PARAMETER_VALUE");
        var pairs = Enumerable.Range(0, 101).Select(i => new { key = $"m{i}", value = "1" });
        await host.RefusedAsync("POST", "runs/log-batch", new { run_id = run, @params = pairs }, 400, "INVALID_PARAMETER_VALUE");
        await host.RefusedAsync(
            "POST",
            "runs/log-batch",
            new
            {
                run_id = run,
                metrics = many.Take(950),
                tags = pairs.Take(51),
            },
            400,
            "INVALID_PARAMETER_VALUE"
        );
        await host.RefusedAsync(
            "POST",
            "runs/log-batch",
            new
            {
                run_id = run,
                metrics = many.Take(1),
                tags = new[] { new { key = "../x", value = "1" } },
            },
            400,
            "INVALID_PARAMETER_VALUE"
        );
        Assert.False(
            (await host.CallAsync("GET", $"runs/get?run_id={run}")).GetProperty("run").GetProperty("data").TryGetProperty("metrics", out _)
        );
    }

    [Fact]
    public async Task History_comes_page_by_page_and_as_a_sample()
    {
        var run = await CreateAsync(new { experiment_id = experiment });
        var points = Enumerable
            .Range(0, 500)
            .Select(i => new
            {
                key = "loss",
                value = i,
                timestamp = i,
                step = i,
            });
        await host.CallAsync("POST", "runs/log-batch", new { run_id = run, metrics = points });
        var seen = new List<int>();
        string? token = null;
        do
        {
            var page = await host.CallAsync("GET", $"metrics/get-history?run_id={run}&metric_key=loss&max_results=200&page_token={token}");
            seen.AddRange(page.GetProperty("metrics").EnumerateArray().Select(m => m.GetProperty("step").GetInt32()));
            token = page.TryGetProperty("next_page_token", out var next) ? next.GetString() : null;
        } while (token is not null);
        Assert.Equal(Enumerable.Range(0, 500), seen);

        var sample = await host.CallAsync(
            "GET",
            $"metrics/get-history-bulk-interval?run_ids={run}&metric_key=loss&start_step=100&end_step=300&max_results=5"
        );
        Assert.Equal(
            [100, 140, 180, 220, 260, 300],
            sample.GetProperty("metrics").EnumerateArray().Select(m => m.GetProperty("step").GetInt32())
        );
        await host.RefusedAsync(
            "GET",
            $"metrics/get-history?run_id={run}&metric_key=loss&page_token=x",
            null,
            400,
            "INVALID_PARAMETER_VALUE"
        );
        await host.RefusedAsync(
            "GET",
            $"metrics/get-history-bulk-interval?run_ids={run}&metric_key=loss&start_step=1",
            null,
            400,
            "INVALID_PARAMETER_VALUE"
        );
    }

    [Fact]
    public async Task Sample_shows_the_same_steps_of_each_run_and_where_each_begins_and_ends()
    {
        var (first, second) = (await WithStepsAsync(10), await WithStepsAsync(20));
        Assert.Equal([0, 2, 4, 6, 8, 9], (await SampleAsync($"run_ids={first}")).Select(p => p.Step));
        Assert.Equal(
            [
                (first, 0),
                (first, 4),
                (first, 8),
                (first, 9),
                (second, 0),
                (second, 4),
                (second, 8),
                (second, 9),
                (second, 12),
                (second, 16),
                (second, 19),
            ],
            await SampleAsync($"run_ids={first}&run_ids={second}")
        );
        Assert.Equal(5, (await SampleAsync($"run_ids={first}&start_step=0&end_step=4")).Count);

        async Task<string> WithStepsAsync(int count)
        {
            var run = await CreateAsync(new { experiment_id = experiment });
            var metrics = Enumerable
                .Range(0, count)
                .Select(i => new
                {
                    key = "loss",
                    value = 1,
                    timestamp = 1,
                    step = i,
                });
            await host.CallAsync("POST", "runs/log-batch", new { run_id = run, metrics });
            return run;
        }

        async Task<List<(string Run, int Step)>> SampleAsync(string query)
        {
            var reply = await host.CallAsync("GET", $"metrics/get-history-bulk-interval?{query}&metric_key=loss&max_results=5");
            return [.. reply.GetProperty("metrics").EnumerateArray().Select(m => (m.Text("run_id"), m.GetProperty("step").GetInt32()))];
        }
    }

    [Fact]
    public async Task Histories_of_several_runs_come_one_after_the_other_up_to_the_limit()
    {
        var runs = new[] { await CreateAsync(new { experiment_id = experiment }), await CreateAsync(new { experiment_id = experiment }) };
        foreach (var run in runs)
        {
            var metrics = Enumerable
                .Range(0, 3)
                .Select(i => new
                {
                    key = "loss",
                    value = i,
                    timestamp = i,
                    step = i,
                });
            await host.CallAsync("POST", "runs/log-batch", new { run_id = run, metrics });
        }

        var query = $"metrics/get-history-bulk?run_id={runs[1]}&run_id={runs[0]}&metric_key=loss";
        Assert.Equal([.. Enumerable.Repeat(runs[0], 3), .. Enumerable.Repeat(runs[1], 3)], await RunsAsync(query));
        Assert.Equal([runs[0], runs[0], runs[0], runs[1]], await RunsAsync(query + "&max_results=4"));
        foreach (
            var wrong in new[]
            {
                "metric_key=loss",
                $"run_id={runs[0]}",
                string.Concat(Enumerable.Repeat("run_id=a&", 101)) + "metric_key=loss",
            }
        )
        {
            await host.RefusedAsync("GET", "metrics/get-history-bulk?" + wrong, null, 400, "INVALID_PARAMETER_VALUE");
        }

        async Task<IEnumerable<string>> RunsAsync(string path) =>
            (await host.CallAsync("GET", path)).GetProperty("metrics").EnumerateArray().Select(m => m.Text("run_id"));
    }

    [Fact]
    public async Task Datasets_of_experiments_are_listed_once_for_each_context()
    {
        var runs = new[] { await CreateAsync(new { experiment_id = experiment }), await CreateAsync(new { experiment_id = experiment }) };
        await InputAsync(runs[0], "flights", "training");
        await InputAsync(runs[1], "flights", "training");
        await InputAsync(runs[1], "airports", null);
        await InputAsync(await CreateAsync(new { experiment_id = "0" }), "elsewhere", "training");
        Assert.Equal([("airports", null), ("flights", "training")], await ListAsync());

        await host.CallAsync("POST", "runs/delete", new { run_id = runs[1] });
        Assert.Equal([("flights", "training")], await ListAsync());
        await host.RefusedAsync("POST", "experiments/search-datasets", new { }, 400, "INVALID_PARAMETER_VALUE");
        var many = Enumerable.Range(0, 101).Select(i => $"{i}");
        await host.RefusedAsync("POST", "experiments/search-datasets", new { experiment_ids = many }, 400, "INVALID_PARAMETER_VALUE");

        Task<JsonElement> InputAsync(string run, string name, string? context)
        {
            var dataset = new
            {
                name,
                digest = "abc",
                source_type = "local",
                source = "{}",
            };
            var tags = context is null ? [] : new[] { new { key = "mlflow.data.context", value = context } };
            return host.CallAsync("POST", "runs/log-inputs", new { run_id = run, datasets = new[] { new { dataset, tags } } });
        }

        async Task<List<(string Name, string? Context)>> ListAsync()
        {
            var found = await host.CallAsync("POST", "experiments/search-datasets", new { experiment_ids = new[] { experiment } });
            return
            [
                .. found
                    .GetProperty("dataset_summaries")
                    .EnumerateArray()
                    .Select(d => (d.Text("name"), d.TryGetProperty("context", out var context) ? context.GetString() : null)),
            ];
        }
    }

    [Fact]
    public async Task Refusals_are_in_the_words_that_clients_look_for()
    {
        var run = await CreateAsync(new { experiment_id = experiment });
        Assert.Equal(
            "Run with id=x not found. An id of a run has 32 lower-case hexadecimal digits.",
            await SaysAsync("GET", "runs/get?run_id=x")
        );
        Assert.Equal(
            "No tag with name: t on Run with id=" + run + ".",
            await SaysAsync("POST", "runs/delete-tag", new { run_id = run, key = "t" })
        );
        Assert.Equal("No Experiment with id=7 exists.", await SaysAsync("GET", "experiments/get?experiment_id=7"));
        Assert.Equal("Could not find experiment with name 'x'.", await SaysAsync("GET", "experiments/get-by-name?experiment_name=x"));
        Assert.Equal("Registered Model with name=m not found.", await SaysAsync("GET", "registered-models/get?name=m"));
        Assert.Equal("Model Version (name=m, version=1) not found.", await SaysAsync("GET", "model-versions/get?name=m&version=1"));
        Assert.Equal(
            "Parameter 'version' must be an integer, got 'x'. Versions count from 1.",
            await SaysAsync("GET", "model-versions/get?name=m&version=x")
        );
        Assert.StartsWith(
            "Experiment 'flights' already exists.",
            await SaysAsync("POST", "experiments/create", new { name = "flights" }),
            StringComparison.Ordinal
        );
        Assert.Equal(
            "Invalid value 31 for parameter 'run_id' supplied: a text was expected.",
            await SaysAsync("POST", "runs/set-tag", new { run_id = 31, value = 41 })
        );
        await host.CallAsync("POST", "runs/delete", new { run_id = run });
        Assert.StartsWith(
            $"The run {run} must be in the 'active' state",
            await SaysAsync(
                "POST",
                "runs/set-tag",
                new
                {
                    run_id = run,
                    key = "k",
                    value = "v",
                }
            ),
            StringComparison.Ordinal
        );

        async Task<string> SaysAsync(string method, string path, object? body = null) =>
            (await host.TryAsync(method, path, body)).Reply.Text("message");
    }

    [Fact]
    public async Task Quotes_in_a_reply_are_readable()
    {
        using var reply = await host.Client.GetAsync(
            new Uri("/api/2.0/mlflow/runs/get", UriKind.Relative),
            TestContext.Current.CancellationToken
        );
        Assert.Contains(
            "Missing value for required parameter 'run_id'.",
            await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Search_pages_through_runs_by_a_metric()
    {
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add(await CreateAsync(new { experiment_id = experiment }));
            await host.CallAsync(
                "POST",
                "runs/log-metric",
                new
                {
                    run_id = ids[i],
                    key = "auc",
                    value = i,
                    timestamp = 1,
                }
            );
        }

        var seen = new List<string>();
        string? token = null;
        do
        {
            var query = new
            {
                experiment_ids = new[] { experiment },
                filter = "metrics.auc >= 1 OR params.x IS NOT NULL",
                order_by = new[] { "metrics.auc DESC" },
                max_results = 2,
                page_token = token,
            };
            var page = await host.CallAsync("POST", "runs/search", query);
            seen.AddRange(page.GetProperty("runs").EnumerateArray().Select(r => r.Text("info", "run_id")));
            token = page.TryGetProperty("next_page_token", out var next) ? next.GetString() : null;
        } while (token is not null);
        Assert.Equal(ids.Skip(1).Reverse(), seen);
        Assert.False((await host.CallAsync("POST", "runs/search", new { })).TryGetProperty("runs", out _));
        await host.RefusedAsync(
            "POST",
            "runs/search",
            new { experiment_ids = new[] { experiment }, filter = "metrics.auc > 'x'" },
            400,
            "INVALID_PARAMETER_VALUE"
        );
        await host.RefusedAsync(
            "POST",
            "runs/search",
            new { experiment_ids = new[] { experiment }, run_view_type = "SOME" },
            400,
            "INVALID_PARAMETER_VALUE"
        );
    }

    [Fact]
    public async Task Inputs_and_logged_models_belong_to_their_run()
    {
        var run = await CreateAsync(new { experiment_id = experiment });
        var model = await host.CallAsync(
            "POST",
            "logged-models",
            new
            {
                experiment_id = experiment,
                name = "late",
                source_run_id = run,
            }
        );
        var id = model.Text("model", "info", "model_id");
        var dataset = new
        {
            name = "flights",
            digest = "abc",
            source_type = "local",
            source = "{}",
            schema = "{}",
        };
        await host.CallAsync(
            "POST",
            "runs/log-inputs",
            new
            {
                run_id = run,
                datasets = new[] { new { dataset, tags = new[] { new { key = "mlflow.data.context", value = "training" } } } },
                models = new[] { new { model_id = id } },
            }
        );
        await host.CallAsync("POST", "runs/outputs", new { run_id = run, models = new[] { new { model_id = id, step = 3 } } });
        await host.CallAsync(
            "POST",
            "runs/log-metric",
            new
            {
                run_id = run,
                key = "auc",
                value = 0.7,
                timestamp = 1,
                model_id = id,
            }
        );
        await host.CallAsync("PATCH", $"logged-models/{id}", new { model_id = id, status = "LOGGED_MODEL_READY" });

        var read = (await host.CallAsync("GET", $"runs/get?run_id={run}")).GetProperty("run");
        Assert.Equal("training", read.GetProperty("inputs").GetProperty("dataset_inputs")[0].GetProperty("tags")[0].Text("value"));
        Assert.Equal(id, read.GetProperty("inputs").GetProperty("model_inputs")[0].Text("model_id"));
        Assert.Equal(3, read.GetProperty("outputs").GetProperty("model_outputs")[0].GetProperty("step").GetInt32());
        var found = await host.CallAsync(
            "POST",
            "logged-models/search",
            new { experiment_ids = new[] { experiment }, filter = "metrics.auc > 0.5" }
        );
        Assert.Equal(JsonValueKind.Array, found.GetProperty("models").ValueKind);
        Assert.Equal("LOGGED_MODEL_READY", found.GetProperty("models")[0].Text("info", "status"));
        await host.CallAsync("DELETE", $"logged-models/{id}");
        await host.RefusedAsync("GET", $"logged-models/{id}", null, 404, "RESOURCE_DOES_NOT_EXIST");
    }

    private async Task<string> CreateAsync(object body) =>
        (await host.CallAsync("POST", "runs/create", body)).Text("run", "info", "run_id");
}
