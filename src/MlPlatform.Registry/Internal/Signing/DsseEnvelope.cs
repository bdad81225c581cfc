using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MlPlatform.Registry.Internal;

/// <summary>The Sigstore bundle around a signed statement.</summary>
internal sealed class DsseEnvelope
{
    private const string MediaType = "application/vnd.dev.sigstore.bundle.v0.3+json";
    private const string PayloadType = "application/vnd.in-toto+json";

    /// <summary>Bundles of this minor version and those before it are alike in what is used here.</summary>
    private const string MediaTypePrefix = "application/vnd.dev.sigstore.bundle";

    private const int MaximumBytes = 16 * 1024 * 1024;
    private const int MaximumCertificates = 20;

    private byte[] signature = [];

    public byte[] Payload { get; private init; } = [];

    /// <summary>How the signer names its key, if it does.</summary>
    public string? KeyHint { get; private init; }

    /// <summary>The signer's certificate and its issuers; empty when it signed with a bare key.</summary>
    public IReadOnlyList<X509Certificate2> Certificates { get; private init; } = [];

    public bool IsSignedBy(ECDsa key)
    {
        lock (key) // Keys of the platform's libraries are not thread-safe.
        {
            return key.KeySize is 256 or 384 or 521
                && key.VerifyData(Encode(Payload), signature, EcKeys.HashOf(key), DSASignatureFormat.Rfc3279DerSequence);
        }
    }

    /// <summary>What is signed: the statement with its type and their lengths (DSSE's pre-authentication encoding).</summary>
    public static byte[] Encode(byte[] payload) =>
        [
            .. Encoding.ASCII.GetBytes(FormattableString.Invariant($"DSSEv1 {PayloadType.Length} {PayloadType} {payload.Length} ")),
            .. payload,
        ];

    public static byte[] Write(byte[] payload, byte[] signature, ECDsa key, IReadOnlyList<X509Certificate2> chain)
    {
        var material = new JsonObject();
        if (chain.Count == 0)
        {
            material["publicKey"] = new JsonObject { ["hint"] = EcKeys.FingerprintOf(key) };
        }
        else
        {
            var certificates = chain.Select(c => (JsonNode)new JsonObject { ["rawBytes"] = Convert.ToBase64String(c.RawData) });
            material["x509CertificateChain"] = new JsonObject { ["certificates"] = new JsonArray([.. certificates]) };
        }

        material["tlogEntries"] = new JsonArray();
        var bundle = new JsonObject
        {
            ["mediaType"] = MediaType,
            ["verificationMaterial"] = material,
            ["dsseEnvelope"] = new JsonObject
            {
                ["payload"] = Convert.ToBase64String(payload),
                ["payloadType"] = PayloadType,
                ["signatures"] = new JsonArray(new JsonObject { ["sig"] = Convert.ToBase64String(signature), ["keyid"] = string.Empty }),
            },
        };
        return Encoding.UTF8.GetBytes(bundle.ToJsonString());
    }

    /// <exception cref="ModelSignatureException">The bytes are no such bundle, or one of a kind that cannot be verified here.</exception>
    public static DsseEnvelope Parse(ReadOnlySpan<byte> bundle)
    {
        if (bundle.Length > MaximumBytes)
        {
            throw new ModelSignatureException($"The signature has {bundle.Length} bytes; at most {MaximumBytes} are read.");
        }

        try
        {
            var reader = new Utf8JsonReader(bundle, new JsonReaderOptions { MaxDepth = 32 });
            using var json = JsonDocument.ParseValue(ref reader);
            return Read(json.RootElement);
        }
        catch (Exception e)
            when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or CryptographicException)
        {
            throw new ModelSignatureException($"The signature is no Sigstore bundle of a signed model: {e.Message}", e);
        }
    }

    private static DsseEnvelope Read(JsonElement bundle)
    {
        var media = bundle.GetProperty("mediaType").GetString();
        if (media is null || !media.StartsWith(MediaTypePrefix, StringComparison.Ordinal))
        {
            throw new ModelSignatureException($"The signature's media type is '{media}'; '{MediaType}' was expected.");
        }

        var material = bundle.GetProperty("verificationMaterial");
        if (material.TryGetProperty("certificate", out _))
        {
            throw new ModelSignatureException(
                "The signature is keyless (method 'sigstore'), which needs the public transparency log; signatures by key or certificate are verified here."
            );
        }

        var envelope = bundle.GetProperty("dsseEnvelope");
        if (envelope.GetProperty("payloadType").GetString() is not PayloadType)
        {
            throw new ModelSignatureException($"The signature's payload is no in-toto statement ('{PayloadType}').");
        }

        var signatures = envelope.GetProperty("signatures");
        return signatures.GetArrayLength() == 1
            ? new()
            {
                Payload = envelope.GetProperty("payload").GetBytesFromBase64(),
                signature = signatures[0].GetProperty("sig").GetBytesFromBase64(),
                KeyHint = HintOf(material),
                Certificates = CertificatesOf(material),
            }
            : throw new ModelSignatureException($"The bundle holds {signatures.GetArrayLength()} signatures; one was expected.");
    }

    /// <summary>Until version 1.0.1 the reference implementation wrote the key itself instead of a hint.</summary>
    private static string? HintOf(JsonElement material)
    {
        if (material.TryGetProperty("x509CertificateChain", out _))
        {
            return null;
        }

        return material.GetProperty("publicKey").TryGetProperty("hint", out var hint) && hint.GetString() is { Length: > 0 } text
            ? text
            : null;
    }

    private static X509Certificate2[] CertificatesOf(JsonElement material)
    {
        if (!material.TryGetProperty("x509CertificateChain", out var chain))
        {
            return [];
        }

        var certificates = chain.GetProperty("certificates");
        return certificates.GetArrayLength() is > 0 and <= MaximumCertificates
            ?
            [
                .. certificates
                    .EnumerateArray()
                    .Select(c => X509CertificateLoader.LoadCertificate(c.GetProperty("rawBytes").GetBytesFromBase64())),
            ]
            : throw new ModelSignatureException(
                $"The signature holds {certificates.GetArrayLength()} certificates; 1 to {MaximumCertificates} are accepted."
            );
    }
}
