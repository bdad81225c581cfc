namespace MlPlatform.Core;

/// <summary>Who says that they use what. Who was seen using it is in the events <c>consumer.seen</c> and <c>feature.read</c>.</summary>
/// <remarks>Thread-safe.</remarks>
public interface IConsumers
{
    /// <summary>Declares a consumer. The same declaration again changes nothing; another purpose replaces the one before.</summary>
    /// <param name="asset">What is used; its version is not kept.</param>
    /// <param name="purpose">What for, in a few words.</param>
    /// <param name="isActuating">Whether the consumer acts on it by itself.</param>
    /// <param name="consumer">Who; null means the present actor.</param>
    /// <param name="cancellationToken">Cancels the call before it commits.</param>
    Task DeclareAsync(
        AssetRef asset,
        string purpose,
        bool isActuating = false,
        Actor? consumer = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>The declared consumers of an asset, in order of their names.</summary>
    /// <param name="asset">The asset; its version is not looked at.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<IReadOnlyList<ConsumerDeclaration>> ListAsync(AssetRef asset, CancellationToken cancellationToken = default);
}
