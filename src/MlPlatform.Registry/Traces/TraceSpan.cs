namespace MlPlatform.Registry;

/// <summary>One step of a trace.</summary>
/// <param name="TraceId">The trace.</param>
/// <param name="SpanId">Its id in the trace, 16 hexadecimal digits.</param>
/// <param name="Name">What was done.</param>
/// <param name="StartNanoseconds">When it began, since the Unix epoch.</param>
/// <param name="Content">All of it, a <c>Span</c> of OTLP in protobuf.</param>
public sealed record TraceSpan(string TraceId, string SpanId, string Name, long StartNanoseconds, ReadOnlyMemory<byte> Content)
{
    /// <summary>The step that it is part of; null for the first one, which is the trace itself.</summary>
    public string? ParentId { get; init; }

    /// <summary>When it ended, since the Unix epoch; null while it has not.</summary>
    public long? EndNanoseconds { get; init; }

    /// <summary>Whether it ended in an error. Said when it is logged; what is read has it in <see cref="Content"/> alone.</summary>
    public bool IsError { get; init; }

    /// <summary>
    /// The beginning of what the step was given; the first step's is the trace's, unless that has one. Said when it is logged, not given back with the step.
    /// </summary>
    public string? InputPreview { get; init; }

    /// <summary>
    /// The beginning of what the step gave; the first step's is the trace's, unless that has one. Said when it is logged, not given back with the step.
    /// </summary>
    public string? OutputPreview { get; init; }
}
