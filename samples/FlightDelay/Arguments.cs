using System.Globalization;

namespace FlightDelay;

/// <summary>The command line.</summary>
internal sealed record Arguments(
    string Data,
    string Directory,
    string? Summary,
    string Report,
    bool Fresh,
    int Seed,
    FaultKind Fault,
    DateTime FaultAt
)
{
    public const string Usage = """
        Usage: FlightDelay [options]

          --data FILE           Parquet with departed_at, delay, distance, origin, destination; default: the slice that comes along
          --directory DIR       where the platform keeps its state; default: .mlplatform/flight-delay
          --fresh               start anew instead of going on from that state
          --summary FILE        write what happened as JSON
          --report FILE         write what happened as one HTML page; default: report.html in the directory
          --inject-fault KIND   from --at on: kilometres (distances in the wrong unit), feed-stops (the busiest airport's landings are
                                no longer reported), labels-shuffled (the truth is recorded for the wrong flights)
          --at DATE             when the fault begins, yyyy-MM-dd; default: ten days into the replay
          --seed N              seed of training, gates and bootstrap; default: 1
        """;

    private static readonly Dictionary<string, FaultKind> Faults = new(StringComparer.Ordinal)
    {
        ["kilometres"] = FaultKind.Kilometres,
        ["feed-stops"] = FaultKind.FeedStops,
        ["labels-shuffled"] = FaultKind.LabelsShuffled,
    };

    /// <exception cref="ArgumentException">The message says what is wrong.</exception>
    public static Arguments Parse(IReadOnlyList<string> args)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Count; i++)
        {
            var name = args[i];
            if (name == "--fresh")
            {
                values[name] = "";
                continue;
            }

            if (name is not ("--data" or "--summary" or "--report" or "--directory" or "--seed" or "--inject-fault" or "--at"))
            {
                throw new ArgumentException($"Unknown option '{name}'.");
            }

            values[name] = ++i < args.Count ? args[i] : throw new ArgumentException($"Option '{name}' needs a value.");
        }

        var data =
            values.GetValueOrDefault("--data") ?? Path.Combine(AppContext.BaseDirectory, "data", "flights-2001-jan-may-hubs.parquet");
        var directory = Path.GetFullPath(values.GetValueOrDefault("--directory") ?? Path.Combine(".mlplatform", "flight-delay"));
        return new(
            File.Exists(data) ? data : throw new ArgumentException($"There is no file '{data}'."),
            directory,
            values.GetValueOrDefault("--summary"),
            values.GetValueOrDefault("--report") ?? Path.Combine(directory, "report.html"),
            values.ContainsKey("--fresh"),
            int.TryParse(values.GetValueOrDefault("--seed", "1"), CultureInfo.InvariantCulture, out var seed)
                ? seed
                : throw new ArgumentException($"--seed '{values["--seed"]}' is no whole number."),
            ParseFault(values),
            ParseFaultTime(values)
        );
    }

    private static FaultKind ParseFault(Dictionary<string, string> values) =>
        !values.TryGetValue("--inject-fault", out var name) ? FaultKind.None
        : Faults.TryGetValue(name, out var kind) ? kind
        : throw new ArgumentException($"There is no fault '{name}'; there are {string.Join(", ", Faults.Keys)}.");

    private static DateTime ParseFaultTime(Dictionary<string, string> values)
    {
        if (!values.TryGetValue("--at", out var text))
        {
            return default;
        }

        if (!values.ContainsKey("--inject-fault"))
        {
            throw new ArgumentException("--at says when a fault begins; it needs --inject-fault.");
        }

        return DateTime.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var at)
            ? at
            : throw new ArgumentException($"--at '{text}' is no date like 2001-04-11.");
    }
}
