namespace MlPlatform.AspNetCore.Internal;

/// <summary>Marks an endpoint as one of the platform's and says who may use it.</summary>
internal sealed record EndpointAccess(Access Level);
