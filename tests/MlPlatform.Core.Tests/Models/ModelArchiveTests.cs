using System.IO.Compression;
using System.Text;
using CsCheck;

namespace MlPlatform.Core.Tests;

public sealed class ModelArchiveTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("mlp-archive-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Staging => Directory.CreateDirectory(Path.Combine(directory, "staging")).FullName;

    private string Canary => Path.Combine(directory, "canary.txt");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task A_package_comes_back_from_an_archive_and_a_folder_as_it_was()
    {
        var package = Package();
        using var zip = new MemoryStream();
        await ModelArchive.WriteAsync(package, zip, new byte[] { 1, 2 }, Cancel);
        zip.Position = 0;

        await using (var unpacked = await ModelArchive.ReadAsync(zip, Staging, cancellationToken: Cancel))
        {
            Assert.Equal(package.Digest, unpacked.Package.Digest);
            Assert.Equal("weights", Encoding.UTF8.GetString(await unpacked.Package.ReadAsync("model/weights.bin", Cancel)));
            Assert.Equal(new byte[] { 1, 2 }, unpacked.Signature!.Value.ToArray());
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(Staging));
        var folder = Path.Combine(directory, "folder");
        await ModelArchive.WriteFolderAsync(package, folder, cancellationToken: Cancel);
        var opened = await ModelArchive.OpenFolderAsync(folder, Cancel);
        Assert.Equal(package.Digest, opened.Digest);
        await File.WriteAllTextAsync(Path.Combine(folder, "model", "weights.bin"), "weightz", Cancel);
        await Assert.ThrowsAsync<ArtifactCorruptException>(() => opened.ReadAsync("model/weights.bin", Cancel));
        await Assert.ThrowsAsync<IOException>(() => ModelArchive.WriteFolderAsync(package, folder, cancellationToken: Cancel));
    }

    [Fact]
    public async Task Equal_packages_are_equal_archives()
    {
        using var first = new MemoryStream();
        using var second = new MemoryStream();
        await ModelArchive.WriteAsync(Package(), first, cancellationToken: Cancel);
        await ModelArchive.WriteAsync(Package(), second, cancellationToken: Cancel);
        Assert.Equal(first.ToArray(), second.ToArray());
    }

    public static TheoryData<string, string> Hostile =>
        new()
        {
            { "../evil", "the path '../evil'" },
            { "/etc/evil", "the path '/etc/evil'" },
            { "a/../../evil", "the path" },
            { "..\\evil", "the path" },
            { "C:\\evil", "the path" },
            { "C:evil", "the path" },
            { "\\\\server\\share\\evil", "the path" },
            { "a/./b", "the path" },
            { "a//b", "the path" },
            { "a/", "the path" },
            { "nul", "the path" },
            { "a/COM1.txt", "the path" },
            { "a\0b", "the path" },
            { "a ", "the path" },
            { "a.", "the path" },
            { new string('x', 2000), "the path" },
            { string.Concat(Enumerable.Repeat("d/", 40)) + "f", "more than 32 folders" },
            { "extra.bin", "which the manifest does not name" },
            { "MODEL/weights.bin", "twice, at most in another case" },
        };

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task Hostile_names_are_refused_before_anything_is_written(string name, string why)
    {
        var zip = await ChangedAsync(archive => Add(archive, name, "evil"));
        await RefusedAsync(zip, why);
    }

    [Fact]
    public async Task Links_devices_bombs_and_lies_are_refused()
    {
        await RefusedAsync(
            await ChangedAsync(a => Add(a, "link", "/etc/passwd").ExternalAttributes = unchecked((int)0xA1FF0000)),
            "is a link or a device"
        );
        await RefusedAsync(await ChangedAsync(a => Add(a, "fifo", "x").ExternalAttributes = 0x1180 << 16), "is a link or a device");
        await RefusedAsync(await ChangedAsync(a => Add(a, "bomb", new string('0', 20_000_000))), "more than 200 times its size");
        await RefusedAsync(await ChangedAsync(a => a.GetEntry("model/weights.bin")!.Delete()), "lacks the file 'model/weights.bin'");
        await RefusedAsync(await ChangedAsync(a => a.GetEntry("mlplatform.json")!.Delete()), "has no 'mlplatform.json'");
        await RefusedAsync(
            await ChangedAsync(a => Replace(a, "model/weights.bin", "longer weights")),
            "has 14 bytes, and 7 by the manifest"
        );
        await RefusedAsync(await ChangedAsync(a => Replace(a, "mlplatform.json", "{}")), "not valid JSON");
        var future = Encoding
            .UTF8.GetString(Package().Manifest.ToBytes())
            .Replace("\"format\":1", "\"format\":2", StringComparison.Ordinal);
        await RefusedAsync(await ChangedAsync(a => Replace(a, "mlplatform.json", future)), "has format 2");
        await RefusedAsync(await ChangedAsync(a => Replace(a, "mlplatform.json", new string('[', 10_000))), "not valid JSON");
        var many = await ChangedAsync(a =>
        {
            for (var i = 0; i < 20; i++)
            {
                Add(a, $"f{i}", "x");
            }
        });
        await RefusedAsync(many, "at most 10 are accepted", new() { MaximumEntries = 10 });
        await RefusedAsync(await ChangedAsync(_ => { }), "unpacks to more than 10 bytes", new() { MaximumBytes = 10 });
        await RefusedAsync("no zip at all"u8.ToArray(), "cannot be read");
        await RefusedAsync([], "cannot be read");

        var wrong = await ChangedAsync(a => Replace(a, "model/weights.bin", "weightz"));
        await Assert.ThrowsAsync<ArtifactCorruptException>(() => ReadAsync(wrong));
        await AssertUntouchedAsync();
    }

    [Fact]
    public async Task A_truncated_archive_is_refused_wherever_it_is_cut()
    {
        var zip = await ChangedAsync(_ => { });
        for (var length = 0; length < zip.Length; length += 7)
        {
            await Assert.ThrowsAnyAsync<MlPlatformException>(() => ReadAsync(zip[..length]));
        }

        await AssertUntouchedAsync();
    }

    [Fact]
    public async Task A_stream_that_cannot_seek_is_read_within_the_limit()
    {
        var zip = await ChangedAsync(_ => { });
        await using (var unpacked = await ModelArchive.ReadAsync(new Forward(zip), Staging, cancellationToken: Cancel))
        {
            Assert.NotEmpty(unpacked.Package.Manifest.Files);
        }

        var limits = new ModelArchiveLimits { MaximumBytes = 100 };
        await Assert.ThrowsAsync<InvalidModelPackageException>(() => ModelArchive.ReadAsync(new Forward(zip), Staging, limits, Cancel));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Staging));
    }

    [Fact]
    public async Task Any_change_gives_the_same_package_or_a_typed_error()
    {
        var zip = await ChangedAsync(_ => { });
        var digest = Package().Digest;
        Gen.Select(Gen.Int[0, zip.Length - 1], Gen.Byte)
            .Array[1, 4]
            .Sample(
                changes =>
                {
                    var changed = (byte[])zip.Clone();
                    foreach (var (at, value) in changes)
                    {
                        changed[at] = value;
                    }

                    try
                    {
                        var unpacked = ReadAsync(changed).GetAwaiter().GetResult();
                        Assert.Equal(digest, unpacked.Package.Digest);
                        unpacked.DisposeAsync().AsTask().Wait(Cancel);
                    }
                    catch (MlPlatformException) { }
                },
                iter: 2000
            );
        await AssertUntouchedAsync();
    }

    [Fact]
    public async Task A_folder_with_links_or_missing_files_is_refused()
    {
        var folder = Path.Combine(directory, "folder");
        await ModelArchive.WriteFolderAsync(Package(), folder, cancellationToken: Cancel);
        var weights = Path.Combine(folder, "model", "weights.bin");
        File.Delete(weights);
        Assert.Contains("no file 'model/weights.bin'", await OpenAsync(), StringComparison.Ordinal);
        await File.WriteAllTextAsync(Canary, "weights", Cancel);
        File.CreateSymbolicLink(weights, Canary);
        Assert.Contains("a link", await OpenAsync(), StringComparison.Ordinal);
        Directory.Delete(Path.Combine(folder, "model"), recursive: true);
        Directory.CreateSymbolicLink(Path.Combine(folder, "model"), directory);
        Assert.Contains("a link", await OpenAsync(), StringComparison.Ordinal);

        async Task<string> OpenAsync() =>
            (await Assert.ThrowsAsync<InvalidModelPackageException>(() => ModelArchive.OpenFolderAsync(folder, Cancel))).Message;
    }

    private static ModelPackage Package() =>
        ModelPackage.Create(
            new(ModelRuntime.Custom, "1"),
            new([new("x", DataType.Float32)], [new("y", DataType.Float32)]),
            new ModelFileContent("model/weights.bin", ModelFileRole.Model, "application/octet-stream", "weights"u8.ToArray()),
            new ModelFileContent("notes.txt", ModelFileRole.Other, "text/plain", "notes"u8.ToArray())
        );

    private static async Task<byte[]> ChangedAsync(Action<ZipArchive> change)
    {
        using var zip = new MemoryStream();
        await ModelArchive.WriteAsync(Package(), zip, cancellationToken: Cancel);
        await using (var archive = new ZipArchive(zip, ZipArchiveMode.Update, leaveOpen: true))
        {
            change(archive);
        }

        return zip.ToArray();
    }

    private static ZipArchiveEntry Add(ZipArchive archive, string name, string text)
    {
        var entry = archive.CreateEntry(name);
        using var writer = new StreamWriter(entry.Open());
        writer.Write(text);
        return entry;
    }

    private static void Replace(ZipArchive archive, string name, string text)
    {
        archive.GetEntry(name)!.Delete();
        Add(archive, name, text);
    }

    private Task<UnpackedModel> ReadAsync(byte[] zip, ModelArchiveLimits? limits = null) =>
        ModelArchive.ReadAsync(new MemoryStream(zip), Staging, limits, Cancel);

    private async Task RefusedAsync(byte[] zip, string why, ModelArchiveLimits? limits = null)
    {
        await File.WriteAllTextAsync(Canary, "alive", Cancel);
        var thrown = await Assert.ThrowsAsync<InvalidModelPackageException>(() => ReadAsync(zip, limits));
        Assert.Contains(why, thrown.Message, StringComparison.Ordinal);
        await AssertUntouchedAsync();
    }

    private async Task AssertUntouchedAsync()
    {
        Assert.Empty(Directory.EnumerateFileSystemEntries(Staging));
        Assert.All(
            Directory.EnumerateFileSystemEntries(directory),
            e => Assert.Contains(Path.GetFileName(e), new[] { "staging", "canary.txt" })
        );
        if (File.Exists(Canary))
        {
            Assert.Equal("alive", await File.ReadAllTextAsync(Canary, Cancel));
        }
    }

    private sealed class Forward(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
