namespace MlPlatform.Serving.Internal;

/// <summary>A copied request, or a marker that everything before it was worked on.</summary>
internal readonly record struct ShadowItem(RequestBuffer? Inputs, FeatureRequest? Features, PredictCall Call, TaskCompletionSource? Marker);
