using Dapper;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;

namespace MlPlatform.Storage.PostgreSql.Tests;

/// <summary>The process that the kill test starts: this same program, with a folder in its environment, writes until it is killed.</summary>
internal static class KillChild
{
    public const string Variable = "MLPLATFORM_TEST_KILL_FOLDER";
    public const string Prefix = "acknowledged ";
    public const string Lease = "held";

    public static async Task WriteForeverAsync(string folder)
    {
        await using var services = PostgreSqlServices.Create(folder);
        var database = services.GetRequiredService<IMetadataDatabase>();
        await using var lease = await services.GetRequiredService<ILeases>().TryAcquireAsync(Lease, TimeSpan.FromDays(1));
        for (var i = 0; i < 100_000; i++)
        {
            await database.WriteAsync(
                i % 10 == 0 ? Durability.Power : Durability.Process,
                work =>
                {
                    work.Append(new("test.written", new(AssetKind.Run, $"{i}")));
                    return work.Connection.ExecuteAsync(
                        "INSERT INTO core_lease (name, owner, until, fence) VALUES (@Name, '', 0, 0)",
                        new { Name = $"{Environment.ProcessId}-{i}" },
                        work.Transaction
                    );
                }
            );
            Console.Out.WriteLine(Prefix + i);
            Console.Out.Flush();
        }
    }
}
