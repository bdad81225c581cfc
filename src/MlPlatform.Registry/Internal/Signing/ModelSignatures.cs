using System.Text.Json.Nodes;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed class ModelSignatures(
    IMetadataDatabase database,
    IArtifactStore artifacts,
    ModelRegistry registry,
    TrustedSigners trusted,
    IActorAccessor actors,
    Clocks clocks
) : IModelSignatures
{
    private const long MaximumBytes = 16 * 1024 * 1024;

    public async Task<byte[]> SignAsync(ModelVersionId version, ModelSigner signer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(signer);
        var package =
            await OpenAsync(version, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidModelPackageException($"'{version}' has no package: there is nothing here to sign.");
        var signature = signer.Sign(version.ToString(), package);
        await AddAsync(version, signature, cancellationToken).ConfigureAwait(false);
        return signature;
    }

    public async Task AddAsync(ModelVersionId version, ReadOnlyMemory<byte> signature, CancellationToken cancellationToken = default)
    {
        await FindAsync(version, cancellationToken).ConfigureAwait(false);
        _ = DsseEnvelope.Parse(signature.Span);
        var digest = (await artifacts.PutBytesAsync(signature, cancellationToken).ConfigureAwait(false)).Digest;
        const string Insert = """
            INSERT INTO reg_model_signature (model, version, digest, actor, at) VALUES (@Name, @Version, @Digest, @Actor, @At)
            ON CONFLICT (model, version, digest) DO NOTHING
            """;
        var row = new
        {
            version.Name,
            version.Version,
            Digest = digest.ToString(),
            Actor = actors.Current.ToString(),
            At = clocks.Platform.NowMicros(),
        };
        await database
            .WriteAsync(
                Durability.Power,
                async work =>
                {
                    if (await work.Connection.ExecuteAsync(Insert, row, work.Transaction).ConfigureAwait(false) > 0)
                    {
                        work.Reference(digest, ModelRegistry.OwnerOf(version));
                        work.Append(
                            new(EventTypes.ModelSigned, version.ToAsset())
                            {
                                Payload = new JsonObject { ["signature"] = digest.ToString() },
                            }
                        );
                    }
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<byte[]>> ListAsync(ModelVersionId version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        const string Sql = "SELECT digest FROM reg_model_signature WHERE model = @Name AND version = @Version ORDER BY at, digest";
        var digests = await database
            .ReadAsync(
                async connection =>
                    (
                        await connection.QueryAsync<string>(new(Sql, version, cancellationToken: cancellationToken)).ConfigureAwait(false)
                    ).AsList(),
                cancellationToken
            )
            .ConfigureAwait(false);
        var signatures = new List<byte[]>();
        foreach (var digest in digests)
        {
            signatures.Add(
                await artifacts.ReadBytesAsync(ArtifactDigest.Parse(digest), MaximumBytes, cancellationToken).ConfigureAwait(false)
            );
        }

        return signatures;
    }

    public async Task<IReadOnlyList<VerifiedSignature>> VerifyAsync(
        ModelVersionId version,
        CancellationToken cancellationToken = default
    ) =>
        await OpenAsync(version, cancellationToken).ConfigureAwait(false) is { } package
            ? (await VerifyAsync(version, package, cancellationToken).ConfigureAwait(false)).Verified
            : [];

    /// <summary>Lets a package be opened.</summary>
    /// <exception cref="ModelSignatureException">It needs a trusted signer's signature and has none.</exception>
    public async Task EnsureAsync(ModelVersionId version, ModelPackage package, CancellationToken cancellationToken)
    {
        if (!trusted.AreNeededFor(version.Name))
        {
            return;
        }

        var (verified, problems) = await VerifyAsync(version, package, cancellationToken).ConfigureAwait(false);
        if (verified.Count == 0)
        {
            throw new ModelSignatureException(
                $"'{version}' is not opened, since it needs a signature by somebody who is trusted: {(problems.Count == 0 ? "it has none." : string.Join(" ", problems))}"
            );
        }
    }

    private async Task<(IReadOnlyList<VerifiedSignature> Verified, IReadOnlyList<string> Problems)> VerifyAsync(
        ModelVersionId version,
        ModelPackage package,
        CancellationToken cancellationToken
    )
    {
        var verified = new List<VerifiedSignature>();
        var problems = new List<string>();
        foreach (var signature in await ListAsync(version, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                // By the clock of the real world, which certificates are made for, and which no replay moves.
                verified.Add(trusted.Verifier.Verify(signature, package, clocks.Work.GetUtcNow()));
            }
            catch (ModelSignatureException e)
            {
                problems.Add(e.Message);
            }
        }

        return (verified, problems);
    }

    private async Task<ModelPackage?> OpenAsync(ModelVersionId version, CancellationToken cancellationToken) =>
        (await FindAsync(version, cancellationToken).ConfigureAwait(false)).ManifestDigest is { } digest
            ? await ModelPackage.OpenAsync(artifacts, digest, cancellationToken).ConfigureAwait(false)
            : null;

    private async Task<ModelVersion> FindAsync(ModelVersionId version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(version);
        return await registry.GetVersionAsync(version, cancellationToken).ConfigureAwait(false)
            ?? throw new AssetNotFoundException(version.ToAsset());
    }
}
