using System.ComponentModel.DataAnnotations.Schema;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.Data;
using MlPlatform.Core;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

public sealed class FunctionTests
{
    private static readonly ModelReference First = ModelReference.ByVersion("m", 1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_typed_predictor_answers_what_the_function_gives()
    {
        await using var host = Start(b => b.AddPredictor<Raw, Clean>("m@v1"));
        var answer = await host.Predictor<Raw, Clean>().PredictAsync(new("AA", 7, 2.5, [1, 2, 3]), Token);
        Assert.Equal(new Clean(6, "aa", true), answer.Value);
        Assert.Equal(new ModelVersionId("m", 1), answer.ModelVersion);
    }

    [Fact]
    public async Task The_inference_server_describes_and_runs_a_function_row_by_row()
    {
        await using var host = Start();
        var server = host.Get<IInferenceServer>();
        var model = await server.DescribeAsync(First, Token);
        Assert.Equal(ModelRuntime.Function, model.Runtime);
        Assert.Equal(
            [
                ("Carrier", DataType.String, 1L),
                ("seats_sold", DataType.Int32, 1),
                ("Distance", DataType.Float64, 1),
                ("Hours", DataType.Float32, 3),
            ],
            model.Inputs.Select(i => (i.Name, i.Type, i.Shape[1]))
        );
        var answer = await server.PredictAsync(
            First,
            new([
                new("Carrier", [2, 1], ["AA", "UA"]),
                NamedTensor.Create("seats_sold", [2, 1], 7, 8),
                NamedTensor.Create("Distance", [2, 1], 2.5, double.NaN),
                NamedTensor.Create("Hours", [2, 3], 1f, 2, 3, 4, 5, 6),
            ]),
            default,
            Token
        );
        Assert.Equal([6f, 15f], answer.Value.Single(t => t.Name == "Total").ToArray<float>());
        Assert.Equal(["aa", "ua"], answer.Value.Single(t => t.Name == "Code").Texts);
        Assert.Equal([1, 0], answer.Value.Single(t => t.Name == "IsFar").Data.ToArray());
    }

    [Fact]
    public async Task A_function_that_throws_fails_its_own_request_only()
    {
        await using var host = Start(b => b.AddPredictor<Raw, Clean>("m@v1"));
        var predictor = host.Predictor<Raw, Clean>();
        var thrown = await Assert.ThrowsAsync<PredictionFailedException>(async () =>
            await predictor.PredictAsync(new("??", 1, 1, [1, 2, 3]), Token)
        );
        Assert.Contains("no carrier", thrown.InnerException!.Message, StringComparison.Ordinal);
        Assert.Equal(6, (await predictor.PredictAsync(new("AA", 7, 2.5, [1, 2, 3]), Token)).Value.Total);
    }

    [Fact]
    public async Task A_version_is_refused_when_the_process_lacks_its_function()
    {
        await using var host = Start(b => b.AddPredictor<Raw, Clean>("m@v2").AddModelFunction<Pair, Sum>("add", p => new(p.A + p.B)));
        host.Packages.All[new("m", 2)] = () => ModelPackage.FromFunction<Raw, Clean>("tidy");
        Assert.Contains(
            "m@v2 is function 'tidy', which this process does not have; it has 'add', 'clean'.",
            (await RefusedAsync(host)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_version_is_refused_when_the_function_has_other_columns()
    {
        await using var host = Start(b => b.AddPredictor<Raw, Clean>("m@v2"));
        host.Packages.All[new("m", 2)] = () => ModelPackage.FromFunction<Other, Clean>("clean");
        var message = (await RefusedAsync(host)).Message;
        foreach (
            var part in (string[])
                [
                    "m@v2 does not fit function 'clean' from Raw to Clean",
                    "input 'seats_sold: string' cannot become 'seats_sold' of type Int32",
                    "'Distance' of Raw is no input of the model",
                    "input 'Gate: int32' has no property in Raw",
                ]
        )
        {
            Assert.Contains(part, message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("[]", "$: is Array, not an object")]
    [InlineData("{}", "$.function: is missing or empty")]
    [InlineData("""{"function":""}""", "$.function: is missing or empty")]
    [InlineData("""{"function":3}""", "$.function: is Number, not String")]
    [InlineData("""{"function":"clean","code":"x"}""", "$.code: is unknown; known are function")]
    [InlineData("""{"function":"clean","function":"add"}""", "not valid JSON")]
    [InlineData("{", "not valid JSON")]
    public async Task A_file_that_names_no_function_is_refused(string file, string problem)
    {
        await using var host = Start(b => b.AddPredictor<Raw, Clean>("m@v2"));
        host.Packages.All[new("m", 2)] = () =>
            ModelPackage.Create(
                new(ModelRuntime.Function, "1"),
                ModelPackage.FromFunction<Raw, Clean>("clean").Manifest.Signature,
                new ModelFileContent("function.json", ModelFileRole.Model, "application/json", Encoding.UTF8.GetBytes(file))
            );
        Assert.Contains(problem, (await RefusedAsync(host)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(typeof(float), "Single names no columns")]
    [InlineData(typeof(string), "String names no columns")]
    [InlineData(typeof(Texts), "'Words' of Texts is String[], which is no column; an array is of numbers")]
    [InlineData(typeof(MissingCount), "'Count' of MissingCount is Int32?, which is no column; only floating-point numbers can be missing")]
    [InlineData(typeof(Twice), "'a_b' of Twice is there twice")]
    [InlineData(typeof(Empty), "Empty has no public property")]
    public void Types_that_are_no_columns_are_refused(Type type, string problem) =>
        Assert.Contains(
            problem,
            Assert.Throws<ArgumentException>(() => ModelFunction.SignatureOf(type, typeof(Clean))).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void A_name_is_given_once()
    {
        var builder = new ServiceCollection().AddMlPlatformCore().AddModelFunction<Pair, Sum>("add", p => new(p.A + p.B));
        Assert.Contains(
            "function 'add' already",
            Assert.Throws<ArgumentException>(() => builder.AddModelFunction<Pair, Sum>("add", p => new(p.A - p.B))).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_function_over_structures_allocates_nothing()
    {
        await using var host = new ServingHost(b =>
            b.AddPredictor<Pair, Sum>("m@v1").AddModelFunction<Pair, Sum>("add", p => new(p.A + p.B))
        );
        host.Packages.All[new("m", 1)] = () => ModelPackage.FromFunction<Pair, Sum>("add");
        await AllocationTests.AssertAllocatesNothingAsync(host.Predictor<Pair, Sum>(), new(1, 2));
    }

    private static ServingHost Start(Action<IMlPlatformBuilder>? configure = null)
    {
        var host = new ServingHost(b =>
        {
            b.AddModelFunction<Raw, Clean>("clean", Tidy);
            configure?.Invoke(b);
        });
        host.Packages.All[new("m", 1)] = () => ModelPackage.FromFunction<Raw, Clean>("clean");
        return host;
    }

    private static async Task<ModelUnavailableException> RefusedAsync(ServingHost host)
    {
        var thrown = await Assert.ThrowsAsync<ModelUnavailableException>(async () =>
            await host.Predictor<Raw, Clean>().PredictAsync(new("AA", 1, 1, [1, 2, 3]), Token)
        );
        Assert.IsType<InvalidModelPackageException>(thrown.InnerException);
        return thrown;
    }

    private static Clean Tidy(Raw raw) =>
        raw.Carrier == "??"
            ? throw new InvalidOperationException("There is no carrier.")
            : new(raw.Hours.Sum(), raw.Carrier?.ToLowerInvariant(), raw.Distance > raw.Seats / 4.0);

    internal sealed record Raw(
        string? Carrier,
        [property: Column("seats_sold")] int Seats,
        double? Distance,
        [property: VectorType(3)] float[] Hours
    );

    internal sealed record Clean(float Total, string? Code, bool IsFar);

    internal readonly record struct Pair(float A, float B);

    internal readonly record struct Sum(float Total);

    internal sealed record Other(string Carrier, [property: Column("seats_sold")] string Seats, int Gate);

    internal sealed record Texts(string[] Words);

    internal sealed record MissingCount(int? Count);

    internal sealed record Twice(float AB, [property: Column("a_b")] float Other);

    internal sealed class Empty;
}
