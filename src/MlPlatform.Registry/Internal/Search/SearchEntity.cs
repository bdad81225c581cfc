namespace MlPlatform.Registry.Internal;

internal enum SearchEntity
{
    Metric,
    Param,
    Tag,
    Attribute,
}
