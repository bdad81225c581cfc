namespace MlPlatform.AspNetCore.Internal;

/// <summary>One group of routes. Registered as a service; <c>MapMlflow</c> maps every one there is.</summary>
internal interface IPlatformEndpoints
{
    void Map(PlatformRoutes routes);
}
