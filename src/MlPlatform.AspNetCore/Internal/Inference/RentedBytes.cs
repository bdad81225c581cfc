using System.Buffers;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>The memory behind the tensors of a request.</summary>
internal sealed class RentedBytes
{
    private readonly List<byte[]> arrays = [];

    public Memory<byte> Rent(int length)
    {
        if (length == 0)
        {
            return default;
        }

        var array = ArrayPool<byte>.Shared.Rent(length);
        arrays.Add(array);
        return array.AsMemory(0, length);
    }

    public void Keep(byte[] array) => arrays.Add(array);

    /// <summary>Gives all back. Only for when nobody reads the tensors any more: what is not given back the collector takes.</summary>
    public void Return()
    {
        foreach (var array in arrays)
        {
            ArrayPool<byte>.Shared.Return(array);
        }

        arrays.Clear();
    }
}
