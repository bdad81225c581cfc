using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlPlatform.Registry;
using MlPlatform.Sdk.Internal;

namespace MlPlatform.Sdk;

/// <summary>Logs ML.NET trainings to runs.</summary>
public static class MlNetRunExtensions
{
    /// <summary>Fits an estimator, and logs what ML.NET tells about it.</summary>
    /// <typeparam name="TTransformer">The fitted model.</typeparam>
    /// <param name="run">The run.</param>
    /// <param name="context">The context; its log is read while the estimator is fitted.</param>
    /// <param name="estimator">The estimator.</param>
    /// <param name="data">The training data, read once more for its digest.</param>
    /// <param name="dataset">What the data is called. Default: <c>training</c>.</param>
    /// <param name="cancellationToken">Cancels the logging; ML.NET cannot be stopped.</param>
    /// <remarks>
    /// Logged are: parameter <c>trainer</c>, its hyperparameters as <c>trainer.NAME</c> and those that it tuned by itself as <c>tuned.NAME</c>; the
    /// other steps as <c>pipeline</c>; the data as an input of the run with its schema and a digest of all values; metric
    /// <c>training_duration_seconds</c>; ML.NET's messages as file <c>mlnet/training.log</c>. ML.NET gives no metric of single iterations: log those of
    /// your own with <see cref="IRun.LogMetric"/>, and evaluations with <see cref="LogEvaluation"/>.
    /// </remarks>
    public static async Task<TTransformer> FitAsync<TTransformer>(
        this IRun run,
        MLContext context,
        IEstimator<TTransformer> estimator,
        IDataView data,
        string dataset = "training",
        CancellationToken cancellationToken = default
    )
        where TTransformer : class, ITransformer
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(estimator);
        ArgumentNullException.ThrowIfNull(data);
        await run.LogInputAsync(
                new(dataset, DataViewDigest.Of(data), MlNetSchema.Of(data.Schema))
                {
                    SourceType = "mlnet",
                    Tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["context"] = "training" },
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        await run.LogParamsAsync(EstimatorParams.Of(estimator), cancellationToken).ConfigureAwait(false);
        var messages = new TrainingMessages();
        context.Log += messages.Take;
        TTransformer model;
        var clock = Stopwatch.StartNew();
        try
        {
            model = estimator.Fit(data);
        }
        finally
        {
            context.Log -= messages.Take;
        }

        run.LogMetric("training_duration_seconds", clock.Elapsed.TotalSeconds);
        await run.LogParamsAsync(messages.Tuned, cancellationToken).ConfigureAwait(false);
        using var log = new MemoryStream(Encoding.UTF8.GetBytes(messages.Text));
        await run.LogArtifactAsync("mlnet/training.log", log, cancellationToken).ConfigureAwait(false);
        return model;
    }

    /// <summary>Logs what one of ML.NET's evaluations measured, each number as a metric of its name in snake case: <c>area_under_roc_curve</c>.</summary>
    /// <param name="run">The run.</param>
    /// <param name="metrics">For example <see cref="BinaryClassificationMetrics"/> or <see cref="RegressionMetrics"/>.</param>
    /// <param name="prefix">Comes before each name, with an underscore, for example <c>test</c>.</param>
    /// <param name="step">The step of training.</param>
    /// <exception cref="ArgumentException">The object is none of ML.NET's metrics.</exception>
    public static void LogEvaluation(this IRun run, object metrics, string? prefix = null, long step = 0)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(metrics);
        if (metrics.GetType().Assembly != typeof(BinaryClassificationMetrics).Assembly)
        {
            throw new ArgumentException($"{metrics.GetType()} is none of ML.NET's metrics.", nameof(metrics));
        }

        foreach (var property in metrics.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.PropertyType == typeof(double))
            {
                var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
                run.LogMetric(prefix is null ? name : $"{prefix}_{name}", (double)property.GetValue(metrics)!, step);
            }
        }
    }
}
