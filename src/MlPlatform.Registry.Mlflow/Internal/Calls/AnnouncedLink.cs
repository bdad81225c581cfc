namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed record AnnouncedLink(string From, string To, string Relation);
