namespace MlPlatform.Registry.Tests;

/// <summary>One call of a random sequence. What a kind does not need, it does not look at.</summary>
/// <param name="Kind">What is called.</param>
/// <param name="Name">The model.</param>
/// <param name="Alias">An alias, or the value of a version's tag.</param>
/// <param name="Version">A version's number, what a package holds, or the value of a model's tag.</param>
/// <param name="Expected">The state of the alias that the caller says it saw.</param>
/// <param name="Cut">Whether its transaction throws at its end, or the caller changes its mind while it runs.</param>
internal sealed record Operation(OperationKind Kind, string Name, string Alias, int Version, ExpectedTag Expected, Cut Cut);
