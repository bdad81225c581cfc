namespace MlPlatform.Core;

/// <summary>One edge of the lineage graph, in the direction of the data.</summary>
/// <param name="From">The source.</param>
/// <param name="To">What was made from it.</param>
/// <param name="Relation">How, for example <c>trainedOn</c>.</param>
/// <param name="At">When, in platform time.</param>
/// <param name="Distance">Edges from the asset asked for, 1 for its neighbours.</param>
public sealed record LineageEdge(AssetRef From, AssetRef To, string Relation, DateTimeOffset At, int Distance);
