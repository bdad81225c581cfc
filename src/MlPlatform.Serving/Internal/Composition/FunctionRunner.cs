namespace MlPlatform.Serving.Internal;

/// <summary>A function over rows of a request's memory. Values are not boxed; an input that is a structure costs no memory.</summary>
internal sealed class FunctionRunner<TIn, TOut>(
    BufferLayout inputs,
    BufferLayout outputs,
    Func<RequestBuffer, int, TIn> read,
    Func<TIn, TOut> function,
    Action<TOut, RequestBuffer, int> write
) : IModelRunner
{
    public BufferLayout Inputs { get; } = inputs;

    public BufferLayout Outputs { get; } = outputs;

    public IModelProgram Bind(RequestBuffer inputs, RequestBuffer outputs) => new Program(this, inputs, outputs);

    public void Dispose()
    {
        // The application's function outlives the version.
    }

    private void Run(RequestBuffer from, RequestBuffer to)
    {
        for (var row = 0; row < from.Rows; row++)
        {
            write(function(read(from, row)), to, row);
        }
    }

    private sealed class Program(FunctionRunner<TIn, TOut> runner, RequestBuffer inputs, RequestBuffer outputs) : IModelProgram
    {
        public void Run() => runner.Run(inputs, outputs);

        public void Dispose() { }
    }
}
