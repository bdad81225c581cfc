namespace MlPlatform.Core.Internal;

/// <summary>An address that leads into a network that is not public.</summary>
internal sealed class AddressRefusedException(string host)
    : MlPlatformException(
        $"'{host}' is not in a public network. {DeliveryOptions.Section}:{nameof(DeliveryOptions.AllowedNetworks)} can allow its network."
    );
