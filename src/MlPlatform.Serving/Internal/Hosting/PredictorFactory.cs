using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Makes predictors out of what they have in common.</summary>
internal sealed class PredictorFactory(
    PredictionSink sink,
    RequestClock clock,
    Clocks clocks,
    IOptions<ServingOptions> options,
    ILogger<PredictorBase> logger,
    IFeatureReader? reader = null
)
{
    public PredictorBase Create<TIn, TOut>(ModelReference reference, PredictorOptions predictor, ModelHost host)
        where TIn : notnull
    {
        FeatureSource<TIn>? features = null;
        if (predictor.FeatureService is { } service)
        {
            features = new(
                reader
                    ?? throw new InvalidOperationException(
                        $"The predictor of '{reference}' reads feature service '{service}', but nothing gives features here; add the feature store."
                    ),
                service
            );
        }

        return Create(reference, host, new TypedBinder<TIn, TOut>(features, options.Value.MaxVariableDimension), features);
    }

    public Predictor<TensorRequest, IReadOnlyList<NamedTensor>> CreateByTensors(ModelReference reference, ModelHost host) =>
        Create(reference, host, new TensorBinder(options.Value.MaxRequestRows, options.Value.MaxVariableDimension), null);

    private Predictor<TIn, TOut> Create<TIn, TOut>(
        ModelReference reference,
        ModelHost host,
        IVersionBinder<TIn, TOut> binder,
        FeatureSource<TIn>? features
    )
        where TIn : notnull => new(reference, host, binder, features, sink, clock, clocks.Work, options.Value.ShadowQueueSize, logger);
}
