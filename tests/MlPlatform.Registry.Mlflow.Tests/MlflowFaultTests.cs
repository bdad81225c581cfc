using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MlPlatform.Core;
using MlPlatform.Registry.Mlflow.Internal;

namespace MlPlatform.Registry.Mlflow.Tests;

/// <summary>A server that is away, slow, busy, wrong or malicious.</summary>
public sealed class MlflowFaultTests : IAsyncLifetime
{
    private const string Name = "late-flights";

    private MlflowServer server = null!;
    private MlflowPlatform platform = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static AliasMoveReason Decision => new(AliasMoveKind.Human, "better");

    public async ValueTask InitializeAsync()
    {
        server = await MlflowServer.StartAsync(mayBeReal: false);
        platform = new(server.Address);
    }

    public async ValueTask DisposeAsync()
    {
        await platform.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_storage_that_cannot_be_used()
    {
        await using var lost = new MlflowPlatform("http://127.0.0.1:1", o => o.Retries = 0);

        var exception = await Assert.ThrowsAsync<StorageUnavailableException>(() => lost.Tracker.FindExperimentAsync("e", Cancel));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => lost.Registry.CreateModelAsync(Name, cancellationToken: Cancel));

        Assert.Equal("http://127.0.0.1:1/", exception.Path);
    }

