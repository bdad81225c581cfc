namespace MlPlatform.Features.Tests;

internal static class Rows
{
    public static Landing At(string id, DateTimeOffset time, float? delay = 10, string? origin = "ATL") =>
        new(id, origin, time, delay, false, 100);

    public static Landing[] Many(int count, DateTimeOffset until, int firstId = 0) =>
        [.. Enumerable.Range(0, count).Select(i => At($"{firstId + i}", until - TimeSpan.FromSeconds(i), i))];

    public static Query Ask(DateTimeOffset at, string? origin = "ATL") => new(origin, at, 50, 3, true);
}
