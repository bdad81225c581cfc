using Microsoft.ML;

namespace MlPlatform.Sdk.Tests;

/// <summary>A small real ML.NET model.</summary>
internal static class TrainedModel
{
    public static (MLContext Context, ITransformer Model, IDataView Data) Train()
    {
        var context = new MLContext(seed: 1);
        var random = new Random(1);
        var rows = Enumerable
            .Range(0, 400)
            .Select(i =>
            {
                var x = (float)random.NextDouble();
                return new Row
                {
                    X = x,
                    Kind = i % 2 == 0 ? "a" : "b",
                    Label = x > 0.5,
                };
            });
        var data = context.Data.LoadFromEnumerable(rows.ToList());
        var pipeline = context
            .Transforms.Categorical.OneHotEncoding("KindEncoded", "Kind")
            .Append(context.Transforms.Concatenate("Features", "X", "KindEncoded"))
            .Append(
                context.BinaryClassification.Trainers.SdcaLogisticRegression(new() { NumberOfThreads = 1, MaximumNumberOfIterations = 20 })
            );
        return (context, pipeline.Fit(data), data);
    }
}
