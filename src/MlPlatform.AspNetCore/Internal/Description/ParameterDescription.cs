using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>A parameter of a route: part of the path, a header or the body, by the parameter's name and attributes.</summary>
internal sealed class ParameterDescription(ParameterInfo parameter) : IParameterBindingMetadata
{
    public string Name => ParameterInfo.Name!;

    public bool HasTryParse => false;

    public bool HasBindAsync => false;

    public ParameterInfo ParameterInfo { get; } = parameter;

    public bool IsOptional => ParameterInfo.HasDefaultValue;
}
