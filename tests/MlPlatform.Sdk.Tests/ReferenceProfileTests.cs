using MlPlatform.Core;
using MlPlatform.Monitoring;

namespace MlPlatform.Sdk.Tests;

public sealed class ReferenceProfileTests
{
    [Fact]
    public async Task Package_from_held_out_rows_carries_the_profile_of_inputs_scores_and_auc()
    {
        var (context, model, data) = TrainedModel.Train();
        var package = ModelPackage.FromMlNet(context, model, data, nameof(Row.Label));

        var file = package.Manifest.Find(ModelFileRole.Profile)!;
        var profile = ReferenceProfile.FromBytes(await package.ReadAsync(file.Path, TestContext.Current.CancellationToken));

        Assert.Equal(["X", "Kind"], package.Manifest.Signature.Inputs.Select(c => c.Name));
        Assert.Equal(["X"], profile.Numeric.Select(c => c.Name));
        Assert.Equal(["Kind"], profile.Categories.Select(c => c.Name));
        Assert.NotNull(profile.Scores);
        Assert.InRange(profile.Metrics["auc"], 0.5, 1);
    }
}
