using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MlPlatform.Pipelines.Internal;

internal static class StepSeed
{
    public static long Of(long run, string step, int? item)
    {
        var text = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{run}/{step}/{item}");
        return BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
