using MlPlatform.Core;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

public sealed class OnnxRuntimeTests
{
    private static readonly float[] Weights = [0.5f, -1.25f, 2f];

    private static readonly ModelSignature Signature = new(
        [new("a", DataType.Float32), new("b", DataType.Float32), new("c", DataType.Float32)],
        [new("probability", DataType.Float32)]
    );

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Onnx_model_gives_the_computed_probability_when_columns_are_packed(int rows)
    {
        using var runner = OnnxRuntimeLoader.Load(OnnxWriter.Logistic(Weights, 0.25f), Signature);
        using var input = new RequestBuffer(runner.Inputs, rows);
        using var output = new RequestBuffer(runner.Outputs, rows);
        using var program = runner.Bind(input, output);
        for (var round = 0; round < 2; round++)
        {
            for (var row = 0; row < rows; row++)
            {
                for (var column = 0; column < 3; column++)
                {
                    input.SetNumber(column, row, 0, row + column + round);
                }
            }
            program.Run();
            for (var row = 0; row < rows; row++)
            {
                var z = 0.25 + Enumerable.Range(0, 3).Sum(c => Weights[c] * (double)(row + c + round));
                Assert.Equal(1 / (1 + Math.Exp(-z)), output.GetNumber(0, row, 0), 5);
            }
        }
    }

    [Fact]
    public void Onnx_run_allocates_nothing_when_bound()
    {
        using var runner = OnnxRuntimeLoader.Load(OnnxWriter.Logistic(Weights, 0.25f), Signature);
        using var input = new RequestBuffer(runner.Inputs, 1);
        using var output = new RequestBuffer(runner.Outputs, 1);
        using var program = runner.Bind(input, output);
        program.Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            program.Run();
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Onnx_model_is_refused_when_its_data_is_in_other_files() =>
        Assert.Contains(
            "external data",
            Assert
                .Throws<InvalidModelPackageException>(() =>
                    OnnxRuntimeLoader.Load(OnnxWriter.Logistic(Weights, 0, external: true), Signature)
                )
                .Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Onnx_model_is_refused_when_cut_off_anywhere()
    {
        var model = OnnxWriter.Logistic(Weights, 0.25f);
        for (var length = 0; length < model.Length - 6; length++)
        {
            Assert.Throws<InvalidModelPackageException>(() => OnnxRuntimeLoader.Load(model[..length], Signature).Dispose());
        }
    }
}
