namespace MlPlatform.Registry.Internal;

internal sealed record SearchOrder(SearchKey Key, bool IsDescending);
