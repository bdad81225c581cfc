using MlPlatform.Core;

namespace MlPlatform.Serving;

/// <summary>A predictor's types do not fit the signature of a model version.</summary>
public sealed class PredictorMismatchException : MlPlatformException
{
    /// <summary>Makes an exception that lists every problem.</summary>
    public PredictorMismatchException(Type input, Type output, IReadOnlyList<string> problems)
        : base(Describe(input, output, problems)) => Problems = problems;

    /// <summary>What does not fit, one line each.</summary>
    public IReadOnlyList<string> Problems { get; }

    private static string Describe(Type input, Type output, IReadOnlyList<string> problems)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(problems);
        return $"IPredictor<{input.Name}, {output.Name}> does not fit the model: {string.Join("; ", problems)}.";
    }
}
