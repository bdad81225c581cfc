using CsCheck;
using Microsoft.AspNetCore.Http;
using MlPlatform.AspNetCore.Internal;
using MlPlatform.Core;

namespace MlPlatform.AspNetCore.Tests;

public sealed class StreamTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Whatever the sizes of reads on both sides and wherever it starts.</summary>
    [Fact]
    public async Task A_held_back_stream_gives_the_rest_from_any_place()
    {
        var cases = Gen.Select(Gen.Byte.Array[0, 2000], Gen.Int[1, 700], Gen.Int[1, 700], Gen.Int[0, 2100]);
        await cases.SampleAsync(
            async x =>
            {
                var (content, chunk, read, from) = x;
                await using var held = new HeldBackStream(new ChunkedStream(content, chunk), content.Length);
                held.Seek(from, SeekOrigin.Begin);
                using var got = new MemoryStream();
                var buffer = new byte[read];
                int count;
                while ((count = await held.ReadAsync(buffer, Cancel)) > 0)
                {
                    await got.WriteAsync(buffer.AsMemory(0, count), Cancel);
                }

                return got.ToArray().AsSpan().SequenceEqual(content.AsSpan(Math.Min(from, content.Length)));
            },
            iter: 500
        );
    }

    /// <summary>The damage is known only after the last byte, so the last bytes must not have left by then.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(81_920)]
    [InlineData(81_921)]
    [InlineData(400_000)]
    public async Task A_held_back_stream_of_damaged_bytes_never_gives_the_last_of_them(int size)
    {
        var content = new byte[size];
        await using var held = new HeldBackStream(new VerifyingStream(new MemoryStream(content), ArtifactDigest.Of([1])), size);
        using var got = new MemoryStream();
        await Assert.ThrowsAsync<ArtifactCorruptException>(() => held.CopyToAsync(got, Cancel));
        Assert.True(got.Length < size, $"All {size} bytes were given.");
    }

    [Fact]
    public async Task A_held_back_stream_goes_forward_only()
    {
        await using var held = new HeldBackStream(new MemoryStream([1, 2, 3]), 3);
        var buffer = new byte[2];
        await held.ReadExactlyAsync(buffer, Cancel);
        Assert.Equal(2, held.Position);
        Assert.Throws<NotSupportedException>(() => held.Position = 1);
    }

    [Theory]
    [InlineData(10, 10L, 10L)]
    [InlineData(0, 0L, 10L)]
    [InlineData(10, null, 10L)]
    public async Task An_upload_of_the_right_size_passes(int size, long? announced, long maximum)
    {
        await using var upload = new UploadStream(new ChunkedStream(new byte[size], 3), announced, maximum);
        using var got = new MemoryStream();
        await upload.CopyToAsync(got, Cancel);
        Assert.Equal(size, got.Length);
    }

    [Theory]
    [InlineData(9, 10L)]
    [InlineData(11, 10L)]
    [InlineData(0, 1L)]
    public async Task An_upload_of_another_size_than_announced_fails_at_its_end(int size, long announced)
    {
        await using var upload = new UploadStream(new ChunkedStream(new byte[size], 4), announced, 100);
        var error = await Assert.ThrowsAsync<BadHttpRequestException>(() => upload.CopyToAsync(Stream.Null, Cancel));
        Assert.Contains($"after {size} of {announced} bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upload_that_is_too_large_fails_as_soon_as_it_is()
    {
        await using var upload = new UploadStream(new ChunkedStream(new byte[1000], 4), null, 10);
        var error = await Assert.ThrowsAsync<MlflowException>(() => upload.CopyToAsync(Stream.Null, Cancel));
        Assert.Equal((413, 12L), (error.Error.Status, upload.Position));
    }
}
