using System.Net;
using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow;

/// <summary>An MLflow server refused a call, or answered what no MLflow server answers.</summary>
public sealed class MlflowServerException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    /// <param name="call">What was asked, as method and path.</param>
    /// <param name="status">The status of the answer.</param>
    /// <param name="code">MLflow's error code, such as <c>INVALID_PARAMETER_VALUE</c>; null when the answer has none.</param>
    /// <param name="message">What the server said, or what is wrong with its answer.</param>
    public MlflowServerException(string call, HttpStatusCode status, string? code, string message)
        : base($"The MLflow server answered {call} with {(int)status}{(code is null ? string.Empty : $" {code}")}: {message}")
    {
        Call = call;
        Status = status;
        Code = code;
    }

    /// <summary>What was asked, as method and path.</summary>
    public string Call { get; }

    /// <summary>The status of the answer.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>MLflow's error code, such as <c>INVALID_PARAMETER_VALUE</c>; null when the answer has none.</summary>
    public string? Code { get; }
}
