namespace MlPlatform.Serving.Internal;

/// <summary>Runs a model that takes one number of rows only as often as a request needs it.</summary>
/// <remarks>What is missing in the last round is that round's last row again, since a row of zeros may be none that the model can take.</remarks>
internal sealed class FixedBatchProgram(IModelRunner runner, int batch, RequestBuffer inputs, RequestBuffer outputs) : IModelProgram
{
    private readonly BoundModel model = new(runner, batch, inputs.Layout);

    public long Bytes => model.Bytes;

    public void Run()
    {
        for (var from = 0; from < inputs.Rows; from += batch)
        {
            var rows = Math.Min(batch, inputs.Rows - from);
            inputs.CopyRowsTo(model.Inputs, from, 0, rows);
            for (var row = rows; row < batch; row++)
            {
                inputs.CopyRowsTo(model.Inputs, from + rows - 1, row, 1);
            }

            model.Run();
            model.Outputs.CopyRowsTo(outputs, 0, from, rows);
        }
    }

    public void Dispose() => model.Dispose();
}
