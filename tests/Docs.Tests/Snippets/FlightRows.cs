using Microsoft.ML;

namespace Docs.Tests.Snippets;

/// <summary>Made-up flights and a small real model of them, always the same.</summary>
internal static class FlightRows
{
    public static IReadOnlyList<FlightRow> Make(int count)
    {
        var random = new Random(7);
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(i =>
                {
                    var distance = (float)(random.NextDouble() * 2000);
                    var late = random.NextDouble() < 0.1 + (distance / 2500);
                    return new FlightRow
                    {
                        Carrier = i % 3 == 0 ? "AA" : "UA",
                        Distance = distance,
                        Late = late,
                    };
                }),
        ];
    }

    public static ITransformer Train(MLContext context, IDataView rows) =>
        context
            .Transforms.Categorical.OneHotEncoding("CarrierCode", "Carrier")
            .Append(context.Transforms.Concatenate("Inputs", "CarrierCode", "Distance"))
            .Append(context.Transforms.NormalizeMinMax("Features", "Inputs"))
            .Append(context.BinaryClassification.Trainers.LbfgsLogisticRegression("Late"))
            .Fit(rows);
}
