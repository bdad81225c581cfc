using MlPlatform.Core;
using MlPlatform.Monitoring;

namespace MlPlatform.Sdk.Tests;

public sealed class ReferenceProfileTests
{
    [Fact]
    public async Task Profile_holds_inputs_scores_and_metrics()
    {
        var (context, model, data) = TrainedModel.Train();
        var package = ModelPackage
            .FromMlNet(context, model, data.Schema, nameof(Row.Label))
            .WithProfile(context, model, data, KeyValuePair.Create("auc", 0.9));

        var file = package.Manifest.Find(ModelFileRole.Profile)!;
        var profile = ReferenceProfile.FromBytes(await package.ReadAsync(file.Path, TestContext.Current.CancellationToken));

        Assert.Equal(["X"], profile.Numeric.Select(c => c.Name));
        Assert.Equal(["Kind"], profile.Categories.Select(c => c.Name));
        Assert.NotNull(profile.Scores);
        Assert.Equal(0.9, profile.Metrics["auc"]);
    }

    [Fact]
    public void Rows_without_a_column_of_the_signature_are_refused()
    {
        var (context, model, data) = TrainedModel.Train();
        var package = ModelPackage.FromMlNet(context, model, data.Schema, nameof(Row.Label));
        var other = context.Data.LoadFromEnumerable(new[] { new { X = 1f } });

        var e = Assert.Throws<InvalidModelPackageException>(() => package.WithProfile(context, model, other));
        Assert.Contains("Kind", e.Message, StringComparison.Ordinal);
    }
}
