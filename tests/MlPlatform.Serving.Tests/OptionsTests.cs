using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Serving.Tests;

public sealed class OptionsTests
{
    [Theory]
    [InlineData("ResidentVersions", "17")]
    [InlineData("MaxOpenModels", "0")]
    [InlineData("MaxOpenModelBytes", "-1")]
    [InlineData("MaxRequestRows", "1048577")]
    [InlineData("DefaultAlias", " ")]
    [InlineData("ModelRepository", "no such folder")]
    [InlineData("RequestSlots", "-1")]
    [InlineData("LoadTimeout", "00:00:00.5")]
    [InlineData("RetryInterval", "00:00:00.5")]
    [InlineData("ShadowQueueSize", "0")]
    [InlineData("RolloutInterval", "2.00:00:00")]
    [InlineData("RolloutErrorAlpha", "0.5")]
    [InlineData("RolloutErrorMargin", "2")]
    [InlineData("RolloutLatencyRatio", "NaN")]
    public async Task A_wrong_option_is_refused_with_its_configuration_path(string option, string value)
    {
        await using var host = new ServingHost(b => b.Services.AddSingleton(Configuration(option, value)));
        var e = Assert.Throws<OptionsValidationException>(() => host.Get<IOptions<ServingOptions>>().Value);
        Assert.Contains($"MlPlatform:Serving:{option} is", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Callbacks_run_after_configuration_and_repeating_the_registration_adds_nothing()
    {
        await using var host = new ServingHost(b =>
        {
            b.Services.AddSingleton(Configuration("ShadowQueueSize", "5"));
            b.AddServing(o => o.ResidentVersions = o.ShadowQueueSize)
                .AddPredictor<Request, float>("m@champion")
                .AddPredictor<Request, float>("m@champion");
        });
        Assert.Equal(5, host.Get<IOptions<ServingOptions>>().Value.ResidentVersions);
        Assert.Single(host.Server.List());
        Assert.Single(host.Get<IEnumerable<IRecurringWork>>(), w => w.Name == "rollouts");
    }

    [Fact]
    public void A_reference_without_alias_or_version_is_refused_when_it_is_added() =>
        Assert.Throws<FormatException>(() => new ServiceCollection().AddMlPlatformCore().AddPredictor<Request, float>("flight-delay"));

    private static IConfiguration Configuration(string option, string value) =>
        new ConfigurationBuilder().AddInMemoryCollection([new($"MlPlatform:Serving:{option}", value)]).Build();
}
