using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>One column of a service: a feature of a view by its position, or a column of the request.</summary>
internal sealed record ServiceFeature(string Name, DataColumn Column, ViewDefinition? View, int Position);
