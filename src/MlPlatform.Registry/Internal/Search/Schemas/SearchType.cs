namespace MlPlatform.Registry.Internal;

internal enum SearchType
{
    Text,
    Integer,
    Number,

    /// <summary>Microseconds in the database, milliseconds in filters, as other trackers have them.</summary>
    Time,
}
