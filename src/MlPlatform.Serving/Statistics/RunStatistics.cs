namespace MlPlatform.Serving;

/// <summary>The runs of a model with a number of rows.</summary>
/// <param name="Rows">The rows of each run, of one request or of several.</param>
/// <param name="Infer">How often and how long the model ran.</param>
public readonly record struct RunStatistics(int Rows, TimeStatistics Infer);
