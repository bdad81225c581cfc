namespace MlPlatform.Pipelines.Internal;

internal sealed record StepInput(string Digest, byte[] Bytes);
