using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using MlPlatform.Core;
using MlPlatform.Serving;
using static MlPlatform.AspNetCore.Internal.ServingMessages;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Rollouts for operators and scripts: what <see cref="IRollouts"/> does, over HTTP. Mapped when the host serves models.</summary>
internal sealed class RolloutEndpoints(IOptions<AspNetCoreOptions> options, IRollouts? rollouts = null) : IPlatformEndpoints
{
    private const string OfModel = "/api/mlp/v1/serving/models/{model}/rollouts";
    private const string One = "/api/mlp/v1/serving/rollouts/{rollout}";
    private const int MaximumSteps = 100;
    private static readonly TimeSpan MaximumTime = TimeSpan.FromDays(366);

    public void Map(PlatformRoutes routes)
    {
        if (rollouts is null)
        {
            return;
        }

        routes.Map([HttpMethods.Get], OfModel, Access.Read, context => ListAsync(context, rollouts), ServingDescription.List);
        routes.Map([HttpMethods.Post], OfModel, Access.Write, context => StartAsync(context, rollouts), ServingDescription.Start);
        routes.Map([HttpMethods.Get], OfModel + "/open", Access.Read, context => GetOpenAsync(context, rollouts), ServingDescription.Open);
        routes.Map([HttpMethods.Get], One, Access.Read, context => GetAsync(context, rollouts), ServingDescription.Get);
        routes.Map(
            [HttpMethods.Get],
            One + "/evidence",
            Access.Read,
            context => GetEvidenceAsync(context, rollouts),
            ServingDescription.Evidence
        );
        routes.Map(
            [HttpMethods.Post],
            One + "/promote",
            Access.Write,
            context => EndAsync(context, rollouts.PromoteAsync),
            ServingDescription.Promote
        );
        routes.Map(
            [HttpMethods.Post],
            One + "/rollback",
            Access.Write,
            context => EndAsync(context, rollouts.RollBackAsync),
            ServingDescription.RollBack
        );
    }

    private static async Task ListAsync(HttpContext context, IRollouts rollouts)
    {
        var limit = Limit(context.Request.Query["max_results"]);
        var found = await rollouts.ListAsync(RawPath.Segment(context, "model"), context.RequestAborted).ConfigureAwait(false);
        await WriteAsync(context, new([.. found.Take(limit).Select(ToMessage)]), ServingJson.Default.RolloutList).ConfigureAwait(false);
    }

    private static async Task GetOpenAsync(HttpContext context, IRollouts rollouts)
    {
        var model = RawPath.Segment(context, "model");
        var open =
            await rollouts.GetCurrentAsync(model, context.RequestAborted).ConfigureAwait(false)
            ?? throw MlflowException.NotFound($"No rollout of '{model}' is open.");
        await WriteAsync(context, open).ConfigureAwait(false);
    }

    private static async Task GetAsync(HttpContext context, IRollouts rollouts)
    {
        var id = Id(context);
        var found = await rollouts.GetAsync(id, context.RequestAborted).ConfigureAwait(false) ?? throw NotFound(id.ToString());
        await WriteAsync(context, found).ConfigureAwait(false);
    }

    private static async Task GetEvidenceAsync(HttpContext context, IRollouts rollouts)
    {
        var id = Id(context);
        var found =
            await rollouts.GetEvidenceAsync(id, context.RequestAborted).ConfigureAwait(false)
            ?? throw MlflowException.NotFound($"Rollout '{id}' not found, or nothing was counted or judged of it.");
        await WriteAsync(context, new(ToMessage(found)), ServingJson.Default.EvidenceAnswer).ConfigureAwait(false);
    }

    private async Task StartAsync(HttpContext context, IRollouts rollouts)
    {
        var asked = await JsonBody
            .ReadAsync(context, ServingJson.Default.RolloutStart, options.Value.MaxRequestBytes)
            .ConfigureAwait(false);
        if (asked.Candidate < 1)
        {
            throw MlflowException.InvalidParameter($"'candidate' is {asked.Candidate}; versions are whole numbers from 1.");
        }

        var started = await rollouts
            .StartAsync(RawPath.Segment(context, "model"), asked.Candidate, Options(asked), context.RequestAborted)
            .ConfigureAwait(false);
        await WriteAsync(context, started).ConfigureAwait(false);
    }

