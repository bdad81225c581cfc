using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace ServingLoad;

/// <summary>Requests, ready to be sent.</summary>
internal static class Requests
{
    public const string PredictPath = "/visits";

    /// <summary>Rows of a request to the heavy model.</summary>
    public const int HeavyRows = 64;

    private const int Count = 64;

    /// <summary>One row each, by turns through the Open Inference Protocol and through the route of <c>MapPredict</c>.</summary>
    public static byte[][] Visits()
    {
        var random = new Random(1);
        var requests = new byte[Count][];
        for (var i = 0; i < Count; i++)
        {
            float[] row = [random.Next(OnnxModels.Zones), .. Enumerable.Range(1, OnnxModels.Inputs - 1).Select(_ => random.NextSingle())];
            var numbers = string.Join(',', row.Select(x => x.ToString(CultureInfo.InvariantCulture)));
            requests[i] =
                i % 2 == 0
                    ? Post(
                        $"/v2/models/{Catalog.Model}/infer",
                        $$"""{"inputs":[{"name":"features","datatype":"FP32","shape":[1,{{row.Length}}],"data":[{{numbers}}]}]}"""
                    )
                    : Post(PredictPath, $$"""{"features":[{{numbers}}]}""");
        }

        return requests;
    }

    /// <summary>Many wide rows in binary.</summary>
    public static byte[][] Heavy()
    {
        var random = new Random(2);
        float[] rows = [.. Enumerable.Range(0, HeavyRows * OnnxModels.HeavyInputs).Select(_ => random.NextSingle())];
        var json =
            $$$"""{"inputs":[{"name":"features","datatype":"FP32","shape":[{{{HeavyRows}}},{{{OnnxModels.HeavyInputs}}}],"parameters":{"binary_data_size":{{{4 * rows.Length}}}}}]}""";
        byte[] bytes = MemoryMarshal.AsBytes<float>(rows).ToArray();
        return [Post($"/v2/models/{Catalog.Heavy}/infer", json, bytes)];
    }

    private static byte[] Post(string path, string json, byte[]? binary = null) =>
        [
            .. Encoding.ASCII.GetBytes(
                $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {(binary is null ? "application/json" : "application/octet-stream")}\r\n"
                    + (binary is null ? "" : $"Inference-Header-Content-Length: {json.Length}\r\n")
                    + $"Content-Length: {json.Length + (binary?.Length ?? 0)}\r\n\r\n{json}"
            ),
            .. binary ?? [],
        ];
}
