using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Testing;

namespace MlPlatform.Benchmarks;

/// <summary>A platform with thirty airports and what has landed there, the same in each process.</summary>
internal sealed class FlightWorld : IDisposable
{
    private readonly Random random = new(1);
    private int number;

    public FlightWorld(Action<IMlPlatformBuilder>? configure = null)
    {
        Platform = new(b =>
        {
            b.Services.AddSingleton<TimeProvider>(Clock);
            b.AddFeatures(f => f.AddDefinitions<FlightFeatures>());
            configure?.Invoke(b);
        });
    }

    public static IReadOnlyList<string> Airports { get; } =
    [.. Enumerable.Range(0, 30).Select(i => "A" + i.ToString(System.Globalization.CultureInfo.InvariantCulture))];

    public static DateTimeOffset Start { get; } = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public ManualTimeProvider Clock { get; } = new(Start);

    public EmbeddedPlatform Platform { get; }

    /// <summary>Landings that are spread evenly over a time, at whole minutes.</summary>
    public Landing[] Landings(int count, DateTimeOffset from, TimeSpan over) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(i => new Landing(
                    number++,
                    Airport(),
                    Airport(),
                    from.AddMinutes(Math.Floor(over.TotalMinutes * i / count)),
                    random.Next(-20, 120),
                    random.Next(5) == 0
                )),
        ];

    public Departure[] Departures(int count, DateTimeOffset from, TimeSpan over) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(i => new Departure(Airport(), Airport(), from.AddMinutes(Math.Floor(over.TotalMinutes * i / count)))),
        ];

    public void Dispose() => Platform.Dispose();

    private string Airport() => Airports[random.Next(Airports.Count)];
}
