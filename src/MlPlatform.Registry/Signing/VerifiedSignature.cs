namespace MlPlatform.Registry;

/// <summary>A signature that holds, by somebody who is trusted.</summary>
/// <param name="Signer">Who: <c>key:</c> with the SHA-256 of the public key's PEM text, or <c>certificate:</c> with the certificate's subject.</param>
/// <param name="ModelName">The name that the signer gave the model; informational.</param>
/// <param name="Files">The signed files with their SHA-256, in lower-case hexadecimal digits.</param>
public sealed record VerifiedSignature(string Signer, string ModelName, IReadOnlyDictionary<string, string> Files);
