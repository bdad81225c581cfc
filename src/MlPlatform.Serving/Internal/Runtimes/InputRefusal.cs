using Microsoft.ML.OnnxRuntime;

namespace MlPlatform.Serving.Internal;

/// <summary>Runs that were given up because of the values: by ONNX Runtime, as with an index outside a table, or by a function or a member of a composed model.</summary>
internal static class InputRefusal
{
    private const string Code = "[ErrorCode:InvalidArgument]"; // The exception tells its code by its message alone.
    private const string Reason = "Status Message: ";

    /// <returns>What was wrong with the values; null for any other failure.</returns>
    public static PredictionInputException? Find(Exception failure)
    {
        for (var e = failure; e is not null; e = e.InnerException)
        {
            if (e is PredictionInputException refusal)
            {
                return refusal;
            }

            if (e is OnnxRuntimeException && e.Message.StartsWith(Code, StringComparison.Ordinal))
            {
                var reason = e.Message.IndexOf(Reason, StringComparison.Ordinal);
                return new(reason < 0 ? e.Message[Code.Length..].Trim() : e.Message[(reason + Reason.Length)..], failure);
            }
        }

        return null;
    }
}
