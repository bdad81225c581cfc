using System.Text;
using MlPlatform.AspNetCore.Internal;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Tests;

/// <summary>Reads requests without a server in between.</summary>
internal static class Requests
{
    public const int MaximumBytes = 1 << 20;

    public static InferenceRequest Read(ReadOnlyMemory<byte> body, int? jsonLength = null) =>
        InferenceRequestReader.Read(body, jsonLength, MaximumBytes, new());

    public static InferenceRequest Read(string json) => Read(Encoding.UTF8.GetBytes(json));

    public static NamedTensor ReadInput(string members) => Assert.Single(Read($$"""{"inputs":[{{{members}}}]}""").Inputs);

    /// <summary>Why a request is refused, which must be the caller's mistake.</summary>
    public static string Refusal(ReadOnlyMemory<byte> body, int? jsonLength = null)
    {
        var error = Assert.Throws<MlflowException>(() => Read(body, jsonLength)).Error;
        Assert.Equal(400, error.Status);
        return error.Message;
    }

    public static string Refusal(string json) => Refusal(Encoding.UTF8.GetBytes(json));
}
