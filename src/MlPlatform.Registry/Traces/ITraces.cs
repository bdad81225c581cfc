using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>Traces of programs: what was done for a request, step by step.</summary>
/// <remarks>Thread-safe. Traces are many and small, so that none of these changes is an event.</remarks>
public interface ITraces
{
    /// <summary>Describes a trace, whose spans may have come before. What is said again replaces what was said, the experiment too; tags and metadata are added to.</summary>
    /// <exception cref="AssetNotFoundException">No such experiment.</exception>
    /// <exception cref="AssetDeletedException">The experiment is deleted.</exception>
    /// <exception cref="ArgumentException">A text is too long.</exception>
    Task<TraceInfo> DescribeAsync(TraceInfo trace, CancellationToken cancellationToken = default);

    /// <summary>Stores spans, all or none. A trace that is new begins with them; a span that is sent again replaces itself.</summary>
    /// <param name="experimentId">The experiment of traces that are new. Exporters know one only, whatever experiment a trace was described in.</param>
    /// <param name="spans">The spans.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    /// <exception cref="AssetNotFoundException">No such experiment.</exception>
    /// <exception cref="AssetDeletedException">The experiment is deleted.</exception>
    /// <exception cref="ArgumentException">A text is too long.</exception>
    Task LogSpansAsync(string experimentId, IReadOnlyCollection<TraceSpan> spans, CancellationToken cancellationToken = default);

    /// <summary>A trace; null when there is none.</summary>
    Task<TraceInfo?> GetAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>The spans of a trace, those without a parent first, then by their start.</summary>
    Task<IReadOnlyList<TraceSpan>> GetSpansAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Finds traces.</summary>
    /// <exception cref="InvalidSearchException">The filter, the order or the token cannot be understood.</exception>
    Task<Page<TraceInfo>> SearchAsync(TraceQuery query, CancellationToken cancellationToken = default);

    /// <summary>Sets or replaces a tag; values up to 8000 characters.</summary>
    /// <exception cref="AssetNotFoundException">No such trace.</exception>
    Task SetTagAsync(string id, string key, string value, CancellationToken cancellationToken = default);

    /// <summary>Removes a tag.</summary>
    /// <exception cref="AssetNotFoundException">No such trace, or it has no such tag.</exception>
    Task DeleteTagAsync(string id, string key, CancellationToken cancellationToken = default);

    /// <summary>Deletes traces of an experiment for good; ids of none are passed over.</summary>
    /// <returns>How many were deleted.</returns>
    Task<int> DeleteAsync(string experimentId, IReadOnlyCollection<string> ids, CancellationToken cancellationToken = default);

    /// <summary>Deletes traces of an experiment for good, the oldest first.</summary>
    /// <param name="experimentId">The experiment.</param>
    /// <param name="until">Only those that began no later.</param>
    /// <param name="maximum">At most so many; null for all.</param>
    /// <param name="cancellationToken">Cancels the call before it commits.</param>
    /// <returns>How many were deleted.</returns>
    Task<int> DeleteAsync(string experimentId, DateTimeOffset until, int? maximum = null, CancellationToken cancellationToken = default);
}
