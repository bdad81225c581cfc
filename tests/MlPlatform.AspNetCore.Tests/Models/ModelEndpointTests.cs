namespace MlPlatform.AspNetCore.Tests;

public sealed class ModelEndpointTests : IAsyncLifetime
{
    private WebHost host = null!;
    private string run = null!;

    public async ValueTask InitializeAsync()
    {
        host = await WebHost.StartAsync();
        run = (await host.CallAsync("POST", "runs/create", new { })).Text("run", "info", "run_id");
        await host.CallAsync("POST", "registered-models/create", new { name = "late", description = "flights" });
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Version_is_made_described_and_found_and_its_number_is_a_text()
    {
        var made = await CreateAsync();
        Assert.Equal(("1", "None", "READY"), (made.Text("version"), made.Text("current_stage"), made.Text("status")));
        await host.CallAsync(
            "PATCH",
            "model-versions/update",
            new
            {
                name = "late",
                version = "1",
                description = "first",
            }
        );
        await host.CallAsync(
            "POST",
            "model-versions/set-tag",
            new
            {
                name = "late",
                version = "1",
                key = "a",
                value = "1",
            }
        );
        var read = (await host.CallAsync("GET", "model-versions/get?name=late&version=1")).GetProperty("model_version");
        Assert.Equal(("first", run, $"runs:/{run}/model"), (read.Text("description"), read.Text("run_id"), read.Text("source")));
        var uri = await host.CallAsync("GET", "model-versions/get-download-uri?name=late&version=1");
        Assert.Equal($"mlflow-artifacts:/0/{run}/artifacts/model", uri.Text("artifact_uri"));
        var found = await host.CallAsync("GET", "model-versions/search?filter=name%3D%27late%27");
        Assert.Equal("a", found.GetProperty("model_versions")[0].GetProperty("tags")[0].Text("key"));
        await host.CallAsync("DELETE", "model-versions/delete", new { name = "late", version = "1" });
        await host.RefusedAsync("GET", "model-versions/get?name=late&version=1", null, 404, "RESOURCE_DOES_NOT_EXIST");
        Assert.Equal("2", (await CreateAsync()).Text("version"));
    }

    [Fact]
    public async Task Alias_points_moves_and_goes()
    {
        await CreateAsync();
        await CreateAsync();
        await host.CallAsync(
            "POST",
            "registered-models/alias",
            new
            {
                name = "late",
                alias = "champion",
                version = "1",
            }
        );
        await host.CallAsync(
            "POST",
            "registered-models/alias",
            new
            {
                name = "late",
                alias = "champion",
                version = "2",
            }
        );
        var read = await host.CallAsync("GET", "registered-models/alias?name=late&alias=champion");
        Assert.Equal("2", read.Text("model_version", "version"));
        var model = (await host.CallAsync("GET", "registered-models/get?name=late")).GetProperty("registered_model");
        Assert.Equal("champion", model.GetProperty("aliases")[0].Text("alias"));
        await host.CallAsync("DELETE", "registered-models/alias", new { name = "late", alias = "champion" });
        await host.RefusedAsync("GET", "registered-models/alias?name=late&alias=champion", null, 400, "INVALID_PARAMETER_VALUE");
        await host.RefusedAsync("GET", "registered-models/alias?name=none&alias=champion", null, 404, "RESOURCE_DOES_NOT_EXIST");
        await host.RefusedAsync(
            "POST",
            "registered-models/alias",
            new
            {
                name = "late",
                alias = "v1",
                version = "1",
            },
            400,
            "INVALID_PARAMETER_VALUE"
        );
        await host.RefusedAsync(
            "POST",
            "registered-models/alias",
            new
            {
                name = "late",
                alias = "a",
                version = "one",
            },
            400,
            "INVALID_PARAMETER_VALUE"
        );
    }

    [Fact]
    public async Task Stages_are_there_for_old_clients()
    {
        await CreateAsync();
        await CreateAsync();
        await StageAsync("1", "production", archive: false);
        var moved = await StageAsync("2", "Production", archive: true);
        Assert.Equal("Production", moved.Text("model_version", "current_stage"));
        Assert.Equal(
            "Archived",
            (await host.CallAsync("GET", "model-versions/get?name=late&version=1")).Text("model_version", "current_stage")
        );
        var latest = await host.CallAsync(
            "POST",
            "registered-models/get-latest-versions",
            new { name = "late", stages = new[] { "PRODUCTION" } }
        );
        Assert.Equal("2", latest.GetProperty("model_versions")[0].Text("version"));
        await host.RefusedAsync(
            "POST",
            "model-versions/transition-stage",
            new
            {
                name = "late",
                version = "1",
                stage = "Live",
                archive_existing_versions = false,
            },
            400,
            "INVALID_PARAMETER_VALUE"
        );
        await host.RefusedAsync(
            "POST",
            "model-versions/transition-stage",
            new
            {
                name = "late",
                version = "1",
                stage = "None",
                archive_existing_versions = true,
            },
            400,
            "INVALID_PARAMETER_VALUE"
        );
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("C:\\models")]
    [InlineData("\\\\host\\share")]
    [InlineData("file:///etc")]
    [InlineData("FILE:/etc")]
    [InlineData("s3://bucket/../x")]
    [InlineData("s3://bucket/%252e%252e/x")]
    [InlineData("mlflow-artifacts:/0/../../x")]
    [InlineData("mlflow-artifacts://host:9000/models/artifact%00")]
    [InlineData("dbfs:/run/artifacts/a%3f/../../..")]
    public async Task Source_that_could_lead_elsewhere_is_refused(string source) =>
        await host.RefusedAsync("POST", "model-versions/create", new { name = "late", source }, 400, "INVALID_PARAMETER_VALUE");

    [Theory]
    [InlineData("mlflow-artifacts:/models/")]
    [InlineData("mlflow-artifacts:/models/foo///bar")]
    [InlineData("mlflow-artifacts://host:9000/models/artifact/..../")]
    [InlineData("runs:/of_another_server/model")]
    [InlineData("models:/none/1")]
    [InlineData("s3://bucket/model")]
    public async Task Source_of_another_place_is_kept_as_it_is(string source)
    {
        await host.CallAsync(
            "POST",
            "model-versions/create",
            new
            {
                name = "late",
                source,
                run_id = "of_another_server",
            }
        );
        var uri = await host.CallAsync("GET", "model-versions/get-download-uri?name=late&version=1");
        Assert.Equal(source, uri.Text("artifact_uri"));
    }

    [Fact]
    public async Task Run_of_another_server_is_kept_and_versions_are_found_by_it()
    {
        await host.CallAsync(
            "POST",
            "model-versions/create",
            new
            {
                name = "late",
                source = "s3://b",
                run_id = "other-1",
            }
        );
        await CreateAsync();
        var found = await host.CallAsync("GET", "model-versions/search?filter=run_id%3D%27other-1%27");
        var version = Assert.Single(found.GetProperty("model_versions").EnumerateArray());
        Assert.Equal(("1", "other-1"), (version.Text("version"), version.Text("run_id")));
        await host.RefusedAsync(
            "POST",
            "model-versions/create",
            new
            {
                name = "late",
                source = "s3://b",
                run_id = new string('x', 501),
            },
            400,
            "INVALID_PARAMETER_VALUE"
        );
    }

    [Fact]
    public async Task Copies_lead_to_the_files_of_the_first_and_a_circle_of_them_ends()
    {
        await CreateAsync();
        await host.CallAsync("POST", "model-versions/create", new { name = "late", source = "models:/late/1" });
        await host.CallAsync("POST", "model-versions/create", new { name = "late", source = "models:/late/2" });
        var uri = await host.CallAsync("GET", "model-versions/get-download-uri?name=late&version=3");
        Assert.Equal($"mlflow-artifacts:/0/{run}/artifacts/model", uri.Text("artifact_uri"));

        await host.CallAsync("POST", "model-versions/create", new { name = "late", source = "models:/late/5" });
        await host.CallAsync("POST", "model-versions/create", new { name = "late", source = "models:/late/4" });
        uri = await host.CallAsync("GET", "model-versions/get-download-uri?name=late&version=4");
        Assert.StartsWith("models:/late/", uri.Text("artifact_uri"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logged_model_knows_the_versions_made_of_it()
    {
        var model = await host.CallAsync("POST", "logged-models", new { experiment_id = "0", name = "late" });
        var id = model.Text("model", "info", "model_id");
        await host.CallAsync(
            "PATCH",
            $"logged-models/{id}/tags",
            new { tags = new[] { new { key = "mlflow.modelVersions", value = "old" } } }
        );
        Assert.False((await ReadAsync()).TryGetProperty("tags", out _));
        await host.CallAsync(
            "POST",
            "model-versions/create",
            new
            {
                name = "late",
                source = $"models:/{id}",
                model_id = id,
            }
        );
        await host.CallAsync("POST", "model-versions/create", new { name = "late", source = $"models:/{id}" });

        var info = await ReadAsync();
        Assert.Equal("""[{"name": "late", "version": 1}, {"name": "late", "version": 2}]""", info.GetProperty("tags")[0].Text("value"));
        Assert.Equal(["1", "2"], info.GetProperty("registrations").EnumerateArray().Select(r => r.Text("version")));

        await host.CallAsync("POST", "registered-models/rename", new { name = "late", new_name = "a \"b\"" });
        await host.CallAsync("DELETE", "model-versions/delete", new { name = "a \"b\"", version = "1" });
        Assert.Equal("""[{"name": "a \"b\"", "version": 2}]""", (await ReadAsync()).GetProperty("tags")[0].Text("value"));

        async Task<System.Text.Json.JsonElement> ReadAsync() =>
            (await host.CallAsync("GET", $"logged-models/{id}")).GetProperty("model").GetProperty("info");
    }

    [Fact]
    public async Task Prompts_are_hidden_from_those_who_do_not_ask_for_them()
    {
        await host.CallAsync(
            "POST",
            "registered-models/create",
            new { name = "greeting", tags = new[] { new { key = "mlflow.prompt.is_prompt", value = "true" } } }
        );
        Assert.Equal(["late"], await NamesAsync(""));
        Assert.Equal(["late"], await NamesAsync("?filter=tag.%60mlflow.prompt.is_prompt%60%20%21%3D%20%27true%27"));
        Assert.Equal(["greeting"], await NamesAsync("?filter=tag.%60mlflow.prompt.is_prompt%60%20%3D%20%27true%27"));
    }

    [Fact]
    public async Task Model_is_renamed_tagged_and_deleted()
    {
        await host.CallAsync(
            "POST",
            "registered-models/set-tag",
            new
            {
                name = "late",
                key = "a",
                value = "1",
            }
        );
        await host.CallAsync("POST", "registered-models/rename", new { name = "late", new_name = "later" });
        await host.CallAsync("PATCH", "registered-models/update", new { name = "later", description = "x" });
        await host.CallAsync("DELETE", "registered-models/delete-tag", new { name = "later", key = "a" });
        await host.RefusedAsync(
            "DELETE",
            "registered-models/delete-tag",
            new { name = "later", key = "a" },
            404,
            "RESOURCE_DOES_NOT_EXIST"
        );
        await host.RefusedAsync("POST", "registered-models/create", new { name = "later" }, 400, "RESOURCE_ALREADY_EXISTS");
        await host.RefusedAsync("POST", "registered-models/create", new { name = "a/b" }, 400, "INVALID_PARAMETER_VALUE");
        await host.CallAsync("DELETE", "registered-models/delete", new { name = "later" });
        await host.RefusedAsync("GET", "registered-models/get?name=later", null, 404, "RESOURCE_DOES_NOT_EXIST");
    }

    private async Task<System.Text.Json.JsonElement> CreateAsync() =>
        (
            await host.CallAsync(
                "POST",
                "model-versions/create",
                new
                {
                    name = "late",
                    source = $"runs:/{run}/model",
                    run_id = run,
                }
            )
        ).GetProperty("model_version");

    private Task<System.Text.Json.JsonElement> StageAsync(string version, string stage, bool archive) =>
        host.CallAsync(
            "POST",
            "model-versions/transition-stage",
            new
            {
                name = "late",
                version,
                stage,
                archive_existing_versions = archive,
            }
        );

    private async Task<IEnumerable<string>> NamesAsync(string query) =>
        (await host.CallAsync("GET", "registered-models/search" + query))
            .GetProperty("registered_models")
            .EnumerateArray()
            .Select(m => m.Text("name"));
}
