namespace MlPlatform.Registry.Tests;

/// <summary>One call of a random sequence. What a kind does not need, it does not look at.</summary>
/// <param name="Kind">What is called.</param>
/// <param name="Name">The experiment: its name, or the one that had this name before the call.</param>
/// <param name="Run">Which of the runs.</param>
/// <param name="Value">What is written, 1 to 3.</param>
/// <param name="Cut">Whether its commit fails, or the caller changes its mind while it runs.</param>
internal sealed record TrackingOperation(TrackingKind Kind, string Name, int Run, int Value, Cut Cut)
{
    public const int Runs = 3;

    public static IReadOnlyList<string> Names { get; } = ["a", "b", "c"];

    /// <summary>The metrics that <see cref="Points"/> has, in order.</summary>
    public static IReadOnlyList<string> Metrics { get; } = ["k", "m"];

    /// <summary>The name that an experiment gets; with 3 it is the one that it has.</summary>
    public string OtherName => Names[(Name[0] - 'a' + Value) % Names.Count];

    /// <summary>The run above; with 3 it is the run itself.</summary>
    public int Parent => (Run + Value) % Runs;

    public string RunName => $"n{Value}";

    public RunStatus End => Value == 1 ? RunStatus.Failed : RunStatus.Finished;

    /// <summary>Two keys, in one order or in the other; the value of the first depends on the writer.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Params
    {
        get
        {
            KeyValuePair<string, string> mine = new($"p{Name}", $"{Value}");
            KeyValuePair<string, string> same = new($"q{Name}", "same");
            return Value == 2 ? [same, mine] : [mine, same];
        }
    }

    /// <summary>Points that are the latest by step, by time, by value or because the other is not a number; some are in two of the sets.</summary>
    public IReadOnlyList<TrackedPoint> Points =>
        Value switch
        {
            1 => [new("m", 0.5, 0, 1), new("m", double.NaN, 1, 1), new("k", 3, 2, 0)],
            2 => [new("k", 3, 2, 0), new("k", double.PositiveInfinity, 1, 0), new("m", 0.7, 1, 1), new("m", 0.9, 1, 0)],
            _ => [new("m", Run == 0 ? 0.6 : 0.2, 1, Run), new("k", -1, 2, 1), new("m", 0.5, 0, 1)],
        };

    public override string ToString() => $"{Kind} {Name} r{Run} {Value}{(Cut == Cut.No ? "" : $" {Cut}")}";
}
