using System.Text;

namespace MlPlatform.Core.Tests;

public sealed class ModelPackageTests
{
    private static readonly ModelRuntime Runtime = new(ModelRuntime.Custom, "1");
    private static readonly ModelSignature Signature = new([new("x", DataType.Float32)], [new("y", DataType.Float32)]);

    [Fact]
    public async Task Package_reads_its_files_and_its_manifest_round_trips()
    {
        var package = ModelPackage
            .Create(Runtime, Signature, Content("model.bin", ModelFileRole.Model, "weights"))
            .WithFile(Content("card.md", ModelFileRole.Card, "# card"))
            .With(m =>
                m with
                {
                    Provenance = new()
                    {
                        RunId = "r",
                        Seed = 7,
                        Features = ["f@v1"],
                    },
                }
            );
        Assert.Equal("weights", Encoding.UTF8.GetString(await package.ReadAsync("model.bin")));
        Assert.Equal("# card", Encoding.UTF8.GetString(await package.ReadAsync("card.md")));
        var read = ModelManifest.FromBytes(package.Manifest.ToBytes());
        Assert.Equal(package.Digest, ArtifactDigest.Of(read.ToBytes()));
        Assert.Equal(["card.md", "model.bin"], read.Files.Select(f => f.Path));
        Assert.Equal(Signature, read.Signature);
        Assert.Equal(7, read.Provenance.Seed);
    }

    [Theory]
    [InlineData("\"files\":null")]
    [InlineData("\"files\":[null]")]
    [InlineData("\"signature\":{\"inputs\":null,\"outputs\":[]}")]
    [InlineData("\"runtime\":null")]
    [InlineData("\"metrics\":null")]
    public void Manifest_with_nulls_is_refused_by_type(string member)
    {
        var manifest = System.Text.Json.Nodes.JsonNode.Parse(
            ModelPackage.Create(Runtime, Signature, Content("a", ModelFileRole.Model, "1")).Manifest.ToBytes()
        )!;
        var replaced = System.Text.Json.Nodes.JsonNode.Parse($"{{{member}}}")!.AsObject().Single();
        manifest[replaced.Key] = replaced.Value?.DeepClone();

        Assert.Throws<InvalidModelPackageException>(() => ModelManifest.FromBytes(Encoding.UTF8.GetBytes(manifest.ToJsonString())));
    }

    [Fact]
    public void Equal_content_gives_one_digest()
    {
        var one = ModelPackage.Create(Runtime, Signature, Content("a", ModelFileRole.Model, "1"), Content("b", ModelFileRole.Other, "2"));
        var two = ModelPackage.Create(Runtime, Signature, Content("b", ModelFileRole.Other, "2"), Content("a", ModelFileRole.Model, "1"));
        Assert.Equal(one.Digest, two.Digest);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("../model")]
    [InlineData("a/../../b")]
    [InlineData("a//b")]
    [InlineData("a\\b")]
    [InlineData("C:model")]
    [InlineData("a/./b")]
    [InlineData("a\0b")]
    [InlineData("model. ")]
    public void Unsafe_paths_are_refused(string path) =>
        Assert.Throws<InvalidModelPackageException>(() => ModelPackage.Create(Runtime, Signature, Content(path, ModelFileRole.Model, "1")));

    [Fact]
    public async Task Changed_bytes_are_refused()
    {
        var good = ModelPackage.Create(Runtime, Signature, Content("m", ModelFileRole.Model, "good"));
        var bad = new ModelPackage(good.Manifest, (_, _) => Task.FromResult("evil"u8.ToArray()));
        await Assert.ThrowsAsync<ArtifactCorruptException>(() => bad.ReadAsync("m"));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("""{"format":2,"files":[],"runtime":{"kind":"custom","version":"1"},"signature":{"inputs":[],"outputs":[]}}""")]
    [InlineData(
        """{"format":1,"files":[{"path":"../x","digest":"sha256:0","size":1,"mediaType":"a","role":"Model"}],"runtime":{"kind":"custom","version":"1"},"signature":{"inputs":[],"outputs":[]}}"""
    )]
    public void Malformed_manifests_are_refused(string json) =>
        Assert.Throws<InvalidModelPackageException>(() => ModelManifest.FromBytes(Encoding.UTF8.GetBytes(json)));

    private static ModelFileContent Content(string path, ModelFileRole role, string text) =>
        new(path, role, "text/plain", Encoding.UTF8.GetBytes(text));
}
