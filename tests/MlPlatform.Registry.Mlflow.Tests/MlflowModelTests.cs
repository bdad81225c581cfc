using System.Text;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Tests;

/// <summary>Registered models that an MLflow server keeps.</summary>
public sealed class MlflowModelTests : IAsyncLifetime
{
    private const string Mlmodel = """
        flavors:
          onnx:
            data: model.onnx
            onnx_version: 1.19.0
        signature:
          inputs: '[{"name": "features", "type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 2]}}]'
          outputs: '[{"name": "probability", "type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 1]}}]'
        """;

    private readonly string name = $"late flights {RunId.New(TimeProvider.System)}";
    private MlflowServer server = null!;
    private MlflowPlatform platform = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static AliasMoveReason Decision => new(AliasMoveKind.Human, "better");

    private IModelRegistry Registry => platform.Registry;

    public async ValueTask InitializeAsync()
    {
        server = await MlflowServer.StartAsync();
        platform = new(server.Address);
    }

    public async ValueTask DisposeAsync()
    {
        await platform.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_package_goes_to_the_server_and_comes_back_whole()
    {
        var run = await platform.Tracker.StartRunAsync(name, cancellationToken: Cancel);
        var package = Package(0.5f);
        var options = new ModelVersionOptions
        {
            Description = "first",
            Tags = new Dictionary<string, string> { ["a"] = "b" },
        };

        var version = await run.RegisterModelAsync(name, package, options, Cancel);
        var second = await Registry.RegisterVersionAsync(name, Package(1), cancellationToken: Cancel);
        await Registry.SetAliasAsync(name, "champion", 1, ETag.None, Decision, Cancel);

        Assert.Equal(
            (1, "first", run.Id, package.Digest),
            (version.Id.Version, version.Description, version.RunId!.Value, version.ManifestDigest!.Value)
        );
        Assert.Equal("b", version.Tags["a"]);
        Assert.Equal((2, null), (second.Id.Version, second.RunId));
        foreach (var reference in new[] { ModelReference.ByAlias(name, "champion"), ModelReference.ByVersion(name, 1) })
        {
            var opened = await platform.Models.OpenAsync(reference, Cancel);
            Assert.Equal((new ModelVersionId(name, 1), package.Digest), (opened.Id, opened.Package.Digest));
            Assert.Equal(await package.ReadAsync("model.onnx", Cancel), await opened.Package.ReadAsync("model.onnx", Cancel));
        }

        // Another process, which has nothing of it yet.
        await using var other = new MlflowPlatform(server.Address);
        var there = await other.Models.OpenAsync(ModelReference.ByVersion(name, 2), Cancel);
        Assert.Equal(Package(1).Digest, there.Package.Digest);
        Assert.Equal([2, 1], (await other.Registry.ListVersionsAsync(name, cancellationToken: Cancel)).Select(v => v.Id.Version));
        Assert.Equal([1], (await other.Registry.ListVersionsAsync(name, before: 2, cancellationToken: Cancel)).Select(v => v.Id.Version));
    }

    [Fact]
    public async Task Events_and_lineage_follow_here()
    {
        var run = await platform.Tracker.StartRunAsync(name, cancellationToken: Cancel);
        var cause = EventId.New(TimeProvider.System);
        await run.RegisterModelAsync(name, Package(0.5f), new() { MadeFrom = [new(AssetKind.Dataset, "d1g3st")] }, Cancel);
        var composed = Package(1).With(m => m with { Provenance = m.Provenance with { Members = [$"{name}@v1", $"{name}@v9", "x"] } });
        await run.RegisterModelAsync(name, composed, cancellationToken: Cancel);
        var first = await Registry.SetAliasAsync(name, "champion", 1, ETag.None, Decision, Cancel);
        await Registry.SetAliasAsync(name, "champion", 1, null, Decision, Cancel);
        await Registry.SetAliasAsync(name, "champion", 2, first.ETag, Decision with { CauseId = cause }, Cancel);
        await Registry.SetVersionTagAsync(new(name, 2), "k", "v", Cancel);
        await Registry.DeleteVersionTagAsync(new(name, 2), "k", Cancel);
        await Registry.SetModelOwnerAsync(name, "ops", Cancel);
        Assert.True(await Registry.RemoveAliasAsync(name, "champion", null, Decision, Cancel));
        Assert.False(await Registry.RemoveAliasAsync(name, "champion", null, Decision, Cancel));
        await Registry.DeleteVersionAsync(new(name, 2), Cancel);
        await Registry.DeleteModelAsync(name, Cancel);

        var (model, alias) = (new AssetRef(AssetKind.Model, name), new AssetRef(AssetKind.Alias, $"{name}@champion"));
        var (v1, v2) = (model with { Version = 1 }, model with { Version = 2 });
        var events = (await platform.EventsAsync()).Where(e => e.Subject.Kind is AssetKind.Model or AssetKind.Alias).ToList();
        Assert.Equal(
            [
                (EventTypes.ModelCreated, model),
                (EventTypes.ModelVersionCreated, v1),
                (EventTypes.ModelVersionCreated, v2),
                (EventTypes.AliasMoved, alias),
                (EventTypes.DeployActivated, v1),
                (EventTypes.AliasMoved, alias),
                (EventTypes.DeployActivated, v2),
                (EventTypes.ModelVersionTagSet, v2),
                (EventTypes.ModelVersionTagDeleted, v2),
                (EventTypes.OwnerChanged, model),
                (EventTypes.AliasMoved, alias),
                (EventTypes.ModelVersionDeleted, v2),
                (EventTypes.ModelDeleted, model),
            ],
            events.Select(e => (e.Type, e.Subject))
        );
        Assert.Equal(
            (1, 2, cause),
            (events[5].Payload.GetProperty("from").GetInt32(), events[5].Payload.GetProperty("to").GetInt32(), events[5].CauseId)
        );
        var lineage = await platform.Get<ILineage>().UpstreamAsync(v1, cancellationToken: Cancel);
        Assert.Contains(lineage, e => e.From == new AssetRef(AssetKind.Run, run.Id.ToString()) && e.Relation == "produced");
        Assert.Contains(lineage, e => e.From == new AssetRef(AssetKind.Dataset, "d1g3st") && e.Relation == "trainedOn");
        var members = (await platform.Get<ILineage>().UpstreamAsync(v2, cancellationToken: Cancel)).Where(e => e.Relation == "memberOf");
        Assert.Equal(v1, Assert.Single(members).From); // What the server does not have is another's.
        Assert.Null(await Registry.GetModelAsync(name, Cancel));
    }

    [Fact]
    public async Task An_alias_that_moved_meanwhile_is_a_conflict()
    {
        await Registry.RegisterVersionAsync(name, Package(0.5f), cancellationToken: Cancel);
        await Registry.RegisterVersionAsync(name, Package(1), cancellationToken: Cancel);
        var first = await Registry.SetAliasAsync(name, "champion", 1, ETag.None, Decision, Cancel);
        await Registry.SetAliasAsync(name, "champion", 2, null, Decision, Cancel);

        var conflict = await Assert.ThrowsAsync<ConcurrencyConflictException>(() =>
            Registry.SetAliasAsync(name, "champion", 1, first.ETag, Decision, Cancel)
        );
        await Assert.ThrowsAsync<ConcurrencyConflictException>(() =>
            Registry.RemoveAliasAsync(name, "champion", ETag.None, Decision, Cancel)
        );
        await Assert.ThrowsAsync<AssetNotFoundException>(() => Registry.SetAliasAsync(name, "champion", 3, null, Decision, Cancel));

        Assert.Equal(new ETag(2), conflict.Actual);
        Assert.Equal([("champion", 2)], (await Registry.ListAliasesAsync(name, Cancel)).Select(a => (a.Alias, a.Version)));
        await Assert.ThrowsAsync<NotSupportedException>(() => Registry.GetLiveAtAsync(name, "champion", default, Cancel));
    }

    [Fact]
    public async Task A_registration_that_is_repeated_by_its_key_is_one()
    {
        var options = new ModelVersionOptions { IdempotencyKey = "step 7" };
        var first = await Registry.RegisterVersionAsync(name, Package(0.5f), options, Cancel);
        var again = await Registry.RegisterVersionAsync(name, Package(0.5f), options, Cancel);

        Assert.Equal(first.Id, again.Id);
        Assert.Single(await platform.EventsAsync(EventTypes.ModelVersionCreated));
    }

    [Fact]
    public async Task Versions_are_copied_described_found_and_renamed()
    {
        await Registry.RegisterVersionAsync(name, Package(0.5f), new() { Description = "d" }, Cancel);
        await Registry.RegisterVersionAsync(name, new ExternalModel("s3://bucket/model"), cancellationToken: Cancel);

        var copy = await Registry.CopyVersionAsync(new(name, 1), $"{name} prod", cancellationToken: Cancel);
        await Registry.UpdateVersionAsync(copy.Id, "copied", Cancel);
        await Registry.UpdateModelAsync(name, "what it is for", Cancel);
        var owned = await Registry.SetModelOwnerAsync(name, "ops", Cancel);

        Assert.Equal(($"{name}@v1", 1), (copy.CopiedFrom, copy.Id.Version));
        Assert.Equal("copied", (await Registry.GetVersionAsync(copy.Id, Cancel))!.Description);
        Assert.Equal((2, "what it is for", "ops"), (owned.LatestVersion, owned.Description, owned.Owner));
        var opened = await platform.Models.OpenAsync(ModelReference.ByVersion(copy.Id.Name, 1), Cancel);
        Assert.Equal(Package(0.5f).Digest, opened.Package.Digest);
        var found = await Registry.SearchVersionsAsync(new() { Filter = $"name = '{name}'", OrderBy = ["version_number ASC"] }, Cancel);
        Assert.Equal([1, 2], found.Items.Select(v => v.Id.Version));
        Assert.Equal("s3://bucket/model", found.Items[1].Source);
        await Assert.ThrowsAsync<MlPlatformException>(() => platform.Models.OpenAsync(ModelReference.ByVersion(name, 2), Cancel));
        await Assert.ThrowsAsync<InvalidSearchException>(() => Registry.SearchModelsAsync(new() { Filter = "nonsense ><" }, Cancel));
        Assert.Contains(name, (await Registry.ListModelsAsync(limit: 1000, cancellationToken: Cancel)).Select(m => m.Name));

        await Registry.RenameModelAsync(name, $"{name} renamed", Cancel);
        Assert.Equal("ops", (await Registry.GetModelAsync($"{name} renamed", Cancel))!.Owner);
        await Assert.ThrowsAsync<AssetExistsException>(() => Registry.CreateModelAsync($"{name} renamed", cancellationToken: Cancel));
        await Assert.ThrowsAsync<AssetNotFoundException>(() => Registry.UpdateModelAsync(name, "gone", Cancel));
        Assert.Null(await Registry.GetVersionAsync(new(name, 1), Cancel));
    }

    [Fact]
    public async Task A_model_that_a_client_of_MLflow_logged_is_opened()
    {
        var run = await platform.Tracker.StartRunAsync(name, cancellationToken: Cancel);
        await LogAsync(run, "model/MLmodel", Encoding.UTF8.GetBytes(Mlmodel));
        await LogAsync(run, "model/model.onnx", OnnxWriter.Logistic([1, 2], 0.5f));
        await LogAsync(run, "model/requirements.txt", "onnx"u8.ToArray());
        await Registry.RegisterVersionAsync(name, new ExternalModel($"runs:/{run.Id}/model"), new() { RunId = run.Id }, Cancel);

        var opened = await platform.Models.OpenAsync(ModelReference.ByVersion(name, 1), Cancel);

        Assert.Equal(ModelRuntime.Onnx, opened.Package.Manifest.Runtime.Kind);
        Assert.Equal(["MLmodel", "model.onnx", "requirements.txt"], opened.Package.Manifest.Files.Select(f => f.Path));
        Assert.Equal("features: float32[-1,2]", opened.Package.Manifest.Signature.Inputs.Single().ToString());
        await using var small = new MlflowPlatform(server.Address, o => o.MaximumModelBytes = 100);
        await Assert.ThrowsAsync<InvalidModelPackageException>(() => small.Models.OpenAsync(ModelReference.ByVersion(name, 1), Cancel));
        await using var few = new MlflowPlatform(server.Address, o => o.MaximumModelFiles = 2);
        await Assert.ThrowsAsync<MlPlatformException>(() => few.Models.OpenAsync(ModelReference.ByVersion(name, 1), Cancel));
    }

    [Fact]
    public async Task Files_that_somebody_changed_are_refused()
    {
        var run = await platform.Tracker.StartRunAsync(name, cancellationToken: Cancel);
        var version = await run.RegisterModelAsync(name, Package(0.5f), cancellationToken: Cancel);
        await platform.Models.OpenAsync(ModelReference.ByVersion(name, 1), Cancel); // What is here already stays as it was.
        var folder = version.Source![(version.Source!.IndexOf("/artifacts/", StringComparison.Ordinal) + "/artifacts/".Length)..];

        await LogAsync(run, $"{folder}/model.onnx", OnnxWriter.Logistic([9, 9], 9));
        await using var other = new MlflowPlatform(server.Address);
        await Assert.ThrowsAsync<InvalidModelPackageException>(() => other.Models.OpenAsync(ModelReference.ByVersion(name, 1), Cancel));

        // With a manifest to match, the version's own tag gives it away.
        await LogAsync(run, $"{folder}/mlplatform-manifest.json", ManifestOf(Package(9)));
        await LogAsync(run, $"{folder}/model.onnx", OnnxWriter.Logistic([1, 2], 9));
        await Assert.ThrowsAsync<InvalidModelPackageException>(() => other.Models.OpenAsync(ModelReference.ByVersion(name, 1), Cancel));
        Assert.Equal(Package(0.5f).Digest, (await platform.Models.OpenAsync(ModelReference.ByVersion(name, 1), Cancel)).Package.Digest);
    }

    [Fact]
    public async Task A_registration_and_a_promotion_join_a_transaction()
    {
        var stored = await Registry.StorePackageAsync(Package(0.5f), Cancel);
        var database = platform.Get<IMetadataDatabase>();
        var version = await database.WriteAsync(
            Durability.Power,
            async work =>
            {
                var made = await Registry.RegisterVersionAsync(work, name, stored, new() { IdempotencyKey = "k" });
                await platform.Get<IModelPromotion>().PromoteAsync(work, new(made.Id, "champion", ETag.None, Decision));
                return made;
            },
            Cancel
        );
        Assert.Equal(
            [EventTypes.ModelCreated, EventTypes.ModelVersionCreated, EventTypes.AliasMoved, EventTypes.DeployActivated],
            (await platform.EventsAsync()).Select(e => e.Type)
        );

        // A transaction that fails after the move: repeated, it finds the move done, and its event comes then.
        var second = await Registry.RegisterVersionAsync(name, Package(1), cancellationToken: Cancel);
        var promotion = new ModelPromotion(second.Id, "champion", new(version.Id.Version), Decision);
        await Assert.ThrowsAsync<InvalidDataException>(() =>
            database.WriteAsync<int>(
                Durability.Power,
                async work =>
                {
                    await platform.Get<IModelPromotion>().PromoteAsync(work, promotion);
                    throw new InvalidDataException("the caller's own");
                },
                Cancel
            )
        );
        Assert.Equal(2, (await Registry.GetAliasAsync(name, "champion", Cancel))!.Version);
        Assert.Single(await platform.EventsAsync(EventTypes.AliasMoved));
        await database.WriteAsync(Durability.Power, work => platform.Get<IModelPromotion>().PromoteAsync(work, promotion), Cancel);
        Assert.Equal(
            [null, 1],
            (await platform.EventsAsync(EventTypes.AliasMoved)).Select(e =>
                e.Payload.GetProperty("from") is { ValueKind: System.Text.Json.JsonValueKind.Number } n ? n.GetInt32() : (int?)null
            )
        );
    }

    [Fact]
    public async Task Moves_of_an_alias_are_followed()
    {
        await Registry.RegisterVersionAsync(name, Package(0.5f), cancellationToken: Cancel);
        await Registry.RegisterVersionAsync(name, Package(1), cancellationToken: Cancel);
        await Registry.SetAliasAsync(name, "champion", 1, null, Decision, Cancel);
        await using var changes = platform.Models.WatchAsync(name, Cancel).GetAsyncEnumerator(Cancel);

        Assert.True(await changes.MoveNextAsync());
        Assert.Equal(("champion", 1, null), (changes.Current.Alias, changes.Current.Version, changes.Current.Previous));

        var next = changes.MoveNextAsync().AsTask();
        await using (var other = new MlflowPlatform(server.Address))
        {
            await other.Registry.SetAliasAsync(name, "champion", 2, null, Decision, Cancel);
        }

        Assert.True(await next);
        Assert.Equal(("champion", 2, 1), (changes.Current.Alias, changes.Current.Version, changes.Current.Previous));

        next = changes.MoveNextAsync().AsTask();
        await Registry.RemoveAliasAsync(name, "champion", null, Decision, Cancel); // Through this platform: no poll is waited for.
        Assert.True(await next);
        Assert.Equal(("champion", null, 2), (changes.Current.Alias, changes.Current.Version, changes.Current.Previous));
    }

    private static byte[] ManifestOf(ModelPackage package) => package.Manifest.ToBytes();

    private static async Task LogAsync(IRun run, string path, byte[] bytes)
    {
        using var content = new MemoryStream(bytes);
        await run.LogArtifactAsync(path, content, Cancel);
    }

    private static ModelPackage Package(float bias) =>
        ModelPackage.Create(
            new(ModelRuntime.Onnx, "1.19.0"),
            new([new("features", DataType.Float32) { Shape = [-1, 2] }], [new("probability", DataType.Float32) { Shape = [-1, 1] }]),
            new ModelFileContent("model.onnx", ModelFileRole.Model, "application/onnx", OnnxWriter.Logistic([1, 2], bias)),
            new ModelFileContent("docs/card.md", ModelFileRole.Card, "text/markdown", "# Card"u8.ToArray())
        );
}
