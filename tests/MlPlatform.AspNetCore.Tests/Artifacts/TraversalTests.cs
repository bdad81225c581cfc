using System.Text;

namespace MlPlatform.AspNetCore.Tests;

/// <summary>Every way that is known to lead out of a folder, with every verb: each is refused, and nothing anywhere has changed.</summary>
public sealed class TraversalTests : IAsyncLifetime
{
    private ArtifactFixture files = null!;

    public static TheoryData<string> Paths =>
        [
            "..",
            "../",
            "../canary.txt",
            "../../canary.txt",
            "../../../../../../../../etc/passwd",
            "a/../../../canary.txt",
            "a/..",
            "./../canary.txt",
            "%2e%2e/canary.txt",
            "%2e%2e%2fcanary.txt",
            "..%2fcanary.txt",
            "..%2Fcanary.txt",
            ".%2e/canary.txt",
            "%2e./canary.txt",
            "%252e%252e/canary.txt",
            "%252e%252e%252fcanary.txt",
            "..%252fcanary.txt",
            "%25252e%25252e%25252fcanary.txt",
            "..%5ccanary.txt",
            "..%5Ccanary.txt",
            "..%255ccanary.txt",
            "%2e%2e%5ccanary.txt",
            "..\\canary.txt",
            "a%2f..%2f..%2fcanary.txt",
            "a/%2e%2e/%2e%2e/canary.txt",
            "%c0%ae%c0%ae/canary.txt",
            "%c0%ae%c0%ae%c0%afcanary.txt",
            "..%c0%afcanary.txt",
            "..%e0%80%afcanary.txt",
            "%uff0e%uff0e/canary.txt",
            "..%00/canary.txt",
            "a%00.txt",
            "%2500",
            "a%2500.txt",
            "%2fetc%2fpasswd",
            "//etc/passwd",
            "/etc/passwd",
            "%2f%2fhost%2fshare%2ff",
            "%5c%5chost%5cshare%5cf",
            "C:/Windows/win.ini",
            "C%3a%5cWindows%5cwin.ini",
            "c%253a/x",
            "file:///etc/passwd",
            "file%3a%2f%2f%2fetc%2fpasswd",
            "f.txt::$DATA",
            "f.txt%3astream",
            "..;/canary.txt;/..",
            ".../...//canary.txt",
            "....//canary.txt",
            "a/./b",
            "a%2f.%2fb",
            "a//b",
            "a%2f%2fb",
            "a/",
            "a%2f",
            "%20",
            "a%20",
            "a.",
            "a%2e",
            "con",
            "a/NUL.txt",
            "lpt1%2etxt",
            "a%0ab",
            "a%0d%0aX-Injected:%201",
            "a%7fb",
            "%zz",
            "a%2",
            "a%",
            "%ed%a0%80",
            "%ff",
        ];

    /// <summary>The ways to write a root itself.</summary>
    public static TheoryData<string> Roots =>
        ["", "/", "/.", "/./", "/%2e", "/%2E", "/./.", "/%2e/%2e", "/%252e", "/..", "/%2e%2e", "/%2f", "//", "/%00", "/x/.."];

    public async ValueTask InitializeAsync()
    {
        files = await ArtifactFixture.StartAsync();
        await files.PutAsync($"{files.RunRoot}/a/kept", "kept");
        await files.PutAsync($"{files.ModelRoot}/kept", "kept");
    }

    public ValueTask DisposeAsync() => files.DisposeAsync();

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_path_that_leads_elsewhere_is_refused_for_every_verb(string path)
    {
        var before = await files.StateAsync();
        string[] targets =
        [
            $"{files.RunRoot}/{path}",
            $"{files.ModelRoot}/{path}",
            $"{ArtifactFixture.Root}/{path}",
            $"{ArtifactFixture.Root}/{files.Experiment}/{path}",
            $"{ArtifactFixture.Root}/{files.Experiment}/{path}/artifacts/f",
            $"{ArtifactFixture.Root}/{files.Experiment}/models/{path}/artifacts/f",
            $"{ArtifactFixture.Root}/{path}/{files.Run}/artifacts/f",
        ];
        foreach (var target in targets)
        {
            foreach (var verb in new[] { "GET", "HEAD", "PUT", "DELETE" })
            {
                AssertRefused(await files.Host.SendAsync(verb, target, verb is "PUT" ? "hacked"u8.ToArray() : null), verb, target);
            }
        }

        // In a query "%" and "+" are decoded before: the same text reaches the same rule.
        string[] lists =
        [
            $"{ArtifactFixture.Root}?path={files.Experiment}/{files.Run}/artifacts/{path}",
            $"{ArtifactFixture.Root}?path={path}",
            $"{ArtifactFixture.Root}?path={Uri.EscapeDataString($"{files.Experiment}/models/{files.Model}/artifacts/{path}")}",
            $"/api/2.0/mlflow/artifacts/list?run_id={files.Run}&path={Uri.EscapeDataString(path)}",
            $"/api/2.0/mlflow/logged-models/{files.Model}/artifacts/directories?artifact_directory_path={Uri.EscapeDataString(path)}",
        ];
        foreach (var list in lists)
        {
            var reply = await files.Host.SendAsync("GET", list);
            Assert.True(
                reply.Status is >= 400 and < 500 || (reply.Status == 200 && reply.Json["files"] is null),
                $"GET {list} answered {reply.Status} {reply.Text}"
            );
        }

        Assert.Equal(before, await files.StateAsync());
    }

