using System.Collections.Immutable;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;

namespace MlPlatform.Monitoring.Internal;

/// <summary>What the columns of a layout are counted over: the profile's edges and categories where there is a profile.</summary>
internal sealed class PaneShape
{
    private PaneShape(string model, int version, string[] numeric, string[] categories, byte[]? profileBytes)
    {
        Model = model;
        Version = version;
        NumericColumns = numeric;
        CategoryColumns = categories;
        ProfileBytes = profileBytes;
        Profile = TryRead(profileBytes);
        Numeric = [.. numeric.Select(n => Profile?.Numeric.FirstOrDefault(p => string.Equals(p.Name, n, StringComparison.Ordinal)))];
        Categories =
        [
            .. categories.Select(n => Profile?.Categories.FirstOrDefault(p => string.Equals(p.Name, n, StringComparison.Ordinal))),
        ];
    }

    public string Model { get; }

    public int Version { get; }

    public string[] NumericColumns { get; }

    public string[] CategoryColumns { get; }

    public byte[]? ProfileBytes { get; }

    /// <summary>The profile, or null when there is none or it cannot be read.</summary>
    public ReferenceProfile? Profile { get; }

    public ImmutableArray<NumericProfile?> Numeric { get; }

    public ImmutableArray<CategoryProfile?> Categories { get; }

    public string NumericJson => ToJson(NumericColumns);

    public string CategoryJson => ToJson(CategoryColumns);

    /// <summary>Identifies the layout over processes.</summary>
    public string Hash
    {
        get
        {
            var hash = new XxHash128();
            foreach (var text in (string[])[Model, Version.ToString(CultureInfo.InvariantCulture), NumericJson, CategoryJson])
            {
                hash.Append(Encoding.UTF8.GetBytes(text));
                hash.Append([0]);
            }

            hash.Append(ProfileBytes ?? []);
            return Convert.ToHexStringLower(hash.GetCurrentHash());
        }
    }

    public static PaneShape Of(PredictionLayout layout) =>
        new(
            layout.Version.Name,
            layout.Version.Version,
            [.. layout.NumericColumns],
            [.. layout.CategoryColumns],
            layout.Profile?.ToArray()
        );

    public static PaneShape Of(LayoutRow row) =>
        new(row.Model, row.Version, FromJson(row.NumericColumns), FromJson(row.CategoryColumns), row.Profile);

    // A damaged profile must not stop capture: the version is then treated as one that came without.
    private static ReferenceProfile? TryRead(byte[]? bytes)
    {
        try
        {
            return bytes is null ? null : ReferenceProfile.FromBytes(bytes);
        }
        catch (BlobFormatException)
        {
            return null;
        }
    }

    private static string ToJson(string[] names) => JsonSerializer.Serialize(names, MonitoringJson.Default.StringArray);

    private static string[] FromJson(string json) => JsonSerializer.Deserialize(json, MonitoringJson.Default.StringArray) ?? [];
}
