using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace Docs.Tests.Snippets;

public sealed class PackageSnippets
{
    [Fact]
    public async Task Tell_others()
    {
        var services = new ServiceCollection();
        services.AddMlPlatformCore().UseSqlite();
        await using var running = await RunningPlatform.StartAsync(services);
        var subscriptions = running.Get<IEventSubscriptions>();

        var hook = await subscriptions.CreateAsync(
            new("deployments", new Uri("https://hooks.example.com/models"))
            {
                Filter = [EventTypes.ModelVersionCreated, EventTypes.AliasMoved],
                Secret = "a long random text",
            }
        );
        var given = await subscriptions.ListDeadLettersAsync(hook.Id); // What could not be delivered in the end.

        Assert.Empty(given);
        Assert.True(hook.HasSecret);
    }

    [Fact]
    public async Task Sign_export_and_move()
    {
        var folder = Directory.CreateTempSubdirectory("mlplatform-docs-").FullName;
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        await File.WriteAllTextAsync(Path.Combine(folder, "signing.pem"), pair.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(Path.Combine(folder, "trusted.pem"), pair.ExportSubjectPublicKeyInfoPem());
        var trustedKey = Path.Combine(folder, "trusted.pem");
        var services = new ServiceCollection();

        services
            .AddMlPlatform()
            .AddRegistry(o =>
            {
                o.RequireSignature.Add("flight-delay");
                o.TrustedKeys.Add(trustedKey);
            });

        await using var running = await RunningPlatform.StartAsync(services);
        var (registry, source) = (running.Get<IModelRegistry>(), running.Get<IModelSource>());
        var (signatures, bills) = (running.Get<IModelSignatures>(), running.Get<IModelBillsOfMaterials>());
        var version = (await registry.RegisterVersionAsync("flight-delay", RegistrySnippets.Package())).Id;
        var key = await File.ReadAllTextAsync(Path.Combine(folder, "signing.pem"));

        using var signer = ModelSigner.FromPem(key);
        await signatures.SignAsync(version, signer);

        var opened = await source.OpenAsync(ModelReference.Parse("flight-delay@v1")); // A ModelSignatureException without one that is trusted.
        var bill = await bills.ExportAsync(version);
        await File.WriteAllBytesAsync(Path.Combine(folder, "flight-delay.cdx.json"), bill);

        await using (var target = File.Create(Path.Combine(folder, "flight-delay.zip")))
        {
            await ModelArchive.WriteAsync(opened.Package, target, (await signatures.ListAsync(version))[0]);
        }

        await using var archive = File.OpenRead(Path.Combine(folder, "flight-delay.zip"));
        await using var unpacked = await ModelArchive.ReadAsync(archive);
        var copy = await registry.RegisterVersionAsync("flight-delay-prod", unpacked.Package);

        Assert.Equal(opened.Package.Digest, copy.ManifestDigest);
        Assert.NotNull(unpacked.Signature);
        Directory.Delete(folder, recursive: true);
    }
}
