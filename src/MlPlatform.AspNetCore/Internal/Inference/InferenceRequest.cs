using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>A request for inference, read and checked as far as the protocol goes.</summary>
internal sealed class InferenceRequest
{
    public string? Id { get; init; }

    /// <summary>Microseconds; 0 is none.</summary>
    public long Timeout { get; init; }

    /// <summary>1 is the most urgent, 2 the usual one; 0 is none.</summary>
    public long Priority { get; init; }

    /// <summary>Whether outputs that do not say so themselves come as bytes.</summary>
    public bool BinaryOutput { get; init; }

    public required IReadOnlyList<NamedTensor> Inputs { get; init; }

    public IReadOnlyList<RequestedOutput> Outputs { get; init; } = [];

    /// <summary>Its place among those that wait.</summary>
    public PredictionPriority Rank =>
        Priority switch
        {
            1 => PredictionPriority.High,
            > 2 => PredictionPriority.Low,
            _ => PredictionPriority.Normal,
        };

    public TensorRequest ToTensors()
    {
        if (Outputs.Count == 0)
        {
            return new(Inputs);
        }

        var names = new string[Outputs.Count];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = Outputs[i].Name;
        }

        return new(Inputs) { Outputs = names };
    }

    public bool IsBinary(string output)
    {
        foreach (var requested in Outputs)
        {
            if (string.Equals(requested.Name, output, StringComparison.Ordinal))
            {
                return requested.Binary ?? BinaryOutput;
            }
        }

        return BinaryOutput;
    }
}
