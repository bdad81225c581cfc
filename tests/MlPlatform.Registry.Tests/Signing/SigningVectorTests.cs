using System.Security.Cryptography.X509Certificates;

namespace MlPlatform.Registry.Tests;

/// <summary>The public vectors of the format: what others signed is verified here.</summary>
public sealed class SigningVectorTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] NotSigned = ["ignore-me"];

    public static TheoryData<string> Models =>
        [
            "v1.0.0-certificate",
            "v1.0.0-elliptic-key",
            "v1.0.1-certificate",
            "v1.0.1-elliptic-key",
            "v1.1.0-certificate",
            "v1.1.0-elliptic-key",
        ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Vectors => Path.Combine(AppContext.BaseDirectory, "Signing", "vectors");

    [Theory]
    [MemberData(nameof(Models))]
    public async Task What_the_reference_implementation_signed_holds(string model)
    {
        var folder = Path.Combine(Vectors, model);
        var signature = await File.ReadAllBytesAsync(Path.Combine(folder, "model.sig"), Cancel);

        var verified = await Trusting().VerifyFolderAsync(signature, folder, At, NotSigned, Cancel);

        Assert.Equal(model.EndsWith("key", StringComparison.Ordinal) ? "key" : "certificate", verified.Signer.Split(':')[0]);
        Assert.Contains("signme-1", verified.Files.Keys);
        await Assert.ThrowsAsync<ModelSignatureException>(() =>
            new ModelVerifier().VerifyFolderAsync(signature, folder, At, NotSigned, Cancel)
        );
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task A_changed_missing_or_added_file_is_named(string model)
    {
        var folder = Directory.CreateTempSubdirectory("mlp-vectors-").FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Vectors, model)))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        var signature = await File.ReadAllBytesAsync(Path.Combine(folder, "model.sig"), Cancel);
        await File.AppendAllTextAsync(Path.Combine(folder, "signme-1"), "x", Cancel);
        await Refused("'signme-1' has changed");
        File.Delete(Path.Combine(folder, "signme-1"));
        await Refused(model.StartsWith("v1.0.0-e", StringComparison.Ordinal) ? "holds no file" : "'signme-1' is missing");
        File.Copy(Path.Combine(Vectors, model, "signme-1"), Path.Combine(folder, "signme-1"));
        await File.WriteAllTextAsync(Path.Combine(folder, "more"), "x", Cancel);
        await Refused("'more' was not signed");
        File.Delete(Path.Combine(folder, "more"));
        File.CreateSymbolicLink(Path.Combine(folder, "link"), Path.Combine(folder, "signme-1"));
        await Refused("'link' is a link");
        Directory.Delete(folder, recursive: true);

        async Task Refused(string why)
        {
            var thrown = await Assert.ThrowsAsync<ModelSignatureException>(() =>
                Trusting().VerifyFolderAsync(signature, folder, At, NotSigned, Cancel)
            );
            Assert.Contains(why, thrown.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("valid.key", "v1.1.0-elliptic-key")]
    [InlineData("valid.certificate", "v1.1.0-elliptic-key")]
    public async Task Valid_bundles_of_the_specification_hold(string bundle, string model)
    {
        var verified = await Trusting().VerifyFolderAsync(Bundle(bundle), Path.Combine(Vectors, model), At, NotSigned, Cancel);
        Assert.Equal(2, verified.Files.Count);
    }

    [Theory]
    [InlineData("invalid.empty", "no Sigstore bundle")]
    [InlineData("invalid.missing-envelope", "no Sigstore bundle")]
    [InlineData("invalid.missing-tlog-entries", "keyless")]
    [InlineData("invalid.missing-verification-material", "no Sigstore bundle")]
    [InlineData("invalid-payload.wrong-predicate", "does not hold")]
    [InlineData("valid.sigstore", "keyless")] // Valid, but not to be verified without the transparency log.
    public async Task Other_bundles_of_the_specification_are_refused(string bundle, string why)
    {
        var thrown = await Assert.ThrowsAsync<ModelSignatureException>(() =>
            Trusting().VerifyFolderAsync(Bundle(bundle), Path.Combine(Vectors, "v1.1.0-elliptic-key"), At, NotSigned, Cancel)
        );
        Assert.Contains(why, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_must_be_valid_then()
    {
        var folder = Path.Combine(Vectors, "v1.1.0-certificate");
        var signature = await File.ReadAllBytesAsync(Path.Combine(folder, "model.sig"), Cancel);
        foreach (var year in new[] { 2000, 2100 })
        {
            await Assert.ThrowsAsync<ModelSignatureException>(() =>
                Trusting().VerifyFolderAsync(signature, folder, new(year, 1, 1, 0, 0, 0, TimeSpan.Zero), NotSigned, Cancel)
            );
        }
    }

    private static ModelVerifier Trusting() =>
        new ModelVerifier()
            .TrustKey(File.ReadAllText(Path.Combine(Vectors, "signing-key-pub.pem")))
            .TrustRoot(X509Certificate2.CreateFromPem(File.ReadAllText(Path.Combine(Vectors, "ca-cert.pem"))));

    private static byte[] Bundle(string name) => File.ReadAllBytes(Path.Combine(Vectors, "specification", $"{name}.bundle.json"));
}
