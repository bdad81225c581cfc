using MlPlatform.Core;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

public sealed class SwitchRunnerTests
{
    private const int Line = 64; // What a tensor takes at least.

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_rows_of_one_member_share_its_runs()
    {
        var runtime = new CountingRuntime();
        using var first = await LoadAsync(runtime, 1);
        using var other = await LoadAsync(runtime, 2);
        DataColumn[] x = [new("x", DataType.Float32)];
        DataColumn[] y = [new("y", DataType.Float32)];
        using var runner = new SwitchRunner(
            x,
            y,
            [first, other],
            [
                [0],
                [0],
            ],
            [
                [0],
                [0],
            ],
            column: 0,
            [new() { Number = 5 }]
        );
        float[] values = [5, 7, 5, 5, 5, 5, 8, 5, 5, 5, 5, 9, 5, 5, 5, 5]; // Thirteen of 5: eight, four and one.
        using var inputs = new RequestBuffer(runner.Inputs, values.Length);
        using var outputs = new RequestBuffer(runner.Outputs, values.Length);
        using (var program = runner.Bind(inputs, outputs))
        {
            var held = program.Bytes;
            for (var round = 1; round <= 3; round++)
            {
                for (var row = 0; row < values.Length; row++)
                {
                    inputs.Set(0, row, values[row]);
                }

                program.Run();
                Assert.Equal(
                    values.Select(v => v + (v is 5 ? 1 : 2)),
                    Enumerable.Range(0, values.Length).Select(r => outputs.Get<float>(0, r))
                );
                Assert.Equal(round * (3 + 2), runtime.Runs);
                values = [.. values.Reverse()];
            }

            Assert.Equal(2 * 2 * Line, held); // One row in and out of each.
            Assert.Equal(held + (3 * 2 * Line), program.Bytes); // Four and eight rows of the first, two of the other.
        }

        Assert.Equal(0, runtime.Bound);
    }

    private static async Task<IModelRunner> LoadAsync(CountingRuntime runtime, byte number) =>
        await runtime.LoadAsync(new OpenedModel(new("m", number), CountingRuntime.Package(number)), [number], 1, Token);
}
