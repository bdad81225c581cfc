using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.Sdk.Tests;

public sealed class MlNetRunTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_training_logs_itself()
    {
        var directory = Directory.CreateTempSubdirectory("mlp-autolog-").FullName;
        var services = new ServiceCollection();
        services.AddMlPlatformCore(o => o.DataDirectory = directory).UseTestDatabase(directory);
        services.AddMlPlatform();
        await using (var provider = services.BuildServiceProvider())
        {
            var tracker = provider.GetRequiredService<IExperimentTracker>();
            var context = new MLContext(1);
            var data = context.Data.LoadFromEnumerable(Rows(400));
            var estimator = context
                .Transforms.Concatenate("Features", nameof(Labelled.A), nameof(Labelled.B))
                .Append(context.BinaryClassification.Trainers.SdcaLogisticRegression(maximumNumberOfIterations: 5));
            RunId id;
            await using (var run = await tracker.StartRunAsync("autolog", new() { Provenance = new() { Seed = 1 } }, Cancel))
            {
                id = run.Id;
                var model = await run.FitAsync(context, estimator, data, cancellationToken: Cancel);
                run.LogEvaluation(context.BinaryClassification.Evaluate(model.Transform(data)), "test");
            }

            var info = (await tracker.GetRunAsync(id, Cancel))!;
            Assert.Equal("SdcaLogisticRegressionBinaryTrainer", info.Params["trainer"]);
            Assert.Equal("5", info.Params["trainer.MaximumNumberOfIterations"]);
            Assert.Equal("Label", info.Params["trainer.LabelColumnName"]);
            Assert.Equal("ColumnConcatenatingEstimator > SdcaLogisticRegressionBinaryTrainer", info.Params["pipeline"]);
            Assert.Contains("tuned.L2", info.Params.Keys);
            var input = Assert.Single(info.Inputs);
            Assert.Equal(("training", "mlnet", "training"), (input.Name, input.SourceType, input.Tags["context"]));
            Assert.Equal(["A", "B", "Name", "Label"], input.Schema!.Columns.Select(c => c.Name));
            Assert.InRange(info.Metrics["test_area_under_roc_curve"].Value, 0.8, 1);
            Assert.True(info.Metrics["training_duration_seconds"].Value > 0);
            using var log = new StreamReader(await tracker.OpenArtifactAsync(id, "mlnet/training.log", Cancel));
            Assert.Contains("Auto-tuning parameters: L2", await log.ReadToEndAsync(Cancel), StringComparison.Ordinal);
        }

        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public void Equal_data_has_an_equal_digest_and_any_change_another()
    {
        var context = new MLContext();
        string Digest(IEnumerable<Labelled> rows) => Internal.DataViewDigest.Of(context.Data.LoadFromEnumerable(rows));
        var digest = Digest(Rows(50));

        Assert.Equal(digest, Digest(Rows(50)));
        Assert.InRange(digest.Length, 1, 36); // As long as MLflow takes.
        var others = new Func<Labelled[], Labelled[]>[]
        {
            r => r[..49],
            r => [.. r.Reverse()],
            r => Change(r, x => x.A += 1e-6f),
            r => Change(r, x => x.Label = !x.Label),
            r => Change(r, x => x.Name += "x"),
        };
        Assert.Equal(others.Length + 1, others.Select(o => Digest(o(Rows(50)))).Append(digest).Distinct().Count());
        var vectors = context.Transforms.Concatenate("Features", "A", "B").Fit(context.Data.LoadFromEnumerable(Rows(50)));
        Assert.NotEqual(digest, Internal.DataViewDigest.Of(vectors.Transform(context.Data.LoadFromEnumerable(Rows(50)))));
    }

    [Fact]
    public async Task What_is_no_evaluation_is_refused()
    {
        var directory = Directory.CreateTempSubdirectory("mlp-autolog-").FullName;
        var services = new ServiceCollection();
        services.AddMlPlatformCore(o => o.DataDirectory = directory).UseTestDatabase(directory);
        services.AddMlPlatform();
        await using (var provider = services.BuildServiceProvider())
        {
            await using var run = await provider.GetRequiredService<IExperimentTracker>().StartRunAsync("e", cancellationToken: Cancel);
            Assert.Throws<ArgumentException>(() => run.LogEvaluation(new { Auc = 1.0 }));
        }

        Directory.Delete(directory, recursive: true);
    }

    private static Labelled[] Change(Labelled[] rows, Action<Labelled> change)
    {
        change(rows[^1]);
        return rows;
    }

    private static Labelled[] Rows(int count)
    {
        var random = new Random(5);
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(i =>
                {
                    var (a, b) = ((float)random.NextDouble(), (float)random.NextDouble());
                    return new Labelled
                    {
                        A = a,
                        B = b,
                        Name = $"n{i}",
                        Label = a + b > 1,
                    };
                }),
        ];
    }

    private sealed class Labelled
    {
        public float A { get; set; }

        public float B { get; set; }

        public string Name { get; set; } = string.Empty;

        [ColumnName("Label")]
        public bool Label { get; set; }
    }
}
