namespace MlPlatform.AspNetCore.Tests;

/// <summary>Two elements of each datatype at its ends, as the protocol's bytes.</summary>
public static class TensorBytes
{
    public static TheoryData<string, string> OfTwo { get; } =
        new()
        {
            { "BOOL", "0100" },
            { "INT8", "807F" },
            { "UINT8", "FF00" },
            { "INT16", "0080FF7F" },
            { "UINT16", "FFFF0000" },
            { "FP16", "007C01FE" },
            { "BF16", "807F01FF" },
            { "INT32", "00000080FFFFFF7F" },
            { "UINT32", "FFFFFFFF00000000" },
            { "FP32", "0000807F0100C07F" },
            { "INT64", "0000000000000080FFFFFFFFFFFFFF7F" },
            { "UINT64", "FFFFFFFFFFFFFFFF0000000000000000" },
            { "FP64", "000000000000F07F010000000000F8FF" },
            { "BYTES", "0000000003000000E282AC" },
        };
}
