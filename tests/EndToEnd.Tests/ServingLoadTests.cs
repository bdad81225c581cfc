namespace EndToEnd.Tests;

/// <summary>The load test in its smallest form. Whether the promises hold is its exit code; how fast this machine is, is not asked.</summary>
public sealed class ServingLoadTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mlplatform-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Swaps_canaries_and_overload_keep_their_promises()
    {
        var (code, output) = await Sample.RunAsync("ServingLoad", folder, "--seconds", "1", "--connections", "8");
        Assert.True(code == 0, output);
        var table = output[output.LastIndexOf("phase ", StringComparison.Ordinal)..].Split('\n');
        Assert.All(
            ["steady", "swap", "bad canary", "slow canary", "peak", "overload"],
            phase => Assert.Contains(table, line => line.Trim().StartsWith(phase + " ", StringComparison.Ordinal))
        );
        Assert.Contains("goodput", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Broken promise", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("there are --seconds and --connections", "--second", "5")]
    [InlineData("needs a value, a whole number from 1 to 600", "--seconds")]
    [InlineData("'0' is no whole number from 1 to 600", "--seconds", "0")]
    [InlineData("'many' is no whole number from 1 to 512", "--connections", "many")]
    public async Task Bad_arguments_are_told_what_is_allowed(string message, params string[] arguments)
    {
        var (code, output) = await Sample.RunAsync("ServingLoad", folder, arguments);
        Assert.Equal(2, code);
        Assert.Contains(message, output, StringComparison.Ordinal);
        Assert.Contains("Usage:", output, StringComparison.Ordinal);
    }
}