    [Theory]
    [MemberData(nameof(Roots))]
    public async Task A_root_is_neither_written_nor_deleted_however_it_is_written(string root)
    {
        var before = await files.StateAsync();
        string[] owners =
        [
            ArtifactFixture.Root,
            $"{ArtifactFixture.Root}/{files.Experiment}",
            $"{ArtifactFixture.Root}/{files.Experiment}/{files.Run}",
            files.RunRoot,
            files.ModelRoot,
        ];
        foreach (var owner in owners)
        {
            AssertRefused(await files.Host.SendAsync("DELETE", owner + root), "DELETE", owner + root);
            AssertRefused(await files.Host.SendAsync("PUT", owner + root, "hacked"u8.ToArray()), "PUT", owner + root);
        }

        Assert.Equal(before, await files.StateAsync());
    }

    [Theory]
    [InlineData("{0}/{1}/f", 400)]
    [InlineData("{0}/{1}/other/f", 400)]
    [InlineData("{0}/traces/{1}/artifacts/f", 404)]
    [InlineData("{0}/models/m-1/artifacts/f", 400)]
    [InlineData("{0}/models/{1}/artifacts/f", 400)]
    [InlineData("0/{1}/artifacts/f", 404)]
    [InlineData("{0}/77777777777777777777777777777777/artifacts/f", 404)]
    [InlineData("{0}/models/m-77777777777777777777777777777777/artifacts/f", 404)]
    [InlineData("{0}/not-a-run/artifacts/f", 404)]
    [InlineData("f", 400)]
    public async Task A_place_that_belongs_to_no_run_and_no_logged_model_takes_nothing(string place, int status)
    {
        var target =
            $"{ArtifactFixture.Root}/{string.Format(System.Globalization.CultureInfo.InvariantCulture, place, files.Experiment, files.Run)}";
        var before = await files.StateAsync();
        foreach (var verb in new[] { "PUT", "GET", "DELETE" })
        {
            var reply = await files.Host.SendAsync(verb, target, verb is "PUT" ? "x"u8.ToArray() : null);
            Assert.Equal(status, reply.Status);
            Assert.NotEmpty(reply.Message);
        }

        Assert.Equal(before, await files.StateAsync());
    }

    [Fact]
    public async Task The_table_would_fail_if_a_path_were_let_through()
    {
        var before = await files.StateAsync();
        Assert.Equal(200, (await files.PutAsync($"{files.RunRoot}/..x", "x")).Status);
        Assert.NotEqual(before, await files.StateAsync());
    }

    [Theory]
    [InlineData("http://localhost/api/2.0/mlflow-artifacts/artifacts/{0}")]
    [InlineData("/x/..{1}/a/kept")]
    [InlineData("/%61pi/2.0/mlflow-artifacts/artifacts/{0}")]
    public async Task A_request_line_that_only_amounts_to_the_route_is_refused(string target)
    {
        var kept = $"{files.RunRoot}/a/kept"[(ArtifactFixture.Root.Length + 1)..];
        var reply = await files.Host.SendAsync(
            "GET",
            string.Format(System.Globalization.CultureInfo.InvariantCulture, target, kept, files.RunRoot)
        );
        Assert.Equal((400, "INVALID_PARAMETER_VALUE"), (reply.Status, reply.ErrorCode));
        Assert.Contains("plainly", reply.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("kept", Encoding.UTF8.GetString(reply.Body), StringComparison.Ordinal);
    }

    private static void AssertRefused(RawReply reply, string verb, string target)
    {
        // The server itself refuses what is no request line, by closing or with an empty 400.
        Assert.True(reply.Status is 0 or (>= 400 and < 500), $"{verb} {target} answered {reply.Status} {reply.Text}");
        Assert.DoesNotContain("kept", reply.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("alive", reply.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("root:", reply.Text, StringComparison.Ordinal);
        Assert.False(reply.Headers.ContainsKey("X-Injected"));
    }
}
