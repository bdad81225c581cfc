using Microsoft.ML;
using MlPlatform.Core;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

public sealed class MlNetRuntimeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void MlNet_model_gives_what_the_prediction_engine_gives(int rows)
    {
        var context = new MLContext(1);
        var (model, saved) = MlNetModels.Train(context);
        using var engine = context.Model.CreatePredictionEngine<MlNetModels.TrainingRow, MlNetModels.Result>(model);
        using var runner = MlNetLoader.Load(saved, MlNetModels.Signature);
        using var input = new RequestBuffer(runner.Inputs, rows);
        using var output = new RequestBuffer(runner.Outputs, rows);
        using var program = runner.Bind(input, output);
        var positive = 0;
        for (var round = 0; round < 6; round++)
        {
            var requests = Enumerable
                .Range(0, rows)
                .Select(i => new MlNetModels.TrainingRow
                {
                    Distance = (i * 5) + round,
                    Hour = 4 * round,
                    Airline = i % 2 == 0 ? "AA" : "new",
                })
                .ToList();
            for (var i = 0; i < rows; i++)
            {
                input.Ref<float>(0, i) = requests[i].Distance;
                input.Ref<float>(1, i) = requests[i].Hour;
                input.Text(2, i) = requests[i].Airline;
            }
            program.Run();
            for (var i = 0; i < rows; i++)
            {
                var expected = engine.Predict(requests[i]);
                Assert.Equal(expected.Late, output.Ref<bool>(0, i));
                Assert.Equal(expected.Score, output.Ref<float>(1, i));
                Assert.Equal(expected.Probability, output.Ref<float>(2, i));
                positive += expected.Late ? 1 : 0;
            }
        }
        Assert.InRange(positive, 1, (rows * 6) - 1);
    }

    [Fact]
    public void MlNet_model_is_refused_when_the_signature_differs()
    {
        var (_, saved) = MlNetModels.Train(new(1));
        var inputs = MlNetModels.Signature.Inputs;
        var outputs = MlNetModels.Signature.Outputs;
        Refused("'Speed", new([.. inputs, new("Speed", DataType.Float32)], outputs));
        Refused("'Gain", new(inputs, [new("Gain", DataType.Float32)]));
        Refused("'Score", new(inputs, [new("Score", DataType.Int64)]));
        Refused("'Hour'", new([inputs[0], new("Hour", DataType.Int64), inputs[2]], outputs));

        void Refused(string part, ModelSignature signature) =>
            Assert.Contains(
                part,
                Assert.Throws<InvalidModelPackageException>(() => MlNetLoader.Load(saved, signature)).Message,
                StringComparison.Ordinal
            );
    }

    [Fact]
    public void MlNet_model_is_refused_when_the_bytes_are_no_model() =>
        Assert.Throws<InvalidModelPackageException>(() => MlNetLoader.Load([1, 2, 3], MlNetModels.Signature));
}
