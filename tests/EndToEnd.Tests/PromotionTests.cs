using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Sdk;

namespace EndToEnd.Tests;

public sealed class PromotionTests : IDisposable
{
    private const int Rounds = 20;
    private readonly string folder = Directory.CreateTempSubdirectory("mlplatform-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>Both have seen the same champion when both are told to promote another one: one wins, the other is told what it missed.</summary>
    [Fact]
    public async Task Of_two_processes_that_promote_at_once_one_wins_and_the_other_is_told()
    {
        await using var services = PromotingChild.Platform(folder);
        var platform = services.GetRequiredService<IMlPlatform>();
        await platform.StartAsync(TestContext.Current.CancellationToken);
        DataColumn[] column = [new("x", DataType.Float32)];
        for (var version = 1; version <= 4; version++)
        {
            var package = ModelPackage.Create(
                new ModelRuntime("test", "1"),
                new ModelSignature(column, column),
                new ModelFileContent("model.bin", ModelFileRole.Model, "application/octet-stream", new byte[] { (byte)version })
            );
            await platform.Models.RegisterVersionAsync(
                PromotingChild.Model,
                package,
                cancellationToken: TestContext.Current.CancellationToken
            );
        }

        using var one = Start();
        using var two = Start();
        for (var round = 0; round < Rounds; round++)
        {
            Assert.Equal(PromotingChild.Ready, await one.StandardOutput.ReadLineAsync());
            Assert.Equal(PromotingChild.Ready, await two.StandardOutput.ReadLineAsync());
            var first = 1 + (round % 2 * 2); // Never the present champion: to promote that again changes nothing and conflicts with nobody.
            await Task.WhenAll(TellAsync(one, first), TellAsync(two, first + 1));
            string?[] said = [await one.StandardOutput.ReadLineAsync(), await two.StandardOutput.ReadLineAsync()];
            var winner = Array.IndexOf(said, PromotingChild.Won);
            Assert.InRange(winner, 0, 1);
            Assert.Contains("champion", said[1 - winner], StringComparison.Ordinal);
            Assert.NotEqual(PromotingChild.Won, said[1 - winner]);
            var champion = await platform.Models.GetAliasAsync(PromotingChild.Model, "champion", TestContext.Current.CancellationToken);
            Assert.Equal(first + winner, champion!.Version);
        }

        one.StandardInput.Close();
        two.StandardInput.Close();
        await Task.WhenAll(one.WaitForExitAsync(), two.WaitForExitAsync());
        Assert.Equal((0, 0), (one.ExitCode, two.ExitCode));
        var history = await platform.Models.GetAliasHistoryAsync(PromotingChild.Model, "champion", TestContext.Current.CancellationToken);
        Assert.Equal(Rounds, history.Count);
    }

    private Process Start()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(PromotionTests).Assembly.Location])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment[PromotingChild.Variable] = folder;
        return Process.Start(start)!;
    }

    private static async Task TellAsync(Process process, int version)
    {
        await process.StandardInput.WriteLineAsync(version.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await process.StandardInput.FlushAsync();
    }
}
