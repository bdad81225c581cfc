using MlPlatform.Core;

namespace MlPlatform.Storage.Sqlite.Internal;

internal sealed class WriteRequest<T>(Durability durability, Func<IUnitOfWork, Task<T>> body, CancellationToken cancellationToken)
    : WriteRequest(durability, cancellationToken)
{
    // The writer's loop is nobody's: who acts, and in which trace, is known only where the request was made.
    private readonly ExecutionContext? caller = ExecutionContext.Capture();
    private readonly TaskCompletionSource<T> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? result;

    public Task<T> Task => completion.Task;

    public override Task RunAsync(UnitOfWork work)
    {
        if (caller is null)
        {
            return RunBodyAsync(work);
        }

        var running = System.Threading.Tasks.Task.CompletedTask;
        ExecutionContext.Run(caller, _ => running = RunBodyAsync(work), null);
        return running;
    }

    public override void Complete() => completion.TrySetResult(result!);

    public override void Fail(Exception exception)
    {
        if (exception is OperationCanceledException canceled)
        {
            completion.TrySetCanceled(canceled.CancellationToken);
        }
        else
        {
            completion.TrySetException(exception);
        }
    }

    private async Task RunBodyAsync(UnitOfWork work)
    {
        result = await body(work).ConfigureAwait(false);
        await work.FlushAsync().ConfigureAwait(false);
    }
}
