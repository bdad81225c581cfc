using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.ObjectPool;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>All that a request is read into and answered from, used again by the next one.</summary>
/// <remarks>
/// For one request at a time. A model copies what it is asked before it runs, so that nobody reads the tensors of a request once it was answered or has
/// failed.
/// </remarks>
internal sealed class InferenceMemory : IResettable
{
    private const int KeptBytes = 128 << 10;
    private const int KeptDrafts = 16;
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly List<byte[]> arrays = [];
    private readonly List<TensorDraft> drafts = [];
    private ArrayBufferWriter<byte>? answer;
    private Utf8JsonWriter? writer;
    private PipeReader? body;
    private SequencePosition bodyEnd;
    private int begun;

    public static ObjectPool<InferenceMemory> Pool { get; } = ObjectPool.Create<InferenceMemory>();

    /// <summary>Takes an answer before it is sent.</summary>
    public ArrayBufferWriter<byte> Answer => answer ??= new(1 << 10);

    /// <summary>Writes JSON to <see cref="Answer"/>.</summary>
    public Utf8JsonWriter Writer => writer ??= new(Answer, Options);

    /// <summary>The inputs that were begun.</summary>
    public ReadOnlySpan<TensorDraft> Begun => CollectionsMarshal.AsSpan(drafts)[..begun];

    public Memory<byte> Rent(int length)
    {
        if (length == 0)
        {
            return default;
        }

        var array = ArrayPool<byte>.Shared.Rent(length);
        arrays.Add(array);
        return array.AsMemory(0, length);
    }

    public void Keep(byte[] array) => arrays.Add(array);

    /// <summary>Leaves a body where the server has read it to.</summary>
    public void Keep(PipeReader reader, SequencePosition end) => (body, bodyEnd) = (reader, end);

    /// <summary>An input that is yet to be read.</summary>
    public TensorDraft Begin()
    {
        if (begun == drafts.Count)
        {
            drafts.Add(new(begun));
        }

        return drafts[begun++];
    }

    /// <summary>Gives all back.</summary>
    /// <returns>Whether it is worth keeping.</returns>
    public bool TryReset()
    {
        foreach (var array in arrays)
        {
            ArrayPool<byte>.Shared.Return(array);
        }

        arrays.Clear();
        foreach (var draft in Begun)
        {
            draft.Clear();
        }

        begun = 0;
        body?.AdvanceTo(bodyEnd);
        body = null;
        answer?.ResetWrittenCount();
        writer?.Reset();
        return drafts.Count <= KeptDrafts && arrays.Capacity <= KeptDrafts && (answer?.Capacity ?? 0) <= KeptBytes;
    }
}
