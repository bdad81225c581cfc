namespace MlPlatform.AspNetCore.Internal;

/// <summary>What a caller is told when a request fails: a status and the body of MLflow's protocol.</summary>
internal sealed record MlflowError(int Status, string Code, string Message);
