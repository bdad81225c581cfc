using Microsoft.ML;
using Microsoft.ML.Data;
using MlPlatform.Core;

namespace MlPlatform.Serving.Tests;

/// <summary>A small logistic regression over two numbers and a category.</summary>
internal static class MlNetModels
{
    public static readonly ModelSignature Signature = new(
        [new("Distance", DataType.Float32), new("Hour", DataType.Float32), new("Airline", DataType.String) { Nullable = true }],
        [new("PredictedLabel", DataType.Bool), new("Score", DataType.Float32), new("Probability", DataType.Float32)]
    );

    public static (ITransformer Model, byte[] Saved) Train(MLContext context)
    {
        var rows = Enumerable
            .Range(0, 200)
            .Select(i => new TrainingRow
            {
                Distance = i % 17,
                Hour = i % 24,
                Airline = i % 3 == 0 ? "AA" : "BB",
                Label = (i % 17) + ((i % 24) / 2) + (i % 3) > 14,
            });
        var data = context.Data.LoadFromEnumerable(rows);
        var model = context
            .Transforms.Categorical.OneHotEncoding("AirlineCode", "Airline")
            .Append(context.Transforms.Concatenate("Features", "Distance", "Hour", "AirlineCode"))
            .Append(context.BinaryClassification.Trainers.SdcaLogisticRegression(maximumNumberOfIterations: 20))
            .Fit(data);
        using var stream = new MemoryStream();
        context.Model.Save(model, data.Schema, stream);
        return (model, stream.ToArray());
    }

    internal sealed class TrainingRow
    {
        public float Distance { get; set; }
        public float Hour { get; set; }
        public string Airline { get; set; } = string.Empty;
        public bool Label { get; set; }
    }

    internal sealed class Result
    {
        [ColumnName("PredictedLabel")]
        public bool Late { get; set; }
        public float Score { get; set; }
        public float Probability { get; set; }
    }
}
