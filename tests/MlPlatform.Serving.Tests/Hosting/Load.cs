namespace MlPlatform.Serving.Tests;

/// <summary>Callers on threads of their own, from a common start until told to stop.</summary>
internal sealed class Load<T>
{
    private readonly Task<List<T>>[] callers;
    private volatile bool stopped;

    public Load(int count, Func<Task<T>> call)
    {
        callers =
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ =>
                    Task.Factory.StartNew(
                            () => CallAsync(call),
                            CancellationToken.None,
                            TaskCreationOptions.LongRunning,
                            TaskScheduler.Default
                        )
                        .Unwrap()
                ),
        ];
    }

    /// <summary>Stops the callers; throws what any of them met.</summary>
    public async Task<List<T>> StopAsync()
    {
        stopped = true;
        return [.. (await Task.WhenAll(callers)).SelectMany(r => r)];
    }

    private async Task<List<T>> CallAsync(Func<Task<T>> call)
    {
        var results = new List<T>();
        do
        {
            results.Add(await call());
        } while (!stopped);

        return results;
    }
}
