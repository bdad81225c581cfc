using Microsoft.ML;
using Microsoft.ML.Data;
using MlPlatform.Core;

namespace MlPlatform.Sdk.Tests;

public sealed class MlNetModelPackageTests
{
    [Fact]
    public async Task Model_comes_back_with_the_same_scores_and_a_signature_without_the_label()
    {
        var (context, model, data) = TrainedModel.Train();
        var package = ModelPackage.FromMlNet(context, model, data.Schema, nameof(Row.Label));
        var loaded = await package.LoadMlNetAsync(new MLContext(), TestContext.Current.CancellationToken);

        Assert.Equal(["X: float32", "Kind: string"], package.Manifest.Signature.Inputs.Select(c => c.ToString()));
        Assert.Equal(
            ["PredictedLabel", "Probability", "Score"],
            package.Manifest.Signature.Outputs.Select(c => c.Name).Order(StringComparer.Ordinal)
        );
        Assert.Equal(Scores(context, model, data), Scores(context, loaded, data));
    }

    [Fact]
    public async Task Package_that_is_no_model_is_refused()
    {
        var signature = new ModelSignature([], []);
        var text = new ModelFileContent("model.zip", ModelFileRole.Model, "application/zip", "not a zip"u8.ToArray());
        var damaged = ModelPackage.Create(new(ModelRuntime.MlNet, "5"), signature, text);
        await Assert.ThrowsAsync<InvalidModelPackageException>(() =>
            damaged.LoadMlNetAsync(new MLContext(), TestContext.Current.CancellationToken)
        );
        var other = ModelPackage.Create(new(ModelRuntime.Onnx, "1"), signature, text);
        await Assert.ThrowsAsync<InvalidModelPackageException>(() =>
            other.LoadMlNetAsync(new MLContext(), TestContext.Current.CancellationToken)
        );
    }

    private static float[] Scores(MLContext context, ITransformer model, IDataView data) =>
        [.. model.Transform(data).GetColumn<float>("Probability")];
}
