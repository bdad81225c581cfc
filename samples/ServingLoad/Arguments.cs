using System.Globalization;

namespace ServingLoad;

/// <summary>The command line.</summary>
internal sealed record Arguments(int Seconds, int Connections)
{
    public const string Usage = """
        Usage: ServingLoad [options]

          --seconds N       how long each phase lasts, 1 to 600; default: 5
          --connections N   connections that ask at once, 1 to 512; default: 32
        """;

    /// <exception cref="ArgumentException">The message says what is wrong and what is allowed.</exception>
    public static Arguments Parse(IReadOnlyList<string> args)
    {
        var parsed = new Arguments(5, 32);
        for (var i = 0; i < args.Count; i += 2)
        {
            var (name, text) = (args[i], i + 1 < args.Count ? args[i + 1] : null);
            parsed = name switch
            {
                "--seconds" => parsed with { Seconds = Number(name, text, 600) },
                "--connections" => parsed with { Connections = Number(name, text, 512) },
                _ => throw new ArgumentException($"Unknown option '{name}'; there are --seconds and --connections."),
            };
        }

        return parsed;
    }

    private static int Number(string name, string? text, int most) =>
        text is null ? throw new ArgumentException($"Option '{name}' needs a value, a whole number from 1 to {most}.")
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most ? number
        : throw new ArgumentException($"{name} '{text}' is no whole number from 1 to {most}.");
}
