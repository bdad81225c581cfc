using Google.Protobuf.Collections;
using MlPlatform.AspNetCore.Internal.InferenceProtocol;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>The parameters of a request that mean something here; others are ignored, since each server has its own.</summary>
internal static class GrpcParameters
{
    /// <summary>Microseconds; 0 is none.</summary>
    public static long TimeoutOf(MapField<string, InferParameter> parameters) =>
        (long)Math.Min(CountOf(parameters, "timeout"), long.MaxValue);

    /// <summary>1 is the most urgent; 0 is none.</summary>
    public static long PriorityOf(MapField<string, InferParameter> parameters) =>
        (long)Math.Min(CountOf(parameters, "priority"), long.MaxValue);

    /// <exception cref="MlflowException">One would change what an answer is.</exception>
    public static void RefuseExtensions(MapField<string, InferParameter> parameters, string owner)
    {
        foreach (var name in parameters.Keys)
        {
            InferenceLimits.RefuseExtension(name, owner);
        }
    }

    private static ulong CountOf(MapField<string, InferParameter> parameters, string name)
    {
        if (!parameters.TryGetValue(name, out var parameter))
        {
            return 0;
        }

        return parameter.ParameterChoiceCase switch
        {
            InferParameter.ParameterChoiceOneofCase.Int64Param when parameter.Int64Param >= 0 => (ulong)parameter.Int64Param,
            InferParameter.ParameterChoiceOneofCase.Uint64Param => parameter.Uint64Param,
            _ => throw MlflowException.InvalidParameter($"The request: parameter '{name}' is not a whole number from 0."),
        };
    }
}
