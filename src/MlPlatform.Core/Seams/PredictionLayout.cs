namespace MlPlatform.Core;

/// <summary>What the columns of a version's prediction records mean; made once when the version is loaded, and compared by reference on the hot path.</summary>
/// <param name="Version">The model version.</param>
/// <param name="NumericColumns">Names of <see cref="PredictionRecord.Numeric"/>, in order.</param>
/// <param name="CategoryColumns">Names of <see cref="PredictionRecord.Categories"/>, in order.</param>
/// <param name="Profile">The reference profile that came with the package, or null.</param>
public sealed record PredictionLayout(
    ModelVersionId Version,
    IReadOnlyList<string> NumericColumns,
    IReadOnlyList<string> CategoryColumns,
    ReadOnlyMemory<byte>? Profile = null
);
