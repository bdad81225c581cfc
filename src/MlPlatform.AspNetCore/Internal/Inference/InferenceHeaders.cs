using System.Globalization;
using Microsoft.AspNetCore.Http;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>The headers that inference knows.</summary>
internal static class InferenceHeaders
{
    public const string JsonLength = "Inference-Header-Content-Length";
    public const string PredictionId = "mlp-prediction-id";
    public const string Route = "mlp-route";
    public const string Version = "mlp-version";
    public const string RoutingKey = "mlp-routing-key";
    public const string Segment = "mlp-segment";

    /// <summary>How many bytes of the body are JSON; null when the header is absent, and all are.</summary>
    public static int? ReadJsonLength(HttpRequest request)
    {
        var text = Single(request, JsonLength);
        return text is null ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length
            : throw MlflowException.InvalidParameter($"The header {JsonLength} is '{text}', not a whole number from 0.");
    }

    public static PredictOptions ReadOptions(HttpRequest request) =>
        new()
        {
            Id = ReadId(Single(request, PredictionId)),
            RoutingKey = Single(request, RoutingKey),
            Segment = Single(request, Segment),
        };

    /// <summary>The version that is to answer: <c>candidate</c>, or a number with or without the <c>v</c> that references have.</summary>
    public static PredictionTarget ReadTarget(HttpRequest request)
    {
        var text = Single(request, Version);
        return text is null ? default
            : text.Equals("candidate", StringComparison.OrdinalIgnoreCase) ? PredictionTarget.Candidate
            : int.TryParse(text.AsSpan(text[0] == 'v' ? 1 : 0), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number > 0
                ? PredictionTarget.OfVersion(number)
            : throw MlflowException.InvalidParameter($"The header {Version} is '{text}', neither 'candidate' nor a version such as 'v3'.");
    }

    private static PredictionId? ReadId(string? text) =>
        text is null ? null
        : Guid.TryParseExact(text, "N", out var id) && id != Guid.Empty ? new(id)
        : throw MlflowException.InvalidParameter(
            $"The header {PredictionId} is '{text}', not 32 hexadecimal digits that name a prediction."
        );

    private static string? Single(HttpRequest request, string name)
    {
        var values = request.Headers[name];
        return values.Count switch
        {
            0 => null,
            1 => string.IsNullOrEmpty(values[0]) ? null : values[0],
            _ => throw MlflowException.InvalidParameter($"The header {name} is given twice."),
        };
    }
}
