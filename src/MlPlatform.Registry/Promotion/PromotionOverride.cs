namespace MlPlatform.Registry;

/// <summary>That somebody lets a version pass although its policy does not.</summary>
/// <param name="Actor">Who, as <c>kind:id</c>.</param>
/// <param name="Reason">Why.</param>
/// <param name="At">Since when, in platform time.</param>
/// <param name="Until">Until when, exclusive.</param>
public sealed record PromotionOverride(string Actor, string Reason, DateTimeOffset At, DateTimeOffset Until);
