namespace MlPlatform.Registry.Internal;

internal enum SearchEntity
{
    Attribute,
    Metric,
    Param,
    Tag,
    Dataset,
    Metadata,
}
