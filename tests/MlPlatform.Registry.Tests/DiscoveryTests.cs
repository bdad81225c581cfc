using MlPlatform.Core;
using static MlPlatform.Registry.Tests.Packages;

namespace MlPlatform.Registry.Tests;

public sealed class DiscoveryTests : IAsyncDisposable
{
    private readonly RegistryHost host = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Words_are_found_wherever_people_write_them()
    {
        await host.Models.CreateModelAsync(
            "FlightDelay",
            new()
            {
                Description = "Minutes late at the gate",
                Owner = "network-ops",
                Tags = new Dictionary<string, string> { ["domain"] = "aviation" },
            },
            Cancel
        );
        await RegisterAsync("FlightDelay", "First try", new("departureHour", DataType.Int64));
        await host.Models.CreateModelAsync("churn", new() { Description = "Who leaves" }, Cancel);

        foreach (
            var text in new[]
            {
                "flight",
                "DELAY",
                "flightd",
                "minutes late",
                "ops",
                "aviation",
                "domain",
                "hour",
                "departureHour",
                "try",
                "gate flight",
            }
        )
        {
            Assert.Equal("FlightDelay", Assert.Single(await FindAsync(text)).Model.Name);
        }

        Assert.Empty(await FindAsync("flight leaves"));
        Assert.Empty(await FindAsync("light")); // A word begins with what is asked for; it does not hold it somewhere.
        Assert.Empty(await FindAsync(" ?! "));
        var hit = Assert.Single(await FindAsync("hour delay"));
        Assert.Equal(["name", "column"], hit.Fields);
        Assert.Equal([1], hit.Versions);
    }

    [Fact]
    public async Task Names_weigh_more_than_descriptions()
    {
        await host.Models.CreateModelAsync("a", new() { Description = "fraud" }, Cancel);
        await host.Models.CreateModelAsync("fraud", cancellationToken: Cancel);

        Assert.Equal(["fraud", "a"], (await FindAsync("fraud")).Select(h => h.Model.Name));
    }

    [Fact]
    public async Task What_changed_is_found_and_what_is_gone_is_not()
    {
        await host.Models.CreateModelAsync("m", new() { Description = "old" }, Cancel);
        await RegisterAsync("m", "vintage", new("colour", DataType.String));
        await host.Models.UpdateModelAsync("m", "new", Cancel);
        await host.Models.SetModelOwnerAsync("m", "team-x", Cancel);
        await host.Models.SetVersionTagAsync(new("m", 1), "stage", "proven", Cancel);
        Assert.Empty(await FindAsync("old"));
        Assert.Single(await FindAsync("new team proven colour vintage"));

        await host.Models.RenameModelAsync("m", "renamed", Cancel);
        await host.Models.DeleteVersionTagAsync(new("renamed", 1), "stage", Cancel);
        Assert.Empty(await FindAsync("proven"));
        Assert.Equal("renamed", Assert.Single(await FindAsync("ren colour")).Model.Name);

        await host.Models.DeleteVersionAsync(new("renamed", 1), Cancel);
        Assert.Empty(await FindAsync("colour"));
        await host.Models.DeleteModelAsync("renamed", Cancel);
        Assert.Empty(await FindAsync("renamed"));
    }

    [Fact]
    public async Task An_owner_s_change_is_an_event()
    {
        await host.Models.CreateModelAsync("m", new() { Owner = "a" }, Cancel);
        await host.Models.SetModelOwnerAsync("m", "a", Cancel);
        var changed = await host.Models.SetModelOwnerAsync("m", "b", Cancel);

        Assert.Equal("b", changed.Owner);
        var e = Assert.Single(await host.EventsAsync(EventTypes.OwnerChanged));
        Assert.Equal("""{"from":"a","to":"b"}""", e.Payload.GetRawText());
    }

    private Task<IReadOnlyList<ModelHit>> FindAsync(string text) => host.Get<IModelDiscovery>().FindAsync(text, cancellationToken: Cancel);

    private Task<ModelVersion> RegisterAsync(string name, string description, DataColumn column) =>
        host.Models.RegisterVersionAsync(
            name,
            Of("1").With(m => m with { Signature = new([column], [new("y", DataType.Float32)]) }),
            new() { Description = description },
            Cancel
        );
}
