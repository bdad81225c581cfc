using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Tests;

public sealed class GuardedAliasTests
{
    [Fact]
    public async Task Clients_meet_the_policy_and_are_told_why()
    {
        await using var host = await WebHost.StartAsync(services: s =>
            s.AddMlPlatformCore().AddPromotionPolicy(PromotionPolicy.EveryModel, "champion", p => p.RequireCheck("champion"))
        );
        await host.CallAsync("POST", "registered-models/create", new { name = "late" });
        await host.CallAsync("POST", "model-versions/create", new { name = "late", source = "s3://bucket/model" });

        await host.RefusedAsync("POST", "registered-models/alias", Move("champion"), 403, "PERMISSION_DENIED");
        var (_, reply) = await host.TryAsync("POST", "registered-models/alias", Move("champion"));
        Assert.Contains("champion: It has not been checked.", reply.Text("message"), StringComparison.Ordinal);
        await host.CallAsync("POST", "registered-models/alias", Move("other"));
    }

    private static object Move(string alias) =>
        new
        {
            name = "late",
            alias,
            version = "1",
        };
}
