using MlPlatform.Core;

namespace MlPlatform.Features;

/// <summary>The bytes of a stored feature row or of an entity key are not what the codec wrote.</summary>
/// <param name="reason">What does not fit.</param>
public sealed class CorruptFeatureRowException(string reason) : MlPlatformException($"A stored feature row is corrupt: {reason}");