    [Fact]
    public async Task A_call_that_may_be_repeated_is_repeated_and_one_that_makes_something_is_not()
    {
        var refused = 0;
        server.Disturbance = async (context, next) =>
        {
            if (Interlocked.Increment(ref refused) <= 2)
            {
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            }

            await next();
        };
        Assert.Null(await platform.Tracker.FindExperimentAsync("none", Cancel));
        Assert.Equal(3, refused);

        refused = 0;
        await Assert.ThrowsAsync<CommitOutcomeUnknownException>(() => platform.Registry.CreateModelAsync(Name, cancellationToken: Cancel));
        Assert.Equal(1, refused);

        // A server that says that it is too busy has done nothing.
        refused = 0;
        server.Disturbance = async (context, next) =>
        {
            if (Interlocked.Increment(ref refused) == 1)
            {
                context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
                context.Response.Headers.RetryAfter = "0";
                return;
            }

            await next();
        };
        Assert.Equal(Name, (await platform.Registry.CreateModelAsync(Name, cancellationToken: Cancel)).Name);
        Assert.True(refused > 1);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_in_time_is_given_up()
    {
        var leave = new TaskCompletionSource();
        server.Disturbance = (_, _) => leave.Task;
        await using var hasty = new MlflowPlatform(server.Address, o => (o.Retries, o.Timeout) = (0, TimeSpan.FromMilliseconds(100)));

        await Assert.ThrowsAsync<StorageUnavailableException>(() => hasty.Tracker.FindExperimentAsync("e", Cancel));
        leave.SetResult();
    }

    [Fact]
    public async Task The_events_of_a_call_whose_answer_was_lost_come_later_and_once()
    {
        var first = await platform.Registry.RegisterVersionAsync(Name, Package(), cancellationToken: Cancel);
        var experiment = await platform.Tracker.CreateExperimentAsync("e", cancellationToken: Cancel);
        server.Disturbance = async (context, next) =>
        {
            await next();
            if (context.Request.Method != "GET" && !context.Request.Path.Value!.EndsWith("search", StringComparison.Ordinal))
            {
                context.Abort(); // Done, and nobody hears of it.
            }
        };
        await using var hasty = new MlflowPlatform(server.Address, o => o.Retries = 0);
        await LoseAsync(() => hasty.Tracker.CreateExperimentAsync("lost", cancellationToken: Cancel));
        await LoseAsync(() => hasty.Tracker.CreateRunAsync(experiment.Id, new() { Name = "r" }, Cancel));
        await LoseAsync(() => hasty.Tracker.RenameExperimentAsync(experiment.Id, "e2", Cancel));
        await LoseAsync(() => hasty.Registry.CreateModelAsync("m", cancellationToken: Cancel));
        await LoseAsync(() => hasty.Registry.SetModelTagAsync(Name, "k", "v", Cancel));
        await LoseAsync(() => hasty.Registry.SetVersionTagAsync(first.Id, "k", "v", Cancel));
        await LoseAsync(() => hasty.Registry.RegisterVersionAsync(Name, new ExternalModel("s3://b/m"), cancellationToken: Cancel));
        await LoseAsync(() => hasty.Registry.SetAliasAsync(Name, "champion", 1, null, Decision, Cancel));
        await LoseAsync(() => hasty.Registry.RemoveAliasAsync(Name, "champion", null, Decision, Cancel));
        await LoseAsync(() => hasty.Registry.DeleteVersionAsync(first.Id, Cancel));
        await LoseAsync(() => hasty.Tracker.DeleteExperimentAsync(experiment.Id, Cancel));
        await LoseAsync(() => hasty.Tracker.RestoreExperimentAsync(experiment.Id, Cancel));
        await LoseAsync(() => hasty.Registry.DeleteModelAsync(Name, Cancel));
        Assert.Empty(await hasty.EventsAsync());

        server.Disturbance = null;
        Assert.Equal(0, await hasty.Get<RemoteCalls>().RecoverAsync(TimeSpan.Zero, Cancel));
        Assert.Equal(0, await hasty.Get<RemoteCalls>().RecoverAsync(TimeSpan.Zero, Cancel));

        // What was undone since cannot be seen any more: the alias that was set, the tags and the version of the model that is gone.
        Assert.Equal(
            [
                EventTypes.ExperimentCreated,
                EventTypes.RunStarted,
                EventTypes.ExperimentRenamed,
                EventTypes.ModelCreated,
                EventTypes.ModelVersionDeleted,
                EventTypes.ExperimentRestored,
                EventTypes.ModelDeleted,
            ],
            (await hasty.EventsAsync()).Select(e => e.Type)
        );

        static async Task LoseAsync(Func<Task> call)
        {
            var exception = await Assert.ThrowsAnyAsync<MlPlatformException>(call);
            Assert.True(exception is CommitOutcomeUnknownException or StorageUnavailableException, exception.Message);
        }
    }

    [Fact]
    public async Task A_version_and_a_move_whose_answers_were_lost_are_found_again()
    {
        await platform.Registry.RegisterVersionAsync(Name, Package(), cancellationToken: Cancel);
        await using var hasty = new MlflowPlatform(server.Address, o => o.Retries = 0);
        server.Disturbance = async (context, next) =>
        {
            await next();
            if (
                context.Request.Path.Value is { } path
                && (path.EndsWith("model-versions/create", StringComparison.Ordinal) || path.EndsWith("alias", StringComparison.Ordinal))
            )
            {
                context.Abort();
            }
        };
        var external = new ExternalModel("s3://b/m");
        await Assert.ThrowsAsync<CommitOutcomeUnknownException>(() =>
            hasty.Registry.RegisterVersionAsync(Name, external, cancellationToken: Cancel)
        );
        await Assert.ThrowsAsync<StorageUnavailableException>(() =>
            hasty.Registry.SetAliasAsync(Name, "champion", 2, null, Decision, Cancel)
        );

        await hasty.Get<RemoteCalls>().RecoverAsync(TimeSpan.Zero, Cancel);

        var model = new AssetRef(AssetKind.Model, Name, 2);
        var events = await hasty.EventsAsync();
        Assert.Equal([EventTypes.ModelVersionCreated, EventTypes.AliasMoved, EventTypes.DeployActivated], events.Select(e => e.Type));
        Assert.Equal((model, model), (events[0].Subject, events[2].Subject));
        Assert.All(events, e => Assert.Equal(platform.Get<IActorAccessor>().Current.Id, e.Actor.Id));
    }

    [Fact]
    public async Task A_call_that_was_done_and_answered_with_an_error_is_asked_for_like_a_lost_one()
    {
        server.Disturbance = async (context, next) =>
        {
            if (context.Request.Path.Value!.EndsWith("registered-models/create", StringComparison.Ordinal))
            {
                var body = context.Response.Body;
                context.Response.Body = Stream.Null;
                await next();
                context.Response.Body = body;
                context.Response.Headers.Clear();
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                return;
            }

            if (
                context.Request.Path.Value.EndsWith("registered-models/get", StringComparison.Ordinal)
                && context.Request.Query["name"] == "forbidden"
            )
            {
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                return;
            }

            await next();
        };
        await using var hasty = new MlflowPlatform(server.Address, o => o.Retries = 0);
        await Assert.ThrowsAsync<MlflowServerException>(() => hasty.Registry.CreateModelAsync("forbidden", cancellationToken: Cancel));
        await Assert.ThrowsAsync<MlflowServerException>(() => hasty.Registry.CreateModelAsync(Name, cancellationToken: Cancel));

        Assert.Equal(1, await hasty.Get<RemoteCalls>().RecoverAsync(TimeSpan.Zero, Cancel)); // The one that the server will not talk about.
        Assert.Equal(Name, Assert.Single(await hasty.EventsAsync()).Subject.Id);
    }

    [Fact]
    public async Task A_call_that_was_never_made_or_was_refused_leaves_no_event()
    {
        server.Disturbance = (context, _) =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        await using var hasty = new MlflowPlatform(server.Address, o => o.Retries = 0);
        await Assert.ThrowsAsync<CommitOutcomeUnknownException>(() => hasty.Registry.CreateModelAsync(Name, cancellationToken: Cancel));
        Assert.Equal(1, await hasty.Get<RemoteCalls>().RecoverAsync(TimeSpan.Zero, Cancel)); // Nobody to ask: it waits.

        server.Disturbance = null;
        Assert.Equal(0, await hasty.Get<RemoteCalls>().RecoverAsync(TimeSpan.FromMinutes(1), Cancel)); // Too young to be looked at.
        Assert.Equal(0, await hasty.Get<RemoteCalls>().RecoverAsync(TimeSpan.Zero, Cancel));
        Assert.Empty(await hasty.EventsAsync());

        await hasty.Registry.CreateModelAsync(Name, cancellationToken: Cancel);
        await Assert.ThrowsAsync<AssetExistsException>(() => hasty.Registry.CreateModelAsync(Name, cancellationToken: Cancel));
        Assert.Equal(0, await hasty.Get<RemoteCalls>().RecoverAsync(TimeSpan.Zero, Cancel));
        Assert.Single(await hasty.EventsAsync());
    }

    [Fact]
    public async Task Metrics_wait_for_a_server_that_is_away()
    {
        var run = await platform.Tracker.StartRunAsync("e", cancellationToken: Cancel);
        var away = 0;
        server.Disturbance = (context, next) =>
        {
            if (Interlocked.Increment(ref away) <= 10)
            {
                context.Abort();
                return Task.CompletedTask;
            }

            return next();
        };
        run.LogMetric("m", 1);
        await run.FlushAsync(Cancel);

        Assert.True(away > 4); // More than the tries of one call.
        Assert.Single(await platform.Tracker.GetMetricHistoryAsync(run.Id, "m", cancellationToken: Cancel));
    }

    [Fact]
    public async Task Those_who_follow_an_alias_outlast_an_outage()
    {
        await platform.Registry.RegisterVersionAsync(Name, Package(), cancellationToken: Cancel);
        await using var changes = platform.Models.WatchAsync(Name, Cancel).GetAsyncEnumerator(Cancel);
        var away = 0;
        server.Disturbance = (context, next) =>
        {
            if (Interlocked.Increment(ref away) <= 10)
            {
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                return Task.CompletedTask;
            }

            return next();
        };
        var next = changes.MoveNextAsync().AsTask();
        await server.Services.GetRequiredService<IModelRegistry>().SetAliasAsync(Name, "champion", 1, null, Decision, Cancel);
        Assert.True(await next);
        Assert.Equal(("champion", 1), (changes.Current.Alias, changes.Current.Version));
    }

    [Fact]
    public async Task What_is_no_MLflow_server_is_said_so()
    {
        server.Disturbance = (context, _) =>
        {
            (context.Response.StatusCode, context.Response.ContentType) = (200, "text/html");
            return context.Response.WriteAsync("<html>login</html>");
        };
        var page = await Assert.ThrowsAsync<MlflowServerException>(() => platform.Tracker.FindExperimentAsync("e", Cancel));
        Assert.Contains("no answer of MLflow's", page.Message, StringComparison.Ordinal);

        server.Disturbance = (context, _) =>
        {
            context.Response.Redirect("http://127.0.0.1:1/login");
            return Task.CompletedTask;
        };
        var redirect = await Assert.ThrowsAsync<MlflowServerException>(() => platform.Tracker.FindExperimentAsync("e", Cancel));
        Assert.Equal((HttpStatusCode.Redirect, null), (redirect.Status, redirect.Code));

        server.Disturbance = (context, _) =>
        {
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        };
        var missing = await Assert.ThrowsAsync<MlflowServerException>(() => platform.Tracker.FindExperimentAsync("e", Cancel));
        Assert.Contains("look at the address", missing.Message, StringComparison.Ordinal);

        server.Disturbance = (context, _) =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync("{\"experiment\": {\"experiment_id\": \"1\"}}");
        };
        var half = await Assert.ThrowsAsync<MlPlatformException>(() => platform.Tracker.FindExperimentAsync("e", Cancel));
        Assert.Contains("'name'", half.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("C:\\x")]
    public async Task A_listing_cannot_lead_outside(string listed)
    {
        var run = await platform.Tracker.StartRunAsync("e", cancellationToken: Cancel);
        server.Disturbance = (context, next) =>
        {
            if (!context.Request.Path.StartsWithSegments("/api/2.0/mlflow-artifacts", StringComparison.Ordinal))
            {
                return next();
            }

            context.Response.ContentType = "application/json";
            return context.Response.WriteAsJsonAsync(
                new
                {
                    files = new[]
                    {
                        new
                        {
                            path = listed,
                            is_dir = false,
                            file_size = 1,
                        },
                    },
                }
            );
        };

        await Assert.ThrowsAsync<MlPlatformException>(() => platform.Tracker.ListArtifactsAsync(run.Id, Cancel));
    }

    [Theory]
    [InlineData("s3://bucket/x")]
    [InlineData("file:///etc")]
    [InlineData("mlflow-artifacts://elsewhere:5000/1/x")]
    [InlineData("mlflow-artifacts:/1/../../x")]
    [InlineData("http://elsewhere/api/2.0/mlflow-artifacts/artifacts/1/x")]
    public async Task Files_that_lie_elsewhere_are_not_fetched(string address)
    {
        var run = await platform.Tracker.StartRunAsync("e", cancellationToken: Cancel);
        await run.RegisterModelAsync(Name, Package(), cancellationToken: Cancel);
        var fetched = 0;
        server.Disturbance = (context, next) =>
        {
            if (context.Request.Path.Value!.EndsWith("get-download-uri", StringComparison.Ordinal))
            {
                return context.Response.WriteAsJsonAsync(new { artifact_uri = address });
            }

            fetched += context.Request.Path.StartsWithSegments("/api/2.0/mlflow-artifacts", StringComparison.Ordinal) ? 1 : 0;
            return next();
        };

        await Assert.ThrowsAsync<MlPlatformException>(() => platform.Models.OpenAsync(ModelReference.ByVersion(Name, 1), Cancel));
        Assert.Equal(0, fetched);
    }

    [Fact]
    public async Task Credentials_are_sent()
    {
        var seen = new List<string>();
        server.Disturbance = (context, next) =>
        {
            seen.Add(context.Request.Headers.Authorization.ToString());
            return next();
        };
        await using var token = new MlflowPlatform(server.Address, o => o.Token = "t0ken");
        await using var user = new MlflowPlatform(server.Address, o => (o.UserName, o.Password) = ("ada", "secret"));

        await token.Tracker.FindExperimentAsync("e", Cancel);
        await user.Tracker.FindExperimentAsync("e", Cancel);

        Assert.Equal(["Bearer t0ken", "Basic YWRhOnNlY3JldA=="], seen);
    }

    [Fact]
    public async Task What_an_MLflow_server_has_nothing_for_is_refused()
    {
        Assert.Throws<NotSupportedException>(() => platform.Get<ILoggedModels>());
        Assert.Throws<NotSupportedException>(() => platform.Get<IPromotions>());
        await Assert.ThrowsAsync<NotSupportedException>(() => platform.Get<IRegistryRetention>().PurgeAsync(cancellationToken: Cancel));
        await Assert.ThrowsAsync<NotSupportedException>(() => platform.Registry.GetAliasHistoryAsync(Name, "champion", Cancel));
        var numbered = new ModelVersionOptions { Number = 7 };
        await Assert.ThrowsAsync<NotSupportedException>(() =>
            platform.Registry.RegisterVersionAsync(Name, new ExternalModel("s3://b/m"), numbered, Cancel)
        );
    }

    [Theory]
    [InlineData("ftp://server", null, null)]
    [InlineData("server", null, null)]
    [InlineData("http://user@server", null, null)]
    [InlineData("http://server?x=1", null, null)]
    [InlineData("http://server", "token", "user")]
    public void Settings_that_cannot_be_are_refused(string address, string? token, string? user)
    {
        var services = new ServiceCollection();
        services
            .AddMlPlatformCore(o => o.DataDirectory = "unused")
            .UseSqlite()
            .UseMlflow(address, o => (o.Token, o.UserName) = (token, user));
        using var provider = services.BuildServiceProvider();

        Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<MlflowOptions>>().Value);
    }

    [Fact]
    public void Rules_that_nobody_would_enforce_are_refused()
    {
        var services = new ServiceCollection();
        services
            .AddMlPlatformCore(o => o.DataDirectory = "unused")
            .UseSqlite()
            .AddPromotionPolicy(Name, "champion", p => p.RequireSize(1000))
            .AddRegistry(o => o.PurgeDeletedAfter = TimeSpan.FromDays(1))
            .UseMlflow("http://server");
        using var provider = services.BuildServiceProvider();

        var refused = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<MlflowOptions>>().Value);
        Assert.Equal(2, refused.Failures.Count());
    }

    private static ModelPackage Package() =>
        ModelPackage.Create(
            new(ModelRuntime.Onnx, "1.19.0"),
            new([new("features", DataType.Float32) { Shape = [-1, 2] }], [new("probability", DataType.Float32) { Shape = [-1, 1] }]),
            new ModelFileContent("model.onnx", ModelFileRole.Model, "application/onnx", OnnxWriter.Logistic([1, 2], 0.5f))
        );
}
