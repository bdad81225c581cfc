using System.Globalization;
using System.Text.Json;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Runs a version before it takes traffic: first runs are slow, and a model that cannot run should say so now.</summary>
internal static class WarmUp
{
    // Both runtimes compute in single precision, whose last digits depend on the processor.
    private const double Tolerance = 1e-5;

    /// <summary>Runs the rows in several slots, which are kept for the first requests.</summary>
    /// <returns>Whether they ran; false where they are made up and the model does not take their shapes.</returns>
    /// <exception cref="InvalidModelPackageException">The rows do not fit, or the model fails on them.</exception>
    public static bool Run(LoadedVersion version, WarmRows rows, int slots)
    {
        if (version.Inputs.IsVariable)
        {
            return TryRun(version, rows);
        }

        try
        {
            RunAll(version, rows, slots);
        }
        catch (InvalidModelPackageException) when (rows.TrySimplify())
        {
            RunAll(version, rows, slots);
        }

        return true;
    }

    private static void RunAll(LoadedVersion version, WarmRows rows, int slots)
    {
        var rented = new List<Slot>();
        try
        {
            for (var i = 0; i < slots; i++)
            {
                rented.Add(version.Slots.Rent());
            }

            foreach (var slot in rented)
            {
                for (var i = 0; i < rows.Count; i++)
                {
                    rows.Write(i, slot.Inputs);
                    Run(slot, version.Id, rows.AreMadeUp);
                }
            }
        }
        catch
        {
            rented.ForEach(s => s.Dispose()); // A model has failed in one of them.
            throw;
        }

        rented.ForEach(version.Slots.Return);
    }

    private static bool TryRun(LoadedVersion version, WarmRows rows)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            Slot? slot = null;
            try
            {
                slot = rows.Rent(version, i);
                Run(slot, version.Id);
            }
            catch (Exception e) when (rows.AreMadeUp && e is InvalidModelPackageException or PredictionInputException)
            {
                if (!rows.TrySimplify())
                {
                    return false;
                }

                i = -1;
            }
            finally
            {
                slot?.Dispose();
            }
        }

        return true;
    }

    /// <summary>Whether two buffers of a row hold the same, up to what single precision leaves open.</summary>
    public static bool AreAlike(RequestBuffer one, RequestBuffer other)
    {
        for (var i = 0; i < one.Layout.Columns.Count; i++)
        {
            var column = one.Layout.Columns[i];
            var elements = one.ElementsOf(i);
            if (elements != other.ElementsOf(i))
            {
                return false;
            }

            for (var e = 0; e < elements; e++)
            {
                if (column.IsText)
                {
                    if (!string.Equals(one.Text(i, 0, e), other.Text(i, 0, e), StringComparison.Ordinal))
                    {
                        return false;
                    }

                    continue;
                }

                var (a, b) = (one.GetNumber(i, 0, e), other.GetNumber(i, 0, e));
                if (!(Math.Abs(a - b) <= Tolerance * Math.Max(1, Math.Abs(a))) && !a.Equals(b))
                {
                    return false;
                }
            }
        }

        return true;
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
        var index = 0;
        foreach (var row in rows.RootElement.EnumerateArray())
        {
            var input = Part(path, row, "input");
            var slot = version.Rent(1, SampleRows.LayoutOf(path, input, version.Inputs));
            try
            {
                SampleRows.Write(path, input, slot.Inputs);
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
            finally
            {
                version.Return(slot);
            }
        }
    }

    private static void Run(Slot slot, ModelVersionId version, bool isMadeUp = false)
    {
        try
        {
            slot.Run();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            var hint = isMadeUp ? " The rows were made up; give its package some that it takes, of role Warmup." : string.Empty;
            throw new InvalidModelPackageException($"{version} failed while it was warmed up: {e.GetBaseException().Message}{hint}", e);
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
