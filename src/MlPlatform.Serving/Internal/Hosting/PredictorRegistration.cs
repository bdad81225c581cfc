using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>A predictor that was asked for, before the server makes it.</summary>
internal abstract class PredictorRegistration(ModelReference reference)
{
    public ModelReference Reference { get; } = reference;

    /// <summary>Callbacks on the options, in order.</summary>
    public List<Action<PredictorOptions>> Configure { get; } = [];

    public abstract PredictorBase Create(ModelHost host, PredictorFactory factory);
}
