using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using MlPlatform.Core.Internal;

namespace MlPlatform.Core.Tests.Delivery;

public sealed class AddressGuardTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.9.9.9")]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("100.64.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("198.18.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::1")]
    [InlineData("::")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("::127.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2001::1")]
    [InlineData("fc00::1")]
    [InlineData("fd12::1")]
    [InlineData("fe80::1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    public void Addresses_that_are_not_public_are_refused(string address) => Assert.False(Guard().Allows(IPAddress.Parse(address)));

    [Theory]
    [InlineData("93.184.216.34")]
    [InlineData("172.32.0.1")]
    [InlineData("11.0.0.1")]
    [InlineData("2606:2800:220:1:248:1893:25c8:1946")]
    public void Public_addresses_are_allowed(string address) => Assert.True(Guard().Allows(IPAddress.Parse(address)));

    [Fact]
    public void A_network_can_be_allowed()
    {
        Assert.True(Guard("10.1.0.0/16").Allows(IPAddress.Parse("10.1.9.9")));
        Assert.True(Guard("10.1.0.0/16").Allows(IPAddress.Parse("::ffff:10.1.9.9")));
        Assert.False(Guard("10.1.0.0/16").Allows(IPAddress.Parse("10.2.0.1")));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("2130706433")] // 127.0.0.1 as one number.
    [InlineData("0x7f.1")]
    public async Task Nothing_is_connected_to_on_this_machine_however_it_is_written(string host)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using var sender = new EventSender(Guard(), new(TimeProvider.System, TimeProvider.System), Options.Create(new DeliveryOptions()));

        var attempt = await sender.SendAsync(
            new($"http://{host}:{port}/"),
            new("i", "t", "s"),
            null,
            new("1", "text/plain", "x"u8.ToArray()),
            TestContext.Current.CancellationToken
        );

        Assert.Null(attempt.Status);
        Assert.Contains("not in a public network", attempt.Error, StringComparison.Ordinal);
        Assert.False(listener.Pending());
    }

    private static AddressGuard Guard(params string[] allowed)
    {
        var options = new DeliveryOptions();
        foreach (var network in allowed)
        {
            options.AllowedNetworks.Add(network);
        }

        return new(Options.Create(options));
    }
}
