using MlPlatform.Core;

namespace MlPlatform.Serving;

/// <summary>A predictor's types do not fit the signature of a model version, which therefore does not serve.</summary>
public sealed class PredictorMismatchException : MlPlatformException
{
    /// <summary>Makes an exception that lists every problem.</summary>
    public PredictorMismatchException(ModelVersionId version, Type input, Type output, IReadOnlyList<string> problems)
        : base(Describe(version, input, output, problems))
    {
        Version = version;
        Problems = problems;
    }

    /// <summary>The version.</summary>
    public ModelVersionId Version { get; }

    /// <summary>What does not fit, one line each.</summary>
    public IReadOnlyList<string> Problems { get; }

    private static string Describe(ModelVersionId version, Type input, Type output, IReadOnlyList<string> problems)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(problems);
        return $"IPredictor<{input.Name}, {output.Name}> does not fit {version}: {string.Join("; ", problems)}.";
    }
}
