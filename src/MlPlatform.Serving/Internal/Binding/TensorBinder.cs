using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Binds tensors to a version's own: any request that fits, of any number of rows.</summary>
/// <param name="maximumRows">The most rows of a request.</param>
/// <param name="largestDimension">The largest size of a variable dimension.</param>
internal sealed class TensorBinder(int maximumRows, int largestDimension) : IVersionBinder<TensorRequest, IReadOnlyList<NamedTensor>>
{
    public Task<BoundVersion<TensorRequest, IReadOnlyList<NamedTensor>>> BindAsync(
        LoadedVersion version,
        CancellationToken cancellationToken
    ) =>
        Task.FromResult(
            new BoundVersion<TensorRequest, IReadOnlyList<NamedTensor>>(
                version,
                (request, buffer, _) => Write(request, buffer),
                (buffer, _) => Read(buffer),
                null
            )
            {
                Rows = request => RowsOf(request, version),
                Layout = version.Inputs.IsVariable
                    ? request => version.Inputs.With(i => Find(request, version.Inputs.Tensors[i]).Shape, largestDimension)
                    : null,
            }
        );

    /// <exception cref="PredictionInputException">The request does not fit the version.</exception>
    private int RowsOf(TensorRequest request, LoadedVersion version)
    {
        var tensors = version.Inputs.Tensors;
        long? rows = null;
        for (var i = 0; i < tensors.Count; i++) // By index, here and below: an enumerator of a list by its interface is an object.
        {
            var tensor = tensors[i];
            var given = Find(request, tensor);
            var own = CheckShape(tensor, given);
            if (rows is { } known && own != known)
            {
                throw new PredictionInputException($"Input '{tensor.Name}' has {own} rows, others {known}.");
            }

            rows = own;
        }

        if (request.Inputs.Count > tensors.Count)
        {
            throw Extra(request, tensors);
        }

        for (var i = 0; i < request.Outputs.Count; i++)
        {
            var output = request.Outputs[i];
            if (!Has(version.Outputs, output))
            {
                throw new PredictionInputException($"The model has no output '{output}'; it has {NamesOf(version.Outputs.Tensors)}.");
            }
        }

        return rows <= maximumRows
            ? (int)(rows ?? 1)
            : throw new PredictionInputException($"A request has at most {maximumRows} rows; this one has {rows}.");
    }

    private static NamedTensor Find(TensorRequest request, TensorSlot tensor)
    {
        NamedTensor? found = null;
        for (var i = 0; i < request.Inputs.Count; i++)
        {
            var input = request.Inputs[i];
            if (IsNamed(tensor, input.Name))
            {
                found = found is null ? input : throw new PredictionInputException($"Input '{tensor.Name}' is there twice.");
            }
        }

        if (found is null)
        {
            throw new PredictionInputException($"Input '{tensor.Name}' is missing.");
        }

        return found.Type == tensor.Type || (found.Type == DataType.Int64 && tensor.Type == DataType.Timestamp)
            ? found
            : throw new PredictionInputException($"Input '{tensor.Name}' is of {found.Type}; the model takes {tensor.Type}.");
    }

    /// <returns>The number of rows.</returns>
    private static long CheckShape(TensorSlot tensor, NamedTensor given)
    {
        var (own, shape) = (tensor.Dimensions, given.Shape);
        var fits = own.Length == shape.Count;
        for (var i = 0; fits && i < own.Length; i++)
        {
            fits = own[i] < 0 || own[i] == shape[i];
        }

        // A scalar column is a list of values to some clients, and a matrix of one column to others.
        fits |= tensor.Elements == 1 && own is [-1] or [-1, 1] && shape is [_] or [_, 1];
        return fits
            ? (own.Length == 0 ? 1 : shape[0])
            : throw new PredictionInputException(
                $"Input '{tensor.Name}' has shape [{string.Join(',', shape)}]; the model takes [{string.Join(',', own)}]."
            );
    }

    private static void Write(TensorRequest request, RequestBuffer buffer)
    {
        for (var i = 0; i < buffer.Layout.Tensors.Count; i++)
        {
            var tensor = buffer.Layout.Tensors[i];
            var given = Find(request, tensor);
            if (tensor.Type == DataType.String)
            {
                var texts = buffer.Texts(i);
                for (var e = 0; e < texts.Length; e++)
                {
                    texts[e] = given.Texts[e];
                }

                continue;
            }

            var data = given.Data.Span;
            if (tensor.Type == DataType.Bool && data.ContainsAnyExceptInRange((byte)0, (byte)1))
            {
                throw new PredictionInputException($"Input '{tensor.Name}' has a truth value that is neither 0 nor 1.");
            }

            data.CopyTo(buffer.BytesOf(i));
        }
    }

    private static NamedTensor[] Read(RequestBuffer buffer)
    {
        var tensors = new NamedTensor[buffer.Layout.Tensors.Count];
        for (var i = 0; i < tensors.Length; i++)
        {
            var tensor = buffer.Layout.Tensors[i];
            var shape = buffer.ShapeOf(i);
            tensors[i] =
                tensor.Type == DataType.String
                    ? new(tensor.Name, shape, [.. buffer.Texts(i)])
                    : new(tensor.Name, tensor.Type, shape, buffer.BytesOf(i).ToArray());
        }

        return tensors;
    }

    private static bool Has(BufferLayout layout, string name) => layout.Tensors.Any(t => IsNamed(t, name));

    private static PredictionInputException Extra(TensorRequest request, IReadOnlyList<TensorSlot> tensors)
    {
        var extra = request.Inputs.First(i => !tensors.Any(t => IsNamed(t, i.Name)));
        return new($"The model has no input '{extra.Name}'; it has {NamesOf(tensors)}.");
    }

    private static bool IsNamed(TensorSlot tensor, string name) => string.Equals(tensor.Name, name, StringComparison.Ordinal);

    private static string NamesOf(IEnumerable<TensorSlot> tensors) => string.Join(", ", tensors.Select(t => $"'{t.Name}'"));
}
