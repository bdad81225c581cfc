using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

internal sealed class TypedPredictorRegistration<TIn, TOut>(ModelReference reference) : PredictorRegistration(reference)
    where TIn : notnull
{
    public override PredictorBase Create(ModelHost host, PredictorFactory factory) => factory.Create<TIn, TOut>(Reference, Options, host);
}
