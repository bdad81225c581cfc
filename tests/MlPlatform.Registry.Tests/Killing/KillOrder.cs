using System.Globalization;

namespace MlPlatform.Registry.Tests;

/// <summary>What a child process writes, and at which pass of which fault point it kills itself; without a point its parent kills it.</summary>
internal sealed record KillOrder(string Folder, string Kind, int Round, string Point, int Pass)
{
    public const string Variable = "MLPLATFORM_TEST_REGISTRY_KILL";

    public static KillOrder Parse(string text)
    {
        var parts = text.Split('|');
        return new(parts[0], parts[1], Number(parts[2]), parts[3], Number(parts[4]));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Folder}|{Kind}|{Round}|{Point}|{Pass}");

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
