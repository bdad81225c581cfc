using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>A predictor that was asked for, before the server makes it.</summary>
internal abstract class PredictorRegistration(ModelReference reference)
{
    public ModelReference Reference { get; } = reference;

    /// <summary>Callbacks on the options, in order.</summary>
    public List<Action<PredictorOptions>> Configure { get; } = [];

    /// <summary>The assets that the predictor consumes: its model, and the feature service that completes its requests.</summary>
    public IEnumerable<AssetRef> Uses =>
        Options.FeatureService is { } service
            ? [new(AssetKind.Model, Reference.Name), AssetRef.Parse($"service:{service}")]
            : [new(AssetKind.Model, Reference.Name)];

    protected PredictorOptions Options
    {
        get
        {
            var options = new PredictorOptions();
            Configure.ForEach(c => c(options));
            return options;
        }
    }

    public abstract PredictorBase Create(ModelHost host, PredictorFactory factory);
}