    private async Task EndAsync(HttpContext context, Func<RolloutId, string, CancellationToken, Task<Rollout>> end)
    {
        var id = Id(context);
        var asked = await JsonBody.ReadAsync(context, ServingJson.Default.RolloutEnd, options.Value.MaxRequestBytes).ConfigureAwait(false);
        if (string.IsNullOrWhiteSpace(asked.Reason))
        {
            throw MlflowException.InvalidParameter("'reason' is empty; say why, since it stays with the rollout.");
        }

        await WriteAsync(context, await end(id, asked.Reason, context.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <summary>What is not said is as the library has it; who asks over HTTP is a human to delivery metrics.</summary>
    private static RolloutOptions Options(RolloutStart asked)
    {
        if (asked.Steps is { Count: > MaximumSteps })
        {
            throw MlflowException.InvalidParameter($"'steps' has {asked.Steps.Count} items; at most {MaximumSteps} are allowed.");
        }

        var defaults = new RolloutOptions();
        return defaults with
        {
            Alias = asked.Alias ?? defaults.Alias,
            Steps = asked.Steps ?? defaults.Steps,
            Hold = Time("hold_seconds", asked.HoldSeconds) ?? defaults.Hold,
            MaximumStepTime = Time("maximum_step_seconds", asked.MaximumStepSeconds) ?? defaults.MaximumStepTime,
            MinimumRequests = asked.MinimumRequests ?? defaults.MinimumRequests,
            Shadow = asked.Shadow ?? defaults.Shadow,
            PromoteByHand = asked.PromoteByHand ?? defaults.PromoteByHand,
        };
    }

    private static TimeSpan? Time(string field, double? seconds) =>
        seconds switch
        {
            null => null,
            { } value when value >= 0 && value <= MaximumTime.TotalSeconds => TimeSpan.FromSeconds(value),
            { } value => throw MlflowException.InvalidParameter(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"'{field}' is {value}; 0 to {MaximumTime.TotalSeconds} ({MaximumTime.Days} days) is allowed."
                )
            ),
        };

    private static int Limit(string? text) =>
        text is null ? 100
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= 1000 ? limit
        : throw MlflowException.InvalidParameter($"'max_results' is '{text}'; 1 to 1000 is allowed.");

    private static RolloutId Id(HttpContext context)
    {
        var text = (string)context.GetRouteValue("rollout")!;
        try
        {
            return RolloutId.Parse(text);
        }
        catch (FormatException)
        {
            throw NotFound(text);
        }
    }

    private static MlflowException NotFound(string id) => MlflowException.NotFound($"Rollout '{id}' not found.");

    private static Task WriteAsync(HttpContext context, Rollout rollout) =>
        WriteAsync(context, new(ToMessage(rollout)), ServingJson.Default.RolloutAnswer);

    private static Task WriteAsync<T>(HttpContext context, T message, JsonTypeInfo<T> contract) =>
        JsonReply.WriteAsync(context.Response, JsonSerializer.SerializeToNode(message, contract)!);

    private static EvidenceMessage ToMessage(GateResult of) =>
        new(
            JsonNamingPolicy.CamelCase.ConvertName(of.Verdict.ToString()),
            of.Reason,
            of.At,
            [
                .. of.Evidence.Select(e => new MeasureMessage(
                    e.Metric,
                    e.N,
                    e.Candidate,
                    e.Baseline,
                    e.Estimate,
                    e.Low,
                    e.High,
                    e.Level,
                    e.Threshold
                )),
            ]
        );

    private static RolloutMessage ToMessage(Rollout of) =>
        new(
            of.Id.ToString(),
            of.Candidate.Name,
            of.Options.Alias,
            of.Candidate.Version,
            JsonNamingPolicy.CamelCase.ConvertName(of.State.ToString()),
            of.IsOpen,
            of.Step,
            of.Share,
            of.Reason,
            of.StartedAt,
            of.StepAt,
            of.Options.Steps,
            of.Options.Hold.TotalSeconds,
            of.Options.MaximumStepTime.TotalSeconds,
            of.Options.MinimumRequests,
            of.Options.Shadow,
            of.Options.PromoteByHand,
            of.Baseline,
            of.TrafficAt,
            of.EndedAt,
            of.Evidence?.ToString()
        );
}
