using System.Runtime.InteropServices;
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

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 8)]
    [InlineData(4, 1)]
    [InlineData(4, 3)]
    [InlineData(4, 4)]
    [InlineData(4, 9)]
    public void Model_that_takes_one_number_of_rows_answers_any_number(int batch, int rows)
    {
        var model = OnnxWriter.Logistic(Weights, 0.25f, type: 1, batch);
        var open = OnnxWriter.Logistic(Weights, 0.25f, type: 1, batch, isOutputOpen: true);
        foreach (var (onnx, signature) in new[] { (model, Signature), (model, OnnxRuntimeLoader.Describe(model)), (open, Signature) })
        {
            using var runner = OnnxRuntimeLoader.Load(onnx, signature);
            using var input = new RequestBuffer(runner.Inputs, rows);
            using var output = new RequestBuffer(runner.Outputs, rows);
            using var program = runner.Bind(input, output);
            for (var round = 0; round < 2; round++)
            {
                for (var i = 0; i < rows * 3; i++)
                {
                    MemoryMarshal.Cast<byte, float>(input.BytesOf(0))[i] = (i % 7) + round;
                }

                program.Run();
                for (var row = 0; row < rows; row++)
                {
                    var z = 0.25 + Enumerable.Range(0, 3).Sum(c => Weights[c] * (double)((((row * 3) + c) % 7) + round));
                    Assert.Equal(1 / (1 + Math.Exp(-z)), output.GetNumber(0, row, 0), 5);
                }
            }
        }
    }

    /// <summary>It would be taken for four times the elements of a row, wherever a signature is read without its model.</summary>
    [Fact]
    public void Signature_that_has_the_number_of_rows_is_refused()
    {
        var signature = new ModelSignature(
            [new("features", DataType.Float32) { Shape = [4, 3] }],
            [new("probability", DataType.Float32) { Shape = [-1, 1] }]
        );
        var refused = Assert.Throws<InvalidModelPackageException>(() =>
            OnnxRuntimeLoader.Load(OnnxWriter.Logistic(Weights, 0.25f, type: 1, batch: 4), signature)
        );
        Assert.Contains("Write -1 for the number of rows.", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10, DataType.Float16, 2e-3)]
    [InlineData(16, DataType.BFloat16, 2e-2)]
    public void Model_of_short_floats_gives_the_computed_probability(int onnx, DataType type, double error)
    {
        var model = OnnxWriter.Logistic(Weights, 0.25f, onnx, batch: 0);
        var signature = OnnxRuntimeLoader.Describe(model);
        Assert.Equal(new DataColumn("features", type) { Shape = [-1, 3] }, Assert.Single(signature.Inputs));
        using var runner = OnnxRuntimeLoader.Load(model, signature);
        using var input = new RequestBuffer(runner.Inputs, 2);
        using var output = new RequestBuffer(runner.Outputs, 2);
        using var program = runner.Bind(input, output);
        for (var i = 0; i < 6; i++)
        {
            input.SetNumber(0, i / 3, i % 3, i * 0.5);
            Assert.Equal(i * 0.5, input.GetNumber(0, i / 3, i % 3));
        }

        program.Run();
        for (var row = 0; row < 2; row++)
        {
            var z = 0.25 + Enumerable.Range(0, 3).Sum(c => Weights[c] * (((row * 3) + c) * 0.5));
            Assert.Equal(1 / (1 + Math.Exp(-z)), output.GetNumber(0, row, 0), error);
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
        Assert.Equal(0, AllocationTests.LeastAllocated(program.Run));
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
