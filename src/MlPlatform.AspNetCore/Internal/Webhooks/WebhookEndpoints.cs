using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MlPlatform.Core;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>MLflow's webhooks: subscriptions of Core in the format <see cref="WebhookFormat"/>. Others are not seen here.</summary>
internal sealed partial class WebhookEndpoints(IEventSubscriptions subscriptions, IEventLog log, Clocks clocks) : IPlatformEndpoints
{
    private const string One = "webhooks/{webhook_id}";

    public void Map(PlatformRoutes routes)
    {
        routes.Post("webhooks", Access.Admin, CreateAsync);
        routes.Get("webhooks", Access.Admin, ListAsync);
        routes.Get(One, Access.Admin, GetAsync);
        routes.Patch(One, Access.Admin, UpdateAsync);
        routes.Delete(One, Access.Admin, DeleteAsync);
        routes.Post(One + "/test", Access.Admin, TestAsync);
    }

    private async Task<JsonObject> CreateAsync(MlflowRequest request)
    {
        var events = ReadEvents(request) ?? throw request.Missing("events");
        var created = await subscriptions
            .CreateAsync(
                new(CheckName(request.RequiredString("name")), ReadUrl(request.RequiredString("url")))
                {
                    Format = WebhookFormat.FormatName,
                    Description = Text(request, "description"),
                    Filter = events,
                    Secret = Text(request, "secret"),
                    IsActive = ReadStatus(request) ?? true,
                },
                request.CancellationToken
            )
            .ConfigureAwait(false);
        return Reply(created);
    }

    private async Task<JsonObject> ListAsync(MlflowRequest request)
    {
        var limit = request.Limit("max_results", 100, 1000);
        var found = await subscriptions
            .ListAsync(WebhookFormat.FormatName, Text(request, "page_token"), limit, request.CancellationToken)
            .ConfigureAwait(false);
        return new JsonObject()
            .With("webhooks", JsonReply.List(found.Select(JsonNode (s) => ToMessage(s))))
            .With("next_page_token", found.Count == limit ? found[^1].Id : null);
    }

    private async Task<JsonObject> GetAsync(MlflowRequest request) => Reply(await FindAsync(request).ConfigureAwait(false));

    private async Task<JsonObject> UpdateAsync(MlflowRequest request)
    {
        var present = await FindAsync(request).ConfigureAwait(false);
        var active = ReadStatus(request);
        var change = new EventSubscriptionChange
        {
            Name = Text(request, "name") is { } name ? CheckName(name) : null,
            Description = Text(request, "description"),
            Address = Text(request, "url") is { } url ? ReadUrl(url) : null,
            Filter = ReadEvents(request),
            Secret = Text(request, "secret"),
            IsActive = active,

            // In the protocol, what happened while a webhook was disabled is not told later.
            From =
                active is true && !present.IsActive
                    ? await log.GetLastPositionAsync(request.CancellationToken).ConfigureAwait(false)
                    : null,
        };
        return Reply(await subscriptions.UpdateAsync(present.Id, change, request.CancellationToken).ConfigureAwait(false));
    }

    private async Task<JsonObject> DeleteAsync(MlflowRequest request)
    {
        var present = await FindAsync(request).ConfigureAwait(false);
        await subscriptions.DeleteAsync(present.Id, request.CancellationToken).ConfigureAwait(false);
        return [];
    }

    private async Task<JsonObject> TestAsync(MlflowRequest request)
    {
        var present = await FindAsync(request).ConfigureAwait(false);
        var pair = request.OptionalMessage("event") is { } asked ? WebhookEvents.Read(asked) : present.Filter[0];
        var message = WebhookFormat.Make(EventId.New(clocks.Platform), pair, clocks.Platform.GetUtcNow(), WebhookEvents.ExampleOf(pair));
        var attempt = await subscriptions.SendAsync(present.Id, message, request.CancellationToken).ConfigureAwait(false);
        var result = new JsonObject { ["success"] = attempt.Error is null }
            .With("response_status", attempt.Status)
            .With("response_body", attempt.Body)
            .With("error_message", attempt.Status is null ? attempt.Error : null);
        return new() { ["result"] = result };
    }

    private async Task<EventSubscription> FindAsync(MlflowRequest request)
    {
        var id = request.RouteValue("webhook_id");
        var found = await subscriptions.GetAsync(id, request.CancellationToken).ConfigureAwait(false);
        return found is { Format: WebhookFormat.FormatName } ? found : throw MlflowException.NotFound($"Webhook with ID {id} not found.");
    }

    private static JsonObject Reply(EventSubscription subscription) => new() { ["webhook"] = ToMessage(subscription) };

    private static JsonObject ToMessage(EventSubscription subscription) =>
        new JsonObject
        {
            ["webhook_id"] = subscription.Id,
            ["name"] = subscription.Name,
            ["url"] = subscription.Address.OriginalString,
            ["events"] = JsonReply.List(subscription.Filter.Select(JsonNode (p) => WebhookEvents.ToMessage(p))),
            ["status"] = subscription.IsActive ? "ACTIVE" : "DISABLED",
            ["creation_timestamp"] = Wire.Time(subscription.CreatedAt),
            ["last_updated_timestamp"] = Wire.Time(subscription.UpdatedAt),
        }.With("description", subscription.Description);

    private static string? Text(MlflowRequest request, string field) => request.OptionalString(field) is { Length: > 0 } text ? text : null;

    private static IReadOnlyList<string>? ReadEvents(MlflowRequest request) =>
        request.Messages("events", 100) is { Count: > 0 } events
            ? [.. events.Select(WebhookEvents.Read).Distinct(StringComparer.Ordinal)]
            : null;

    private static bool? ReadStatus(MlflowRequest request) =>
        Text(request, "status") switch
        {
            null => null,
            "ACTIVE" or "1" => true,
            "DISABLED" or "2" => false,
            var other => throw MlflowException.InvalidParameter($"Invalid webhook status '{other}': ACTIVE or DISABLED was expected."),
        };

    private static string CheckName(string name) =>
        ValidName().IsMatch(name)
            ? name
            : throw MlflowException.InvalidParameter(
                $"Webhook name '{name}' is invalid. It has 1 to 63 letters, digits, '.', '_' and '-', and begins and ends with a letter or digit."
            );

    private static Uri ReadUrl(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address)
            ? address
            : throw MlflowException.InvalidParameter($"Invalid webhook URL '{url}': an absolute one was expected.");

    [GeneratedRegex(
        "^(?=.{1,63}$)[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$(?!\n)",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex ValidName();
}
