using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace EndToEnd.Tests;

/// <summary>What callers of a host see when a container platform stops it.</summary>
public sealed class PlatformHostShutdownTests : IDisposable
{
    private const string Request = """{"inputs":[{"name":"features","datatype":"FP32","shape":[1,2],"data":[1,2]}]}""";
    private static readonly Uri Infer = new("/v2/models/late/infer", UriKind.Relative);
    private static readonly Uri Ready = new("/v2/health/ready", UriKind.Relative);
    private readonly string folder = Directory.CreateTempSubdirectory("mlplatform-").FullName;

    public PlatformHostShutdownTests() =>
        File.WriteAllBytes(
            Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "models", "late", "1")).FullName, "model.onnx"),
            OnnxWriter.Logistic([0.5f, -1], 0)
        );

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Callers_that_leave_when_the_host_is_not_ready_lose_no_request()
    {
        const int Callers = 8;
        using var process = Start("00:00:03");
        using var client = new HttpClient { BaseAddress = await AddressAsync(process) };
        using var leaves = new CancellationTokenSource();
        var answered = 0;
        var busy = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var callers = Enumerable
            .Range(0, Callers)
            .Select(_ =>
                Task.Run(
                    async () =>
                    {
                        while (!leaves.IsCancellationRequested)
                        {
                            Assert.Equal(HttpStatusCode.OK, await PostAsync(client));
                            if (Interlocked.Increment(ref answered) == 50 * Callers)
                            {
                                busy.SetResult();
                            }
                        }
                    },
                    Cancel
                )
            )
            .ToList();
        await Task.WhenAny([busy.Task, .. callers]);
        while (await GetAsync(client, Ready) != HttpStatusCode.OK)
        {
            // The folder is still gone through.
        }

        await TerminateAsync(process);
        while (await GetAsync(client, Ready) == HttpStatusCode.OK)
        {
            // As a load balancer asks.
        }

        var after = Volatile.Read(ref answered);
        await leaves.CancelAsync();
        await Task.WhenAll(callers); // Whichever was not answered fails here.
        await process.WaitForExitAsync(Cancel);
        Assert.Equal(0, process.ExitCode);
        Assert.True(after > 0 && Volatile.Read(ref answered) >= after);
        Assert.DoesNotContain("fail:", await process.StandardError.ReadToEndAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_in_flight_is_answered_while_new_ones_are_refused()
    {
        using var process = Start("00:00:00");
        var address = await AddressAsync(process);
        using var client = new HttpClient { BaseAddress = address };
        Assert.Equal(HttpStatusCode.OK, await PostAsync(client));

        using var inFlight = new TcpClient();
        await inFlight.ConnectAsync(IPAddress.Loopback, address.Port, Cancel);
        var stream = inFlight.GetStream();
        var head =
            $"POST {Infer} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: {Request.Length}\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), Cancel);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        Assert.Equal("HTTP/1.1 100 Continue", await reader.ReadLineAsync(Cancel)); // Its body is being read.

        await TerminateAsync(process);
        HttpResponseMessage refusal;
        while ((refusal = await SendAsync(client)).StatusCode == HttpStatusCode.OK)
        {
            refusal.Dispose(); // The signal is on its way.
        }

        using (refusal)
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refusal.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(1), refusal.Headers.RetryAfter?.Delta);
            var body = await refusal.Content.ReadFromJsonAsync<JsonElement>(Cancel);
            Assert.Contains("stopping", body.GetProperty("error").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await GetAsync(client, Ready));
        Assert.False(process.HasExited);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(Request), Cancel);
        Assert.Contains("HTTP/1.1 200 OK", await reader.ReadToEndAsync(Cancel), StringComparison.Ordinal);
        await process.WaitForExitAsync(Cancel);
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public async Task The_host_describes_its_routes()
    {
        using var process = Start("00:00:00");
        using var client = new HttpClient { BaseAddress = await AddressAsync(process) };
        var document = await client.GetFromJsonAsync<JsonElement>(new Uri("/openapi/v1.json", UriKind.Relative), Cancel);
        Assert.True(document.GetProperty("paths").TryGetProperty("/v2/models/{model}/infer", out _));
        Assert.Equal(0, await Sample.InterruptAsync(process));
    }

    private Process Start(string delay) =>
        Sample.Start(
            "PlatformHost",
            folder,
            "--urls",
            "http://127.0.0.1:0",
            "--MlPlatform:DataDirectory",
            "data",
            "--MlPlatform:Serving:ModelRepository",
            "models",
            "--MlPlatform:AspNetCore:ShutdownDelay",
            delay
        );

    private static async Task<Uri> AddressAsync(Process process)
    {
        var ready = await process.StandardOutput.ReadLineAsync(Cancel) ?? await process.StandardError.ReadToEndAsync(Cancel);
        Assert.StartsWith("ready http://127.0.0.1:", ready, StringComparison.Ordinal);
        return new(ready.Split(' ')[1]);
    }

    private static async Task TerminateAsync(Process process)
    {
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(Cancel);
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client)
    {
        using var content = new StringContent(Request, Encoding.UTF8, "application/json");
        return await client.PostAsync(Infer, content, Cancel);
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient client)
    {
        using var response = await SendAsync(client);
        return response.StatusCode;
    }

    private static async Task<HttpStatusCode> GetAsync(HttpClient client, Uri path)
    {
        using var response = await client.GetAsync(path, Cancel);
        return response.StatusCode;
    }
}
