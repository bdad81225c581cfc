using System.Text.Json;

namespace FlightDelay;

/// <summary>The directory that a replay goes on from. It belongs to one file, fault and seed.</summary>
internal static class StateDirectory
{
    private const string Marker = "flight-delay.json";

    /// <exception cref="IOException">The directory cannot be written to.</exception>
    /// <exception cref="ArgumentException">The directory holds the state of another replay, or something that is none.</exception>
    public static async Task PrepareAsync(Arguments arguments)
    {
        var marker = Path.Combine(arguments.Directory, Marker);
        var own = JsonSerializer.Serialize(
            new
            {
                data = await FlightFile.DigestAsync(arguments.Data),
                fault = arguments.Fault.ToString(),
                from = arguments.FaultAt,
                seed = arguments.Seed,
            }
        );
        var draft = marker + ".tmp";
        try
        {
            await PrepareAsync(arguments, marker, draft, own);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"'{arguments.Directory}' cannot be written to: {e.Message}. Choose another --directory.", e);
        }
    }

    private static async Task PrepareAsync(Arguments arguments, string marker, string draft, string own)
    {
        if (Directory.Exists(arguments.Directory) && Directory.EnumerateFileSystemEntries(arguments.Directory).Any(e => e != draft))
        {
            if (!File.Exists(marker))
            {
                throw new ArgumentException(
                    $"'{arguments.Directory}' is not empty and holds no replay of this sample; choose another --directory."
                );
            }

            if (arguments.Fresh)
            {
                Directory.Delete(arguments.Directory, recursive: true);
            }
            else if (await File.ReadAllTextAsync(marker) != own)
            {
                throw new ArgumentException(
                    $"'{arguments.Directory}' holds a replay of another file, fault or seed; --fresh starts anew there."
                );
            }
        }

        Directory.CreateDirectory(arguments.Directory);
        await File.WriteAllTextAsync(draft, own);
        File.Move(draft, marker, overwrite: true);
    }
}
