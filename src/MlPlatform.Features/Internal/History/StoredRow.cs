using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>A row of a source with its order.</summary>
internal readonly record struct StoredRow(FeatureValue[] Values, RowStamp Stamp);
