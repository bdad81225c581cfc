using Google.Protobuf.Collections;
using MlPlatform.AspNetCore.Internal.InferenceProtocol;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>The parameters of a request that mean something here; others are ignored, since each server has its own.</summary>
internal static class GrpcParameters
{
    /// <summary>Microseconds; 0 is none.</summary>
    public static long TimeoutOf(MapField<string, InferParameter> parameters) =>
        (long)Math.Min(CountOf(parameters, "timeout"), long.MaxValue);

    /// <summary>1 is the highest level, 0 the server's own, and 2 its name here; what lies above is lower.</summary>
    public static PredictionPriority PriorityOf(MapField<string, InferParameter> parameters) =>
        CountOf(parameters, "priority") switch
        {
            1 => PredictionPriority.High,
            0 or 2 => PredictionPriority.Normal,
            _ => PredictionPriority.Low,
        };

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
