namespace MlPlatform.Serving.Internal;

/// <summary>A model bound to one pair of buffers. Not thread-safe.</summary>
internal interface IModelProgram : IDisposable
{
    /// <summary>The memory that it holds besides the two buffers.</summary>
    long Bytes => 0;

    /// <summary>Reads the input buffer, fills the output buffer.</summary>
    void Run();
}
