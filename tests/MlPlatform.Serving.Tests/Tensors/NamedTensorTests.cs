using MlPlatform.Core;

namespace MlPlatform.Serving.Tests;

public sealed class NamedTensorTests
{
    [Fact]
    public void Values_come_back_as_they_were()
    {
        var tensor = NamedTensor.Create("t", [3, 1], long.MinValue, 0L, long.MaxValue);
        Assert.Equal((DataType.Int64, 3L, 24), (tensor.Type, tensor.Count, tensor.Data.Length));
        Assert.Equal([long.MinValue, 0, long.MaxValue], tensor.ToArray<long>());
        Assert.Equal([true, false], NamedTensor.Create("t", [2], true, false).ToArray<bool>());
        Assert.Equal([(Half)1.5], NamedTensor.Create("t", [], (Half)1.5).ToArray<Half>());
    }

    [Fact]
    public void Values_of_another_type_are_refused()
    {
        var tensor = NamedTensor.Create("t", [1], 1f);
        Assert.Contains(
            "'t' is of Float32, not Int32",
            Assert.Throws<InvalidOperationException>(tensor.ToArray<int>).Message,
            StringComparison.Ordinal
        );
        Assert.Throws<ArgumentException>(() => NamedTensor.Create("t", [1], 1m));
    }

    public static TheoryData<long[], int> Misfits =>
        new()
        {
            { [2], 4 },
            { [1], 8 },
            { [1], 5 },
            { [0], 4 },
            { [-1], 4 },
            { [long.MaxValue, 2], 4 },
            { [long.MaxValue], 4 },
            { [1L << 62], 4 },
            { [1L << 32, 1L << 31], 0 },
            { [0, -1], 0 },
        };

    [Theory]
    [MemberData(nameof(Misfits))]
    public void Data_that_its_shape_does_not_have_is_refused(long[] shape, int bytes) =>
        Assert.Throws<ArgumentException>(() => new NamedTensor("t", DataType.Float32, shape, new byte[bytes]));

    [Fact]
    public void Texts_must_be_as_many_as_the_shape_says()
    {
        Assert.Equal(["a", null], new NamedTensor("t", [2, 1], ["a", null]).Texts);
        Assert.Throws<ArgumentException>(() => new NamedTensor("t", [2], ["a"]));
        Assert.Throws<ArgumentException>(() => new NamedTensor("t", DataType.String, [1], new byte[4]));
    }
}
