namespace MlPlatform.Registry.Internal;

/// <summary>The parts of an order by its first key, one after the other, so that in each the key is a plain column that an index may serve.</summary>
internal enum SearchPhase
{
    Value = 0,
    NotANumber = 1,
    Missing = 2,
}
