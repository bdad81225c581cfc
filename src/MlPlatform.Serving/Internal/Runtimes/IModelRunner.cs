namespace MlPlatform.Serving.Internal;

/// <summary>A model that a runtime has loaded.</summary>
/// <remarks>Thread-safe. Disposed only when no program of it is in use: a native session that is disposed in use takes the process with it.</remarks>
internal interface IModelRunner : IDisposable
{
    BufferLayout Inputs { get; }

    BufferLayout Outputs { get; }

    /// <summary>The size of its file, or files, in bytes: what it takes of memory grows with it.</summary>
    long Bytes => 0;

    /// <summary>The rows that the model takes at a time, however many a request has; 0 for as many as it has.</summary>
    int RowsOfRun => 0;

    /// <summary>Binds buffers of a number of rows, so that running them again allocates nothing.</summary>
    IModelProgram Bind(RequestBuffer inputs, RequestBuffer outputs);

    /// <summary>Ends what runs, with an error, as soon as the model lets itself be ended, if it does. Nothing is run again.</summary>
    void Stop() { }
}
