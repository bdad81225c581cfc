using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

internal sealed class TypedPredictorRegistration<TIn, TOut>(ModelReference reference) : PredictorRegistration(reference)
    where TIn : notnull
{
    public override PredictorBase Create(ModelHost host, PredictorFactory factory)
    {
        var options = new PredictorOptions();
        Configure.ForEach(c => c(options));
        return factory.Create<TIn, TOut>(Reference, options, host);
    }
}
