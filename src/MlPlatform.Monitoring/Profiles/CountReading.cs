namespace MlPlatform.Monitoring;

internal static class CountReading
{
    /// <summary>Reads how many items follow, and refuses more than the rest of the stream can hold, before anything is allocated for them.</summary>
    /// <exception cref="InvalidDataException">There cannot be so many.</exception>
    public static int ReadCount(this BinaryReader reader, int bytesEach)
    {
        var count = reader.Read7BitEncodedInt();
        var left = reader.BaseStream.Length - reader.BaseStream.Position;
        return count >= 0 && count <= left / bytesEach
            ? count
            : throw new InvalidDataException($"{count} items cannot follow in {left} bytes.");
    }
}
