using Microsoft.Extensions.Options;

namespace MlPlatform.Monitoring.Tests;

public sealed class OptionsTests
{
    [Fact]
    public async Task Wrong_options_are_refused_with_their_configuration_path()
    {
        await using var host = new MonitoringHost(m => m.Configure(o => o.PaneSize = TimeSpan.FromHours(7)));

        var error = Assert.Throws<OptionsValidationException>(() => host.Observer);

        Assert.Contains("MlPlatform:Monitoring:PaneSize", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_monitor_is_refused_by_name()
    {
        await using var host = new MonitoringHost(m => m.AddMonitor("flight", o => o.Window = TimeSpan.FromMinutes(90)));

        Assert.Contains("'flight': Window", Assert.Throws<MlPlatformException>(() => host.Monitor).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Registration_can_be_repeated()
    {
        var services = new ServiceCollection();
        var builder = services.AddMlPlatformCore();
        builder.AddMonitoring();
        var count = services.Count;

        builder.AddMonitoring();

        Assert.Equal(count, services.Count);
    }
}
