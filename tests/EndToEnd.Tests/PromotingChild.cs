using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Sdk;

namespace EndToEnd.Tests;

/// <summary>The process that the promotion test starts twice: this same program. It looks at the champion, says so, and promotes when told to.</summary>
internal static class PromotingChild
{
    public const string Variable = "MLPLATFORM_TEST_PROMOTE_FOLDER";
    public const string Model = "contested";
    public const string Ready = "ready";
    public const string Won = "won";

    public static async Task PromoteAsync(string folder)
    {
        await using var services = Platform(folder);
        var models = services.GetRequiredService<IMlPlatform>().Models;
        while (true)
        {
            var seen = await models.GetAliasAsync(Model, "champion");
            Say(Ready);
            if (await Console.In.ReadLineAsync() is not { } version)
            {
                return;
            }

            try
            {
                var reason = new AliasMoveReason(AliasMoveKind.Human, $"by {Environment.ProcessId}");
                await models.SetAliasAsync(Model, "champion", int.Parse(version, null), seen?.ETag ?? ETag.None, reason);
                Say(Won);
            }
            catch (ConcurrencyConflictException e)
            {
                Say(e.Message);
            }
        }
    }

    public static ServiceProvider Platform(string folder)
    {
        var services = new ServiceCollection();
        services.AddMlPlatform(o => o.DataDirectory = folder);
        return services.BuildServiceProvider();
    }

    private static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
