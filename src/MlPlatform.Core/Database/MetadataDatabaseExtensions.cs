namespace MlPlatform.Core;

/// <summary>Shorter forms of <see cref="IMetadataDatabase.WriteAsync{T}"/>.</summary>
public static class MetadataDatabaseExtensions
{
    /// <summary>Runs one transaction without a result.</summary>
    public static Task WriteAsync(
        this IMetadataDatabase database,
        Durability durability,
        Func<IUnitOfWork, Task> body,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(database);
        return database.WriteAsync(
            durability,
            async work =>
            {
                await body(work).ConfigureAwait(false);
                return true;
            },
            cancellationToken
        );
    }
}
