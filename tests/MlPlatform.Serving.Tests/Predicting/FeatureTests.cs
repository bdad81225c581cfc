using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

public sealed class FeatureTests
{
    private static readonly ModelSignature Signature = new(
        [new("hour", DataType.Float32), new("MeanDelay", DataType.Float32)],
        [new("probability", DataType.Float32)]
    );

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static ModelPackage Package() =>
        ModelPackage.Create(
            new(ModelRuntime.Onnx, "1"),
            Signature,
            new ModelFileContent("model.onnx", ModelFileRole.Model, "application/onnx", OnnxWriter.Logistic([1, 0.5f], 0))
        );

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Inputs_that_the_request_lacks_come_from_features_by_its_keys(bool waits)
    {
        var gate = new TaskCompletionSource();
        var features = new TableFeatures { Rows = { ["ATL"] = (4, "AA"), ["BOS"] = (-2, "BB") }, Wait = waits ? gate.Task : null };
        await using var host = Host(features);
        var predictor = host.Predictor<FlightRequest, float>();
        await host.Server.RefreshAsync(cancellationToken: Token);
        var first = predictor.PredictAsync(new("ATL", 1), Token).AsTask();
        var second = predictor.PredictAsync(new("BOS", 3), Token).AsTask();
        Assert.Equal(!waits, first.IsCompleted);
        gate.SetResult();
        Assert.Equal(Sigmoid(1 + 2), (await first).Value, 5);
        Assert.Equal(Sigmoid(3 - 1), (await second).Value, 5);
    }

    [Fact]
    public async Task A_feature_that_is_not_found_becomes_missing()
    {
        var observer = new RecordingObserver();
        await using var host = Host(new TableFeatures(), observer);
        Assert.True(float.IsNaN((await host.Predictor<FlightRequest, float>().PredictAsync(new("XXX", 1), Token)).Value));
        Assert.True(double.IsNaN(observer.All.Single().Numeric[1]));
    }

    [Fact]
    public async Task Columns_are_matched_anew_when_the_service_is_applied_in_another_order()
    {
        var features = new TableFeatures { Rows = { ["ATL"] = (4, "AA") } };
        await using var host = Host(features);
        var predictor = host.Predictor<FlightRequest, float>();
        var before = await predictor.PredictAsync(new("ATL", 1), Token);
        features.Schema = new([new("airline", DataType.String), new("mean_delay", DataType.Float32)]);
        Assert.Equal(before.Value, (await predictor.PredictAsync(new("ATL", 1), Token)).Value);
        features.Schema = new([new("airline", DataType.String), new("other", DataType.Float32), new("mean_delay", DataType.String)]);
        var e = await Assert.ThrowsAsync<PredictionInputException>(async () => await predictor.PredictAsync(new("BOS", 1), Token));
        Assert.Contains("'MeanDelay: float32' cannot be read from feature 'mean_delay: string'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_requests_have_no_property_for_is_an_error_at_load()
    {
        await using var host = new ServingHost(b =>
        {
            b.Services.AddSingleton<IFeatureReader>(new TableFeatures());
            b.AddPredictor<MistypedRequest, float>("m@v1", o => o.FeatureService = "flight");
        });
        host.Packages.All[new("m", 1)] = () => Package();
        var e = await Assert.ThrowsAsync<ModelUnavailableException>(() => host.Server.RefreshAsync("m", Token));
        Assert.Contains(
            "feature service 'flight' is read by 'origin_airport', for which MistypedRequest has no property",
            e.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_column_of_neither_source_is_an_error_at_load()
    {
        await using var host = Host(new TableFeatures { Schema = new([new("airline", DataType.String)]) });
        var e = await Assert.ThrowsAsync<ModelUnavailableException>(() => host.Server.RefreshAsync("m", Token));
        Assert.Contains(
            "'MeanDelay: float32' has no property in FlightRequest and is not among the features",
            e.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_predictor_with_features_needs_something_that_gives_them()
    {
        var host = new ServingHost(b => b.AddPredictor<FlightRequest, float>("m@v1", o => o.FeatureService = "flight"));
        Assert.Contains(
            "nothing gives features",
            Assert.Throws<InvalidOperationException>(() => host.Server).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("MeanDelay24h", "mean_delay24h")]
    [InlineData("HTTPCode", "http_code")]
    [InlineData("already_snake", "already_snake")]
    [InlineData("X", "x")]
    public void Member_names_become_snake_case(string name, string expected) => Assert.Equal(expected, MemberNames.ToSnakeCase(name));

    private static ServingHost Host(TableFeatures features, RecordingObserver? observer = null)
    {
        var host = new ServingHost(b =>
        {
            b.Services.AddSingleton<IFeatureReader>(features);
            b.Services.AddSingleton<IPredictionObserver>(observer ?? new());
            b.AddPredictor<FlightRequest, float>("m@v1", o => o.FeatureService = "flight");
        });
        host.Packages.All[new("m", 1)] = Package;
        return host;
    }

    private static float Sigmoid(float x) => 1 / (1 + MathF.Exp(-x));

    internal sealed record FlightRequest(string OriginAirport, int Hour);

    internal sealed record MistypedRequest(string OrginAirport, int Hour);
}
