using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace MlPlatform.Core.Internal;

/// <summary>Encrypts secrets that are kept in the database, with AES-GCM, by a key that is not: the option, or a file of the data directory.</summary>
internal sealed class SecretBox(IOptions<MlPlatformOptions> options, PlatformDirectories directories)
{
    public const int KeyBytes = 32;
    private const int TagBytes = 16;
    private const int NonceBytes = 12;
    private readonly Lazy<byte[]> key = new(() =>
        options.Value.SecretKey is { } text ? Convert.FromBase64String(text) : ReadOrMakeKey(directories)
    );

    public string Protect(string secret)
    {
        using var aes = new AesGcm(key.Value, TagBytes);
        var plain = Encoding.UTF8.GetBytes(secret);
        var box = new byte[NonceBytes + TagBytes + plain.Length];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceBytes));
        aes.Encrypt(box.AsSpan(0, NonceBytes), plain, box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes));
        return Convert.ToBase64String(box);
    }

    /// <exception cref="MlPlatformException">It was encrypted by another key.</exception>
    public string Unprotect(string text)
    {
        var box = Convert.FromBase64String(text);
        var plain = new byte[box.Length - NonceBytes - TagBytes];
        try
        {
            using var aes = new AesGcm(key.Value, TagBytes);
            aes.Decrypt(box.AsSpan(0, NonceBytes), box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes), plain);
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new MlPlatformException(
                $"A secret was encrypted by another key. Processes that share a database but no data directory need the same {MlPlatformOptions.Section}:{nameof(MlPlatformOptions.SecretKey)}.",
                e
            );
        }

        return Encoding.UTF8.GetString(plain);
    }

    private static byte[] ReadOrMakeKey(PlatformDirectories directories)
    {
        var path = Path.Combine(directories.Get("keys"), "secret.key");
        if (!File.Exists(path))
        {
            var draft = $"{path}.{Path.GetRandomFileName()}";
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (var file = new FileStream(draft, options))
            {
                file.Write(RandomNumberGenerator.GetBytes(KeyBytes));
                file.Flush(flushToDisk: true);
            }

            try
            {
                File.Move(draft, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                File.Delete(draft); // Another process was first.
            }
        }

        return File.ReadAllBytes(path);
    }
}
