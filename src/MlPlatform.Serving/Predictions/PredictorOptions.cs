namespace MlPlatform.Serving;

/// <summary>Options of one predictor.</summary>
public sealed class PredictorOptions
{
    /// <summary>The feature service that gives the model's inputs which the request does not have; null reads no features.</summary>
    /// <remarks>The request's properties, under snake-case names, are the entity keys and request data of the read.</remarks>
    public string? FeatureService { get; set; }
}
