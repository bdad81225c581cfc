using Microsoft.ML.OnnxRuntime;

namespace MlPlatform.Serving.Internal;

/// <summary>Runs that ONNX Runtime gave up because of the values, such as an index outside a table.</summary>
internal static class OnnxRefusal
{
    private const string Code = "[ErrorCode:InvalidArgument]"; // The exception tells its code by its message alone.
    private const string Reason = "Status Message: ";

    /// <returns>What was wrong with the values; null for any other failure.</returns>
    public static PredictionInputException? Find(Exception failure)
    {
        for (var e = failure; e is not null; e = e.InnerException)
        {
            if (e is OnnxRuntimeException && e.Message.StartsWith(Code, StringComparison.Ordinal))
            {
                var reason = e.Message.IndexOf(Reason, StringComparison.Ordinal);
                return new(reason < 0 ? e.Message[Code.Length..].Trim() : e.Message[(reason + Reason.Length)..], failure);
            }
        }

        return null;
    }
}
