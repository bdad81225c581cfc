using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MlPlatform.Core.Internal;
using MlPlatform.Testing;

namespace MlPlatform.Core.Tests.Delivery;

public sealed class DeliveryTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly string root = Directory.CreateTempSubdirectory("mlp-delivery-").FullName;
    private readonly ManualTimeProvider platform = new(Start);
    private readonly ManualTimeProvider work = new(Start);
    private readonly Receiver receiver = new();
    private readonly ServiceProvider services;

    public DeliveryTests()
    {
        var collection = new ServiceCollection();
        collection.AddSingleton<TimeProvider>(platform).AddKeyedSingleton<TimeProvider>(Clocks.WorkKey, work);
        collection.AddSingleton(s => new EventSender(
            receiver,
            s.GetRequiredService<Clocks>(),
            s.GetRequiredService<IOptions<DeliveryOptions>>()
        ));
        collection.AddMlPlatformCore(o => o.DataDirectory = root).UseTestDatabase(root);
        collection.Configure<DeliveryOptions>(o => o.MaximumAttempts = 4);
        services = collection.BuildServiceProvider();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IEventSubscriptions Subscriptions => services.GetRequiredService<IEventSubscriptions>();

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public async Task Events_after_the_subscription_arrive_once_in_order_as_signed_CloudEvents()
    {
        await HappenAsync(EventTypes.ModelCreated, "before");
        await SubscribeAsync(new() { Secret = "s3cret", Filter = [EventTypes.ModelCreated] });
        for (var i = 0; i < 250; i++)
        {
            await HappenAsync(i % 2 == 0 ? EventTypes.ModelCreated : EventTypes.ModelDeleted, $"m{i}");
        }

        await RoundAsync();
        await RoundAsync();

        Assert.Equal(Enumerable.Range(0, 125).Select(i => $"model:m{2 * i}"), receiver.Subjects);
        var (address, headers, body) = receiver.Messages[0];
        var message = JsonNode.Parse(body)!;
        Assert.Equal(new("https://example.com/hook?a=b"), address);
        Assert.Equal("application/cloudevents+json; charset=utf-8", headers["Content-Type"]);
        Assert.Equal(("1.0", "io.mlplatform.model.created.v1"), ((string?)message["specversion"], (string?)message["type"]));
        Assert.Equal(headers["webhook-id"], (string?)message["id"]);
        Assert.Equal("there", (string?)message["data"]!["note"]);
        var signed = $"{headers["webhook-id"]}.{headers["webhook-timestamp"]}.{body}";
        var expected = HMACSHA256.HashData("s3cret"u8, Encoding.UTF8.GetBytes(signed));
        Assert.Equal($"v1,{Convert.ToBase64String(expected)}", headers["webhook-signature"]);
        Assert.Equal($"{Start.AddSeconds(0).ToUnixTimeSeconds()}", headers["webhook-timestamp"]);
    }

    [Fact]
    public async Task A_failing_receiver_is_tried_later_and_later_and_holds_up_no_other()
    {
        var bad = await SubscribeAsync(new() { Address = "https://bad.example.com/" });
        await SubscribeAsync(new() { Address = "https://good.example.com/" });
        receiver.Answer = r => new(r.RequestUri!.Host == "bad.example.com" ? HttpStatusCode.InternalServerError : HttpStatusCode.OK);
        await HappenAsync(EventTypes.ModelCreated, "m1");
        await HappenAsync(EventTypes.ModelCreated, "m2");

        await RoundAsync();
        Assert.Equal(["bad 1", "good 1", "good 2"], Tries());
        await RoundAsync(); // Not yet: 5 s.
        Assert.Equal(3, receiver.Messages.Count);
        work.Advance(TimeSpan.FromSeconds(5));
        await RoundAsync();
        work.Advance(TimeSpan.FromSeconds(9));
        await RoundAsync(); // Not yet: 10 s.
        Assert.Equal(4, receiver.Messages.Count);
        Assert.Equal((2, "Answered 500."), await StateAsync(bad));

        work.Advance(TimeSpan.FromSeconds(1));
        receiver.Answer = _ => new(HttpStatusCode.NoContent);
        await RoundAsync();
        Assert.Equal((0, null), await StateAsync(bad));
        Assert.Equal(["bad 1", "bad 1", "bad 1", "bad 2", "good 1", "good 2"], Tries());
        Assert.Empty(await Subscriptions.ListDeadLettersAsync(bad, Cancel));
    }

    [Fact]
    public async Task Retry_After_is_honoured_up_to_a_limit()
    {
        await SubscribeAsync(new());
        await HappenAsync(EventTypes.ModelCreated, "m1");
        var answers = new Queue<RetryConditionHeaderValue>([
            new(TimeSpan.FromMinutes(5)),
            new(Start.AddMinutes(15)),
            new(TimeSpan.FromDays(9)),
        ]);
        receiver.Answer = _ =>
        {
            var answer = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
            answer.Headers.RetryAfter = answers.Dequeue();
            return answer;
        };

        await ExpectTriesAsync(1, TimeSpan.Zero);
        await ExpectTriesAsync(1, TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        await ExpectTriesAsync(2, TimeSpan.FromSeconds(1));
        await ExpectTriesAsync(2, TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        await ExpectTriesAsync(3, TimeSpan.FromSeconds(1));
        receiver.Answer = _ => new(HttpStatusCode.OK);
        await ExpectTriesAsync(3, TimeSpan.FromHours(1) - TimeSpan.FromSeconds(1));
        await ExpectTriesAsync(4, TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData(HttpStatusCode.Gone, 1)]
    [InlineData(HttpStatusCode.BadRequest, 1)]
    [InlineData(HttpStatusCode.RequestTimeout, 4)]
    [InlineData(HttpStatusCode.BadGateway, 4)]
    [InlineData(HttpStatusCode.Found, 4)] // A redirection is not followed.
    public async Task What_is_given_up_is_a_dead_letter_and_the_next_event_has_its_turn(HttpStatusCode status, int tries)
    {
        var id = await SubscribeAsync(new());
        var first = await HappenAsync(EventTypes.ModelCreated, "m1");
        await HappenAsync(EventTypes.ModelCreated, "m2");
        receiver.Answer = r =>
            receiver.Subjects.Last() == "model:m1"
                ? new(status) { Headers = { Location = new("https://elsewhere.example.com") } }
                : new(HttpStatusCode.OK);

        for (var i = 0; i < 6; i++)
        {
            await RoundAsync();
            work.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal([.. Enumerable.Repeat("model:m1", tries), "model:m2"], receiver.Subjects);
        Assert.Single(
            receiver.Messages.Where(m => m.Body.Contains("m1", StringComparison.Ordinal)).Select(m => m.Headers["webhook-id"]).Distinct()
        );
        var letter = Assert.Single(await Subscriptions.ListDeadLettersAsync(id, Cancel));
        Assert.Equal((first, tries, $"Answered {(int)status}."), (letter.EventId, letter.Attempts, letter.Error));
    }

    [Fact]
    public async Task What_a_connection_says_when_it_fails_is_told()
    {
        var id = await SubscribeAsync(new());
        await HappenAsync(EventTypes.ModelCreated, "m1");
        receiver.Answer = _ => throw new HttpRequestException("refused");

        await RoundAsync();

        Assert.Equal((1, "refused"), await StateAsync(id));
    }

    [Fact]
    public async Task A_killed_delivery_repeats_what_it_did_not_settle()
    {
        await SubscribeAsync(new());
        await HappenAsync(EventTypes.ModelCreated, "m1");
        using var killed = new CancellationTokenSource();
        receiver.Answer = _ =>
        {
            killed.Cancel(); // After it was received, before that is known here.
            return new(HttpStatusCode.OK);
        };
        platform.Advance(TimeSpan.FromSeconds(5));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            services.GetServices<IRecurringWork>().OfType<DeliveryWork>().Single().RunAsync(default, killed.Token)
        );
        receiver.Answer = _ => new(HttpStatusCode.OK);

        await RoundAsync();

        Assert.Equal(["model:m1", "model:m1"], receiver.Subjects);
        Assert.Single(receiver.Messages.Select(m => m.Headers["webhook-id"]).Distinct());
    }

    [Fact]
    public async Task A_subscription_is_changed_paused_told_again_and_deleted()
    {
        var id = await SubscribeAsync(new() { Secret = "s" });
        await Subscriptions.UpdateAsync(id, new() { IsActive = false, Name = "other" }, Cancel);
        await HappenAsync(EventTypes.ModelCreated, "m1");
        await RoundAsync();
        Assert.Empty(receiver.Messages);

        var changed = await Subscriptions.UpdateAsync(id, new() { IsActive = true, Secret = string.Empty }, Cancel);
        Assert.Equal(("other", true, false), (changed.Name, changed.IsActive, changed.HasSecret));
        await RoundAsync();
        Assert.Contains("model:m1", receiver.Subjects);
        Assert.DoesNotContain("webhook-signature", receiver.Messages[0].Headers.Keys);

        receiver.Messages.Clear();
        await Subscriptions.UpdateAsync(id, new() { From = EventPosition.Start, Filter = [EventTypes.ModelCreated] }, Cancel);
        await RoundAsync();
        Assert.Equal(["model:m1"], receiver.Subjects);

        await Subscriptions.DeleteAsync(id, Cancel);
        Assert.Null(await Subscriptions.GetAsync(id, Cancel));
        await Assert.ThrowsAsync<AssetNotFoundException>(() => Subscriptions.DeleteAsync(id, Cancel));
        await Assert.ThrowsAsync<AssetNotFoundException>(() => Subscriptions.UpdateAsync(id, new(), Cancel));
    }

    [Fact]
    public async Task Secrets_are_encrypted_where_they_are_kept_and_are_in_no_event()
    {
        var id = await SubscribeAsync(new() { Secret = "very-secret" });
        var row = await services
            .GetRequiredService<IMetadataDatabase>()
            .ReadAsync(c => c.QuerySingleAsync<string>("SELECT secret FROM core_subscription"), Cancel);

        Assert.DoesNotContain("very-secret", row, StringComparison.Ordinal);
        Assert.True((await Subscriptions.GetAsync(id, Cancel))!.HasSecret);
        var events = await services.ReadSettledAsync(new(), Cancel);
        Assert.DoesNotContain(events, e => e.Payload.GetRawText().Contains("secret", StringComparison.Ordinal));
        var key = Path.Combine(root, "keys", "secret.key");
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        }

        // Another key: said, and tried again.
        await File.WriteAllBytesAsync(key, RandomNumberGenerator.GetBytes(32), Cancel);
        var other = new SecretBox(
            services.GetRequiredService<IOptions<MlPlatformOptions>>(),
            services.GetRequiredService<PlatformDirectories>()
        );
        Assert.Contains(
            "MlPlatform:SecretKey",
            Assert.Throws<MlPlatformException>(() => other.Unprotect(row)).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("http://example.com/")]
    [InlineData("ftp://example.com/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://user:word@example.com/")]
    public async Task Other_addresses_than_https_are_refused(string address) =>
        await Assert.ThrowsAsync<ArgumentException>(() => SubscribeAsync(new() { Address = address }));

    [Fact]
    public async Task Unknown_formats_and_types_are_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => SubscribeAsync(new() { Format = "smoke" }));
        await Assert.ThrowsAsync<ArgumentException>(() => SubscribeAsync(new() { Filter = ["model.exploded"] }));
        await Assert.ThrowsAsync<ArgumentException>(() => SubscribeAsync(new() { Name = " " }));
    }

    private async Task ExpectTriesAsync(int tries, TimeSpan later)
    {
        work.Advance(later);
        await RoundAsync();
        Assert.Equal(tries, receiver.Messages.Count);
    }

    private IEnumerable<string> Tries() =>
        receiver
            .Messages.Select(m => $"{m.Address.Host.Split('.')[0]} {JsonNode.Parse(m.Body)!["subject"]!.ToString()[^1]}")
            .Order(StringComparer.Ordinal);

    private async Task<(int, string?)> StateAsync(string id)
    {
        var found = await Subscriptions.GetAsync(id, Cancel);
        return (found!.FailedAttempts, found.LastError);
    }

    private Task RoundAsync()
    {
        platform.Advance(TimeSpan.FromSeconds(5));
        return services.GetServices<IRecurringWork>().OfType<DeliveryWork>().Single().RunAsync(platform.GetUtcNow(), Cancel);
    }

    private async Task<EventId> HappenAsync(string type, string model)
    {
        await services
            .GetRequiredService<IMetadataDatabase>()
            .WriteAsync(
                Durability.Process,
                unit =>
                {
                    unit.Append(new(type, new(AssetKind.Model, model)) { Payload = new JsonObject { ["note"] = "there" } });
                    return Task.CompletedTask;
                },
                Cancel
            );
        var all = await services.ReadSettledAsync(new() { Limit = 10_000 }, Cancel);
        return all[^1].Id;
    }

    private async Task<string> SubscribeAsync(Wish wish)
    {
        var options = new EventSubscriptionOptions(wish.Name, new(wish.Address))
        {
            Format = wish.Format,
            Filter = wish.Filter,
            Secret = wish.Secret,
        };
        return (await Subscriptions.CreateAsync(options, Cancel)).Id;
    }

    private sealed record Wish
    {
        public string Name { get; init; } = "hook";

        public string Address { get; init; } = "https://example.com/hook?a=b";

        public string Format { get; init; } = "cloudevents";

        public IReadOnlyList<string> Filter { get; init; } = [EventTypes.ModelCreated];

        public string? Secret { get; init; }
    }
}
