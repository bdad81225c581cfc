namespace MlPlatform.AspNetCore.Tests;

public sealed record Flight
{
    public required string Carrier { get; init; }

    public float Distance { get; init; }
}
