using MlPlatform.Features;

namespace MlPlatform.Sdk.Tests;

internal sealed class LoopFeatures : IFeatureDefinitions
{
    public void Define(IFeatureModelBuilder model) => model.Service("loop", s => s.Request<Request>());
}
