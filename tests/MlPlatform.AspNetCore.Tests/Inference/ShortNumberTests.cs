using System.Globalization;
using System.Text;
using CsCheck;
using MlPlatform.AspNetCore.Internal;

namespace MlPlatform.AspNetCore.Tests;

public sealed class ShortNumberTests
{
    [Theory]
    [InlineData("0", true)]
    [InlineData("-0", true)]
    [InlineData("-0.0", true)]
    [InlineData("16777216", true)]
    [InlineData("16777217", false)]
    [InlineData("0.1", true)]
    [InlineData("0.0000000001", true)]
    [InlineData("0.00000000001", false)]
    [InlineData("1e5", false)]
    [InlineData("3.4028235e38", false)]
    [InlineData("123456789012345678901234567890", false)]
    public void Singles_of_few_digits_are_read_as_any_parser_reads_them(string text, bool isShort)
    {
        var isRead = ShortNumber.TryRead(Encoding.ASCII.GetBytes(text), out float value);
        Assert.Equal(isShort, isRead);
        if (isShort)
        {
            var expected = float.Parse(text, CultureInfo.InvariantCulture);
            Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(value));
        }
    }

    [Theory]
    [InlineData("9007199254740992", true)]
    [InlineData("9007199254740993", false)]
    [InlineData("-0.1", true)]
    [InlineData("0.1234567890123456", true)]
    [InlineData("1E5", false)]
    public void Doubles_of_few_digits_are_read_as_any_parser_reads_them(string text, bool isShort)
    {
        var isRead = ShortNumber.TryRead(Encoding.ASCII.GetBytes(text), out double value);
        Assert.Equal(isShort, isRead);
        if (isShort)
        {
            var expected = double.Parse(text, CultureInfo.InvariantCulture);
            Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(value));
        }
    }

    [Fact]
    public void Every_number_of_digits_is_the_same_to_the_bit() =>
        Gen.Select(Gen.Bool, Gen.ULong[0, 200_000_000_000_000_000], Gen.Int[0, 17])
            .Sample(
                (isNegative, digits, decimals) =>
                {
                    var whole = digits.ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
                    var text = (isNegative ? "-" : "") + (decimals == 0 ? whole : whole.Insert(whole.Length - decimals, "."));
                    var bytes = Encoding.ASCII.GetBytes(text);
                    if (ShortNumber.TryRead(bytes, out float single))
                    {
                        var expected = float.Parse(text, CultureInfo.InvariantCulture);
                        Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(single));
                    }

                    if (ShortNumber.TryRead(bytes, out double value))
                    {
                        var expected = double.Parse(text, CultureInfo.InvariantCulture);
                        Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(value));
                    }
                },
                iter: 100_000
            );

    [Fact]
    public void Short_singles_are_the_same_to_the_bit() =>
        Gen.Select(Gen.Bool, Gen.ULong[0, 1UL << 24], Gen.Int[0, 10])
            .Sample(
                (isNegative, digits, decimals) =>
                {
                    var whole = digits.ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
                    var text = (isNegative ? "-" : "") + (decimals == 0 ? whole : whole.Insert(whole.Length - decimals, "."));
                    Assert.True(ShortNumber.TryRead(Encoding.ASCII.GetBytes(text), out float single));
                    var expected = float.Parse(text, CultureInfo.InvariantCulture);
                    Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(single));
                },
                iter: 100_000
            );
}
