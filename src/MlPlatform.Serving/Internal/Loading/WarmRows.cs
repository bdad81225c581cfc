using System.Text.Json;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>The rows that a version is tried with before it takes traffic: the package's, or made-up ones when it has none.</summary>
internal sealed class WarmRows : IDisposable
{
    private const int SyntheticRows = 8;
    private const int SyntheticDimension = 16;
    private const int MaximumRows = 1000;
    private readonly string path;
    private readonly JsonDocument? document;
    private bool isZero;

    private WarmRows(string path, JsonDocument? document)
    {
        this.path = path;
        this.document = document is { RootElement: var root } && root.GetArrayLength() > 0 ? document : null;
        Count = this.document is null ? SyntheticRows : Math.Min(MaximumRows, document!.RootElement.GetArrayLength());
    }

    public int Count { get; }

    /// <summary>Whether they are made up: of a model with variable dimensions nobody knows then which sizes it takes.</summary>
    public bool AreMadeUp => document is null;

    /// <summary>Makes up rows of zeros from now on: what picks an entry of a small table, or parses a text, takes them rather than varied ones.</summary>
    /// <returns>False when there is nothing else to make up.</returns>
    public bool TrySimplify() => AreMadeUp && !isZero && (isZero = true);

    /// <exception cref="InvalidModelPackageException">They are no rows.</exception>
    public static async Task<WarmRows> ReadAsync(ModelPackage package, CancellationToken cancellationToken) =>
        package.Manifest.Find(ModelFileRole.Warmup) is { } file
            ? new(file.Path, SampleRows.Parse(file.Path, await package.ReadAsync(file.Path, cancellationToken).ConfigureAwait(false)))
            : new(string.Empty, null);

    /// <summary>A slot of a version that a row is written into.</summary>
    /// <exception cref="InvalidModelPackageException">It does not fit the model.</exception>
    public Slot Rent(LoadedVersion version, int index)
    {
        var slot = version.Rent(1, LayoutOf(version.Inputs, index));
        try
        {
            Write(index, slot.Inputs);
            return slot;
        }
        catch
        {
            version.Return(slot);
            throw;
        }
    }

    /// <summary>The rows of the first one's shape, by index.</summary>
    /// <param name="layout">The layout of the version's inputs.</param>
    public int[] ListAlike(BufferLayout layout)
    {
        var first = LayoutOf(layout, 0);
        return [.. Enumerable.Range(0, Count).Where(i => !layout.IsVariable || LayoutOf(layout, i).HasShapeOf(first))];
    }

    private BufferLayout LayoutOf(BufferLayout layout, int index) =>
        !layout.IsVariable ? layout
        : document is null
            ? layout.With(i => [.. layout.Tensors[i].Dimensions.Select(d => d < 0 ? SyntheticDimension : d)], SyntheticDimension)
        : SampleRows.LayoutOf(path, document.RootElement[index % Count], layout);

    /// <summary>Writes a row into the first of a buffer; after the last comes the first again.</summary>
    /// <exception cref="InvalidModelPackageException">It does not fit the model.</exception>
    public void Write(int index, RequestBuffer buffer)
    {
        if (document is not null)
        {
            SampleRows.Write(path, document.RootElement[index % Count], buffer);
            return;
        }

        for (var i = 0; i < buffer.Layout.Columns.Count; i++)
        {
            var column = buffer.Layout.Columns[i];
            for (var e = 0; e < column.Elements; e++)
            {
                if (column.IsText)
                {
                    buffer.Text(i, 0, e) = isZero ? "0" : "warm-up";
                }
                else
                {
                    buffer.SetNumber(i, 0, e, isZero ? 0 : ((index % Count * 7) + (i * 3) + e) % 11); // Varied: equal rows flatter a tree's branches.
                }
            }
        }
    }

    public void Dispose() => document?.Dispose();
}
