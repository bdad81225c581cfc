using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>A member that says which it is when it fails. The composed model owns what it runs.</summary>
internal sealed class MemberRunner(ModelVersionId id, IModelRunner runner) : IModelRunner
{
    public BufferLayout Inputs => runner.Inputs;

    public BufferLayout Outputs => runner.Outputs;

    public int RowsOfRun => runner.RowsOfRun;

    public IModelProgram Bind(RequestBuffer inputs, RequestBuffer outputs) => new Program(id, runner.Bind(inputs, outputs));

    public void Dispose() { }

    private sealed class Program(ModelVersionId id, IModelProgram program) : IModelProgram
    {
        public long Bytes => program.Bytes;

        public void Run()
        {
            try
            {
                program.Run();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                throw new InvalidOperationException($"Member {id} failed: {e.Message}", e);
            }
        }

        public void Dispose() => program.Dispose();
    }
}
