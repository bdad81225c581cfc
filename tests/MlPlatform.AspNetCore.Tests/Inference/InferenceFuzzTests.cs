using System.Text;
using CsCheck;

namespace MlPlatform.AspNetCore.Tests;

public sealed class InferenceFuzzTests
{
    private const string Request =
        """{"id":"i","inputs":[{"name":"x","shape":[2],"datatype":"FP32","data":[1,2.5]},{"name":"y","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":5}}],"outputs":[{"name":"y","parameters":{"binary_data":true}}]}""";

    [Fact]
    public async Task A_server_answers_mutated_requests_with_success_or_a_refusal_in_the_protocols_body()
    {
        await using var fixture = await InferenceFixture.StartAsync();
        byte[] whole = [.. Encoding.UTF8.GetBytes(Request), 1, 0, 0, 0, 65];
        var statuses = new HashSet<int>();
        await Gen.Select(Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Array[0, 2], Gen.Int[-2, 2], Gen.Int[0, 3])
            .SampleAsync(
                async (mutations, shift, cut) =>
                {
                    var body = whole[..^cut];
                    foreach (var (at, value) in mutations)
                    {
                        body[Math.Min(at, body.Length - 1)] = value;
                    }

                    var header = $"Inference-Header-Content-Length: {Request.Length + shift}";
                    var reply = await fixture.Host.SendAsync("POST", InferenceFixture.Infer, body, header);
                    Assert.True(reply.Status == 200 || (reply.Status == 400 && reply.Error.Length > 0), $"{reply.Status} {reply.Text}");
                    lock (statuses)
                    {
                        statuses.Add(reply.Status);
                    }
                },
                iter: 1000
            );
        Assert.Equal([200, 400], statuses.Order());
    }
}
