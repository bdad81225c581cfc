using CsCheck;

namespace MlPlatform.Registry.Tests;

public sealed class ArtifactPathTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("model/MLmodel")]
    [InlineData("h#h.txt")]
    [InlineData("what?.txt")]
    [InlineData("100%.txt")]
    [InlineData("100%25.txt")]
    [InlineData("a b/c d.txt")]
    [InlineData("Größe/飛行機/✈️.csv")]
    [InlineData(".hidden/..data/...x")]
    [InlineData("~/$HOME/*&;'\"<>|+=@!")]
    [InlineData("contour/conf.d/nullable")]
    [InlineData("a%41%zz%")]
    [InlineData("images/dog%step%100%timestamp%1795572751689%x869b011.png")]
    public void A_name_that_is_only_unusual_is_kept_as_it_is(string text)
    {
        var path = ArtifactPath.Parse(text);
        Assert.Equal(text, path.ToString());
        Assert.Equal(text.Split('/')[^1], path.Name);
        Assert.Equal(path, ArtifactPath.Parse(text));
    }

    [Theory]
    [InlineData("", "root")]
    [InlineData(".", "'.'")]
    [InlineData("..", "'..'")]
    [InlineData("./a", "'.'")]
    [InlineData("a/./b", "'.'")]
    [InlineData("a/../b", "'..'")]
    [InlineData("a/..", "'..'")]
    [InlineData("/a", "empty")]
    [InlineData("/", "empty")]
    [InlineData("a/", "empty")]
    [InlineData("a//b", "empty")]
    [InlineData("a\\b", "'\\'")]
    [InlineData("\\\\host\\share", "'\\'")]
    [InlineData("C:/Windows", "':'")]
    [InlineData("file.txt:stream", "':'")]
    [InlineData("a\0b", "control")]
    [InlineData("a\nb", "control")]
    [InlineData("a\u0085b", "control")]
    [InlineData("a./b", "dot or a space")]
    [InlineData("a /b", "dot or a space")]
    [InlineData("...", "dot or a space")]
    [InlineData("con", "device")]
    [InlineData("x/NUL.txt", "device")]
    [InlineData("COM1", "device")]
    [InlineData("aux .txt", "device")]
    [InlineData("%2e", "encoded")]
    [InlineData("%2E%2e/a", "encoded")]
    [InlineData(".%2e", "encoded")]
    [InlineData("a%2fb", "encoded")]
    [InlineData("a%2Fb", "encoded")]
    [InlineData("a%5cb", "encoded")]
    [InlineData("a%3Ab", "encoded")]
    [InlineData("a%00b", "encoded")]
    [InlineData("%252e%252e", "encoded")]
    [InlineData("a%25252fb", "encoded")]
    public void A_path_that_could_lead_elsewhere_is_refused_with_the_reason(string text, string reason)
    {
        Assert.False(ArtifactPath.TryParse(text, out var path, out var problem));
        Assert.Null(path);
        Assert.Contains(reason, problem, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ArtifactPath.Parse(text));
    }

    [Fact]
    public void Lengths_are_limited_and_half_of_a_surrogate_pair_is_no_name()
    {
        Assert.True(ArtifactPath.TryParse(new('x', 255), out _, out _));
        Assert.False(ArtifactPath.TryParse(new('x', 256), out _, out _));
        Assert.False(ArtifactPath.TryParse(new('é', 128), out _, out _));
        var long1024 = string.Join('/', Enumerable.Repeat(new string('x', 204), 5));
        Assert.True(ArtifactPath.TryParse(long1024, out _, out _));
        Assert.False(ArtifactPath.TryParse(long1024 + "x", out _, out _));
        Assert.False(ArtifactPath.TryParse("a\ud800b", out _, out _));
        Assert.False(ArtifactPath.TryParse(null, out _, out _));
    }

    /// <summary>Whatever the text: an accepted path, decoded any number of times, lies below the folder that it is joined to.</summary>
    [Fact]
    public void An_accepted_path_stays_below_its_folder_however_often_it_is_decoded()
    {
        string[] pieces = ["a", "..", ".", "/", "\\", "%2e", "%2f", "%5c", "%25", "2e", "2f", "%", " ", ":", "é", "#", "\0", "nul"];
        var root = Path.Combine(Path.GetTempPath(), "root");
        var accepted = 0;
        Gen.Int[0, pieces.Length - 1]
            .Array[1, 8]
            .Sample(
                chosen =>
                {
                    var text = string.Concat(chosen.Select(i => pieces[i]));
                    if (!ArtifactPath.TryParse(text, out var path, out _))
                    {
                        return true;
                    }

                    Interlocked.Increment(ref accepted);
                    var seen = path.ToString();
                    for (var i = 0; i < 10; i++)
                    {
                        if (
                            !Path.GetFullPath(seen, root).StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
                            || seen.Contains('\\', StringComparison.Ordinal)
                            || seen.Split('/').Length != text.Split('/').Length
                        )
                        {
                            return false;
                        }

                        seen = Uri.UnescapeDataString(seen);
                    }

                    return true;
                },
                iter: 20_000
            );
        Assert.True(accepted > 100, $"Only {accepted} paths were accepted: the property says nothing.");
    }
}
