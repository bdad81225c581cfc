using CsCheck;

namespace MlPlatform.Core.Tests;

public sealed class MultipleTestsTests
{
    [Fact]
    public void Holm_agrees_with_p_adjust_of_R() =>
        AssertClose([0.05, 0.08, 0.09, 0.09, 0.09], MultipleTests.Holm([0.01, 0.02, 0.03, 0.04, 0.05]));

    [Fact]
    public void Benjamini_Hochberg_agrees_with_p_adjust_of_R() =>
        AssertClose([0.05, 0.05, 0.05, 0.05, 0.05], MultipleTests.BenjaminiHochberg([0.05, 0.01, 0.03, 0.04, 0.02]));

    [Fact]
    public void Benjamini_Hochberg_rejects_the_four_of_the_paper()
    {
        // The thrombolysis example of Benjamini and Hochberg (1995), section 4.1: four rejections at .05, where Bonferroni and Holm make three.
        double[] p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0];

        Assert.Equal(4, MultipleTests.BenjaminiHochberg(p).Count(v => v <= 0.05));
        Assert.Equal(3, MultipleTests.Holm(p).Count(v => v <= 0.05));
    }

    [Fact]
    public void NaN_stays_NaN_and_is_no_test()
    {
        AssertClose([0.02, double.NaN, 0.03], MultipleTests.Holm([0.01, double.NaN, 0.03]));
        AssertClose([0.02, double.NaN, 0.03], MultipleTests.BenjaminiHochberg([0.01, double.NaN, 0.03]));
    }

    [Fact]
    public void Adjustment_keeps_the_order_and_never_lowers_a_value() =>
        Gen.Double[0, 1]
            .Array[0, 40]
            .Sample(p =>
            {
                var holm = MultipleTests.Holm(p);
                var bh = MultipleTests.BenjaminiHochberg(p);
                for (var i = 0; i < p.Length; i++)
                {
                    Assert.True(bh[i] >= p[i] - 1e-15 && holm[i] >= bh[i] - 1e-15 && holm[i] <= 1);
                    for (var j = 0; j < p.Length; j++)
                    {
                        Assert.True(p[i] > p[j] || (bh[i] <= bh[j] && holm[i] <= holm[j]));
                    }
                }
            });

    private static void AssertClose(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 1e-12);
        }
    }
}
