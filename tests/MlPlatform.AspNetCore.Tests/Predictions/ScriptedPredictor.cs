using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Tests;

/// <summary>Answers as a test says.</summary>
internal sealed class ScriptedPredictor : IPredictor<Flight, LateFlight>
{
    public const string Reference = "late@champion";

    public static readonly PredictionId MadeId = PredictionId.Parse("0197f0c0000070008000000000000002");

    public delegate ValueTask<Prediction<LateFlight>> Script(Flight flight, PredictOptions options, CancellationToken cancellationToken);

    public Script Answer { get; set; } = (flight, options, _) => new(Made(flight.Distance / 1000, options));

    /// <summary>What is told to requests before they are read.</summary>
    public ModelOverloadedException? Busy { get; set; }

    public Flight? LastInput { get; private set; }

    public PredictOptions LastOptions { get; private set; }

    public static Prediction<LateFlight> Made(float probability, PredictOptions options) =>
        new(new(probability), new("late", 3), options.Id ?? MadeId, PredictionRoute.Canary);

    public void AddTo(IServiceCollection services) => services.AddKeyedSingleton<IPredictor<Flight, LateFlight>>(Reference, this);

    public ModelOverloadedException? Refuse(PredictionPriority priority = default) => Busy;

    public ValueTask<Prediction<LateFlight>> PredictAsync(Flight input, CancellationToken cancellationToken = default) =>
        PredictAsync(input, default, cancellationToken);

    public ValueTask<Prediction<LateFlight>> PredictAsync(
        Flight input,
        in PredictOptions options,
        CancellationToken cancellationToken = default
    )
    {
        (LastInput, LastOptions) = (input, options);
        return Answer(input, options, cancellationToken);
    }
}
