using MlPlatform.Core;

namespace MlPlatform.Storage.Sqlite.Internal;

internal sealed class WriteRequest<T>(Durability durability, Func<IUnitOfWork, Task<T>> body, CancellationToken cancellationToken)
    : WriteRequest(durability, cancellationToken)
{
    private readonly TaskCompletionSource<T> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? result;

    public Task<T> Task => completion.Task;

    public override async Task RunAsync(UnitOfWork work)
    {
        result = await body(work).ConfigureAwait(false);
        await work.FlushAsync().ConfigureAwait(false);
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
}
