using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using CsCheck;
using Json.Schema;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Registry.Internal;
using static MlPlatform.Registry.Tests.Packages;

namespace MlPlatform.Registry.Tests;

public sealed class ModelSigningTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Curves => ["nistP256", "nistP384", "nistP521"];

    [Theory]
    [MemberData(nameof(Curves))]
    public void What_is_signed_with_a_key_holds_for_that_key_and_package_only(string curve)
    {
        using var key = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));
        using var other = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));
        using var signer = ModelSigner.FromPem(key.ExportPkcs8PrivateKeyPem());
        var package = Of("1");
        var signature = signer.Sign("m@v1", package);

        var verified = Trusting(key).Verify(signature, package, At);
        Assert.Equal("m@v1", verified.ModelName);
        Assert.Equal(["mlplatform.json", "model.bin"], verified.Files.Keys.Order(StringComparer.Ordinal));
        Assert.Contains("not trusted", Refused(Trusting(other), signature, package), StringComparison.Ordinal);
        Assert.Contains("'model.bin' has changed", Refused(Trusting(key), signature, Of("2")), StringComparison.Ordinal);
        var relabelled = package.With(m => m with { Signature = new([], []) });
        Assert.Contains("'mlplatform.json' has changed", Refused(Trusting(key), signature, relabelled), StringComparison.Ordinal);
        AssertSchemas(signature);
    }

    [Theory]
    [InlineData("https://model_signing/signature/v1.0", "https://model_signing/Digests/v0.1", "predicate is")]
    [InlineData("\"files\"", "\"shards\"", "method is 'shards'")]
    [InlineData("\"hash_type\":\"sha256\"", "\"hash_type\":\"blake3\"", "hash is 'blake3'")]
    [InlineData("\"algorithm\":\"sha256\"", "\"algorithm\":\"blake3\"", "hash of a file is 'blake3'")]
    [InlineData("model.bin", "model.bim", "'model.bin' was not signed")]
    [InlineData("model.bin", "mlplatform.json", "twice")]
    [InlineData("\"sha256\":\"", "\"sha256\":\"0", "do not make up the digest")]
    [InlineData("https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v2", "type is")]
    public void A_statement_that_says_something_else_is_refused_though_it_is_signed(string from, string to, string why)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var package = Of("1");
        var statement = Encoding
            .UTF8.GetString(SignedStatement.Of("m", SignedFiles.Of(package), []))
            .Replace(from, to, StringComparison.Ordinal);
        var payload = Encoding.UTF8.GetBytes(statement);
        var signed = key.SignData(DsseEnvelope.Encode(payload), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

        Assert.Contains(why, Refused(Trusting(key), DsseEnvelope.Write(payload, signed, key, []), package), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_signed_with_a_certificate_holds_for_its_root()
    {
        using var root = Authority("CN=root", null);
        using var issuer = Authority("CN=issuer", root);
        using var leaf = Leaf("CN=signer", issuer, X509KeyUsageFlags.DigitalSignature);
        using var signer = ModelSigner.FromCertificate(leaf, issuer);
        var signature = signer.Sign("m", Of("1"));

        Assert.Equal("certificate:CN=signer", new ModelVerifier().TrustRoot(root).Verify(signature, Of("1"), At).Signer);
        using var stranger = Authority("CN=root", null);
        Assert.Contains("not trusted", Refused(new ModelVerifier().TrustRoot(stranger), signature, Of("1")), StringComparison.Ordinal);
        AssertSchemas(signature);

        using var wrong = Leaf("CN=wrong", issuer, X509KeyUsageFlags.KeyEncipherment);
        using var wrongSigner = ModelSigner.FromCertificate(wrong, issuer);
        var refused = Refused(new ModelVerifier().TrustRoot(root), wrongSigner.Sign("m", Of("1")), Of("1"));
        Assert.Contains("neither for digital signatures", refused, StringComparison.Ordinal);
    }

    [Fact]
    public void No_changed_bundle_holds_and_none_fails_in_another_way()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signer = ModelSigner.FromPem(key.ExportPkcs8PrivateKeyPem());
        var package = Of("1");
        var signature = signer.Sign("m", package);
        var verifier = Trusting(key);
        var envelope = Encoding.UTF8.GetString(signature);
        var payload = envelope.IndexOf("\"payload\":\"", StringComparison.Ordinal) + 11;

        Gen.Select(Gen.Int[0, signature.Length - 1], Gen.Byte)
            .Sample(
                (at, value) =>
                {
                    var changed = (byte[])signature.Clone();
                    changed[at] = value;
                    try
                    {
                        verifier.Verify(changed, package, At);

                        // What holds says the same: a space, a key that nobody reads, or a digit of the media type's version.
                        Assert.True(value == signature[at] || at < payload || at >= payload + 100);
                    }
                    catch (ModelSignatureException) { }
                },
                iter: 3000
            );
        var statement = JsonDocument.Parse(signature).RootElement.GetProperty("dsseEnvelope").GetProperty("payload").GetBytesFromBase64();
        for (var i = 0; i < statement.Length; i++)
        {
            statement[i] ^= 1;
            var forged = envelope.Replace(
                JsonDocument.Parse(signature).RootElement.GetProperty("dsseEnvelope").GetProperty("payload").GetString()!,
                Convert.ToBase64String(statement),
                StringComparison.Ordinal
            );
            statement[i] ^= 1;
            Assert.Throws<ModelSignatureException>(() => verifier.Verify(Encoding.UTF8.GetBytes(forged), package, At));
        }
    }

    [Fact]
    public async Task A_folder_is_signed_and_verified_as_a_package_is()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signer = ModelSigner.FromPem(key.ExportPkcs8PrivateKeyPem());
        var folder = Path.Combine(Directory.CreateTempSubdirectory("mlp-sign-").FullName, "model");
        var package = Of("1", new ModelFileContent("a/b.txt", ModelFileRole.Other, "text/plain", new byte[] { 120 }));
        var signed = signer.Sign("m", package);
        await ModelArchive.WriteFolderAsync(package, folder, signed, Cancel);
        var signature = await File.ReadAllBytesAsync(Path.Combine(folder, "model.sig"), Cancel);

        var opened = await ModelArchive.OpenFolderAsync(folder, Cancel);
        var again = await signer.SignFolderAsync(folder, cancellationToken: Cancel);

        // The same signature, whether one looks at the package or, as the tools of the format do, at the folder.
        Assert.Equal(3, (await Trusting(key).VerifyFolderAsync(signature, folder, At, cancellationToken: Cancel)).Files.Count);
        Assert.Equal(3, Trusting(key).Verify(signature, opened, At).Files.Count);
        Trusting(key).Verify(again, package, At);
        Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);
    }

    [Fact]
    public async Task A_model_that_needs_a_signature_is_opened_only_with_one_that_is_trusted()
    {
        var files = Directory.CreateTempSubdirectory("mlp-keys-").FullName;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        await File.WriteAllTextAsync(Path.Combine(files, "key.pem"), key.ExportSubjectPublicKeyInfoPem(), Cancel);
        await using var host = new RegistryHost(
            o =>
            {
                o.RequireSignature.Add("m");
                o.TrustedKeys.Add(Path.Combine(files, "key.pem"));
            },
            more: b => b.AddPromotionPolicy("m", "champion", p => p.RequireSignature())
        );
        var signatures = host.Get<IModelSignatures>();
        var version = (await host.Models.RegisterVersionAsync("m", Of("1"), cancellationToken: Cancel)).Id;
        await host.Models.RegisterVersionAsync("free", Of("1"), cancellationToken: Cancel);
        await host.Source.OpenAsync(ModelReference.Parse("free@v1"), Cancel);

        Assert.Contains("it has none", await RefusedAsync(), StringComparison.Ordinal);
        using (var stranger = ModelSigner.FromPem(other.ExportPkcs8PrivateKeyPem()))
        {
            await signatures.SignAsync(version, stranger, Cancel);
        }

        Assert.Contains("which is not trusted", await RefusedAsync(), StringComparison.Ordinal);
        Assert.Empty(await signatures.VerifyAsync(version, Cancel));
        await Assert.ThrowsAsync<PromotionRefusedException>(() => host.Get<IPromotions>().PromoteAsync(version, cancellationToken: Cancel));
        using (var signer = ModelSigner.FromPem(key.ExportPkcs8PrivateKeyPem()))
        {
            await signatures.SignAsync(version, signer, Cancel);
        }

        Assert.StartsWith("key:", Assert.Single(await signatures.VerifyAsync(version, Cancel)).Signer, StringComparison.Ordinal);
        await host.Source.OpenAsync(ModelReference.Parse("m@v1"), Cancel);
        await host.Get<IPromotions>().PromoteAsync(version, cancellationToken: Cancel);
        Assert.Equal(2, (await host.EventsAsync(EventTypes.ModelSigned)).Count);
        await host.Get<IArtifactGarbageCollector>().CollectAsync(TimeSpan.Zero, Cancel);
        Assert.Equal(2, (await signatures.ListAsync(version, Cancel)).Count);
        await Assert.ThrowsAsync<ModelSignatureException>(() => signatures.AddAsync(version, new byte[] { 123, 125 }, Cancel));
        Directory.Delete(files, recursive: true);

        async Task<string> RefusedAsync() =>
            (await Assert.ThrowsAsync<ModelSignatureException>(() => host.Source.OpenAsync(ModelReference.Parse("m@v1"), Cancel))).Message;
    }

    private static string Refused(ModelVerifier verifier, byte[] signature, ModelPackage package) =>
        Assert.Throws<ModelSignatureException>(() => verifier.Verify(signature, package, At)).Message;

    private static ModelVerifier Trusting(ECDsa key) => new ModelVerifier().TrustKey(key.ExportSubjectPublicKeyInfoPem());

    /// <summary>By the specification's own schemas: the bundle, its envelope, and the statement inside with its predicate.</summary>
    private static void AssertSchemas(byte[] signature)
    {
        var bundle = JsonDocument.Parse(signature).RootElement;
        Assert.True(Schemas.Value.Bundle.Evaluate(bundle).IsValid);
        var payload = bundle.GetProperty("dsseEnvelope").GetProperty("payload").GetBytesFromBase64();
        Assert.True(Schemas.Value.Statement.Evaluate(JsonDocument.Parse(payload).RootElement).IsValid);
        Assert.False(Schemas.Value.Statement.Evaluate(bundle).IsValid);
    }

    private static readonly Lazy<(JsonSchema Bundle, JsonSchema Statement)> Schemas = new(() =>
    {
        var all = new[] { "predicate", "envelope", "statement", "bundle" }.ToDictionary(
            n => n,
            n => JsonSchema.FromFile(Path.Combine(AppContext.BaseDirectory, "Signing", "vectors", "schemas", $"{n}.schema.json"))
        );
        foreach (var schema in all.Values)
        {
            SchemaRegistry.Global.Register(schema);
        }

        return (all["bundle"], all["statement"]);
    });

    private static X509Certificate2 Authority(string name, X509Certificate2? issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return Issue(request, key, issuer);
    }

    private static X509Certificate2 Leaf(string name, X509Certificate2 issuer, X509KeyUsageFlags usage)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, true));
        return Issue(request, key, issuer);
    }

    private static X509Certificate2 Issue(CertificateRequest request, ECDsa key, X509Certificate2? issuer)
    {
        var (from, to) = (At.AddYears(-1), At.AddYears(1));
        if (issuer is null)
        {
            return request.CreateSelfSigned(from, to);
        }

        using var bare = request.Create(issuer, from, to, RandomNumberGenerator.GetBytes(8));
        return bare.CopyWithPrivateKey(key);
    }
}
