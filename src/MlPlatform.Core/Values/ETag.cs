namespace MlPlatform.Core;

/// <summary>The opaque version of a row that can race; a conditional write names the one it read.</summary>
/// <param name="RowVersion">The row's version; 0 stands for a row that does not exist yet.</param>
public readonly record struct ETag(long RowVersion)
{
    /// <summary>The tag of a row that must not exist yet.</summary>
    public static ETag None => default;

    /// <inheritdoc/>
    public override string ToString() => RowVersion.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
