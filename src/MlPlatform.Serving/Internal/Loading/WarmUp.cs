using System.Globalization;
using System.Text.Json;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Runs a version before it takes traffic: first runs are slow, and a model that cannot run should say so now.</summary>
internal static class WarmUp
{
    private const int SyntheticRows = 8;
    private const int MaximumRows = 1000;

    // Both runtimes compute in single precision, whose last digits depend on the processor.
    private const double Tolerance = 1e-5;

    /// <summary>Runs the package's warm-up rows, or made-up ones when it has none.</summary>
    /// <exception cref="InvalidModelPackageException">The rows do not fit, or the model fails on them.</exception>
    public static async Task RunAsync(ModelPackage package, LoadedVersion version, int slots, CancellationToken cancellationToken)
    {
        using var rows = await ReadAsync(package, ModelFileRole.Warmup, cancellationToken).ConfigureAwait(false);
        var path = package.Manifest.Find(ModelFileRole.Warmup)?.Path ?? string.Empty;
        var rented = new List<Slot>();
        try
        {
            for (var i = 0; i < slots; i++)
            {
                rented.Add(version.Slots.Rent());
            }

            foreach (var slot in rented)
            {
                Run(slot, path, rows, version.Id);
            }
        }
        finally
        {
            rented.ForEach(version.Slots.Return);
        }
    }

    /// <summary>Compares the model's outputs with the package's golden rows, if it has some.</summary>
    /// <exception cref="InvalidModelPackageException">An output differs, or the rows do not fit.</exception>
    public static async Task CheckGoldenAsync(ModelPackage package, LoadedVersion version, CancellationToken cancellationToken)
    {
        using var rows = await ReadAsync(package, ModelFileRole.Golden, cancellationToken).ConfigureAwait(false);
        if (rows is null)
        {
            return;
        }

        var path = package.Manifest.Find(ModelFileRole.Golden)!.Path;
        var slot = version.Slots.Rent();
        try
        {
            var index = 0;
            foreach (var row in rows.RootElement.EnumerateArray())
            {
                SampleRows.Write(path, Part(path, row, "input"), slot.Inputs);
                Run(slot, version.Id);
                if (SampleRows.Compare(path, Part(path, row, "output"), slot.Outputs, Tolerance) is { } difference)
                {
                    throw new InvalidModelPackageException(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{version.Id} does not reproduce row {index} of '{path}': {difference}."
                        )
                    );
                }

                index++;
            }
        }
        finally
        {
            version.Slots.Return(slot);
        }
    }

    private static void Run(Slot slot, string path, JsonDocument? rows, ModelVersionId version)
    {
        if (rows is not null)
        {
            foreach (var row in rows.RootElement.EnumerateArray().Take(MaximumRows))
            {
                SampleRows.Write(path, row, slot.Inputs);
                Run(slot, version);
            }

            return;
        }

        for (var row = 0; row < SyntheticRows; row++)
        {
            for (var i = 0; i < slot.Inputs.Layout.Columns.Count; i++)
            {
                var column = slot.Inputs.Layout.Columns[i];
                for (var e = 0; e < column.Elements; e++)
                {
                    if (column.IsText)
                    {
                        slot.Inputs.Text(i, 0, e) = "warm-up";
                    }
                    else
                    {
                        slot.Inputs.SetNumber(i, 0, e, ((row * 7) + (i * 3) + e) % 11); // Varied: equal rows flatter a tree's branches.
                    }
                }
            }

            Run(slot, version);
        }
    }

    private static void Run(Slot slot, ModelVersionId version)
    {
        try
        {
            slot.Run();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new InvalidModelPackageException($"{version} failed while it was warmed up: {e.GetBaseException().Message}", e);
        }
    }

    private static async Task<JsonDocument?> ReadAsync(ModelPackage package, ModelFileRole role, CancellationToken cancellationToken) =>
        package.Manifest.Find(role) is { } file
            ? SampleRows.Parse(file.Path, await package.ReadAsync(file.Path, cancellationToken).ConfigureAwait(false))
            : null;

    private static JsonElement Part(string path, JsonElement row, string name) =>
        row.ValueKind == JsonValueKind.Object && row.TryGetProperty(name, out var part)
            ? part
            : throw new InvalidModelPackageException($"File '{path}': a golden row needs '{name}'.");
}
