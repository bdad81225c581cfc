using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

/// <summary>What breaks the callers of a model when its signature changes.</summary>
internal static class SignatureDifference
{
    public static IReadOnlyList<string> Breaking(ModelSignature before, ModelSignature after)
    {
        var found = new List<string>();
        foreach (var input in after.Inputs)
        {
            if (Find(before.Inputs, input.Name) is not { } old)
            {
                if (!input.Nullable)
                {
                    found.Add($"input {input} is new and mandatory");
                }
            }
            else if (old.Nullable && !input.Nullable)
            {
                found.Add($"input '{input.Name}' may no longer be missing");
            }
            else if (!SameShape(old, input) || !(old.Type == input.Type || Widens(old.Type, input.Type)))
            {
                found.Add($"input {old} is now {input}");
            }
        }

        // An input that is gone would be refused as unknown by a strict server.
        found.AddRange(before.Inputs.Where(i => Find(after.Inputs, i.Name) is null).Select(i => $"input '{i.Name}' is gone"));
        foreach (var output in before.Outputs)
        {
            if (Find(after.Outputs, output.Name) is not { } now)
            {
                found.Add($"output '{output.Name}' is gone");
            }
            else if (now.Type != output.Type || !SameShape(output, now) || (now.Nullable && !output.Nullable))
            {
                found.Add($"output {output} is now {now}");
            }
        }

        return found;
    }

    private static DataColumn? Find(IReadOnlyList<DataColumn> columns, string name) =>
        columns.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.Ordinal));

    private static bool SameShape(DataColumn a, DataColumn b) =>
        a.IsList == b.IsList && (a.Shape ?? []).SequenceEqual(b.Shape ?? []) && a.Shape is null == b.Shape is null;

    /// <summary>Whether each value of a type is a value of the other, exactly.</summary>
    private static bool Widens(DataType from, DataType to) =>
        (from, to) switch
        {
            (DataType.Int8, DataType.Int16 or DataType.Int32 or DataType.Int64 or DataType.Float32 or DataType.Float64) => true,
            (DataType.Int16, DataType.Int32 or DataType.Int64 or DataType.Float32 or DataType.Float64) => true,
            (DataType.Int32, DataType.Int64 or DataType.Float64) => true,
            (
                DataType.UInt8,
                DataType.UInt16
                    or DataType.UInt32
                    or DataType.UInt64
                    or DataType.Int16
                    or DataType.Int32
                    or DataType.Int64
                    or DataType.Float32
                    or DataType.Float64
            ) => true,
            (
                DataType.UInt16,
                DataType.UInt32
                    or DataType.UInt64
                    or DataType.Int32
                    or DataType.Int64
                    or DataType.Float32
                    or DataType.Float64
            ) => true,
            (DataType.UInt32, DataType.UInt64 or DataType.Int64 or DataType.Float64) => true,
            (DataType.Float16 or DataType.BFloat16, DataType.Float32 or DataType.Float64) => true,
            (DataType.Float32, DataType.Float64) => true,
            _ => false,
        };
}
