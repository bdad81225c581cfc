namespace FlightDelay;

/// <summary>The command line.</summary>
internal sealed record Arguments(string Data, string? Summary, string Directory, int Seed)
{
    public const string Usage = """
        Usage: FlightDelay [--data FILE] [--summary FILE] [--directory DIR] [--seed N]

          --data FILE       Parquet with departed_at, delay, distance, origin, destination; default: the slice that comes along
          --summary FILE    write what happened as JSON
          --directory DIR   where the platform keeps its state; default: a new folder under .mlplatform
          --seed N          seed of training and gates; default: 1
        """;

    public static Arguments Parse(IReadOnlyList<string> args, TimeProvider clock)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Count; i += 2)
        {
            if (args[i] is not ("--data" or "--summary" or "--directory" or "--seed"))
            {
                throw new ArgumentException($"Unknown option '{args[i]}'.");
            }

            if (i + 1 == args.Count)
            {
                throw new ArgumentException($"Option '{args[i]}' needs a value.");
            }

            values[args[i]] = args[i + 1];
        }

        var data = values.GetValueOrDefault("--data") ?? Path.Combine(AppContext.BaseDirectory, "data", "flights-2001-jan-may-hubs.parquet");
        if (!File.Exists(data))
        {
            throw new ArgumentException($"There is no file '{data}'.");
        }

        if (!int.TryParse(values.GetValueOrDefault("--seed") ?? "1", out var seed))
        {
            throw new ArgumentException($"--seed '{values["--seed"]}' is no whole number.");
        }

        var folder = $"flight-delay-{clock.GetUtcNow():yyyyMMdd-HHmmss}";
        return new(data, values.GetValueOrDefault("--summary"), values.GetValueOrDefault("--directory") ?? Path.Combine(".mlplatform", folder), seed);
    }
}
