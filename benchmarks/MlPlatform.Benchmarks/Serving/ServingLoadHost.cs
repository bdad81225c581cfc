using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.ObjectPool;
using Microsoft.ML;
using Microsoft.ML.OnnxRuntime;
using MlPlatform.AspNetCore;
using MlPlatform.Core;
using MlPlatform.Registry;
using MlPlatform.Sdk;
using MlPlatform.Serving;
using MlPlatform.TestSupport;
using RunOptions = Microsoft.ML.OnnxRuntime.RunOptions;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace MlPlatform.Benchmarks;

/// <summary>The server of <see cref="ServingLoad"/>, in a process of its own: <c>--serving-host FOLDER MAXBATCHROWS watched|unwatched</c>.</summary>
internal static partial class ServingLoadHost
{
    public static readonly (string Name, int Inputs, Func<byte[]> Write)[] Models =
    [
        ("mlp_small", 30, () => OnnxWriter.Dense([30, 64, 64, 2], 1)),
        ("gbt100", 30, () => OnnxWriter.Trees(100, 6, 30, 2)),
        ("gbt500", 30, () => OnnxWriter.Trees(500, 6, 30, 3)),
        ("mlp_big", 512, () => OnnxWriter.Dense([512, 2048, 2048, 10], 4)),
        ("any_length", 128, () => OnnxWriter.Pooled([2048, 2048, 10], 5)),
    ];

    public static async Task RunAsync(string[] args)
    {
        var at = Array.IndexOf(args, "--serving-host");
        var folder = args[at + 1];
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.ConfigureHttpJsonOptions(o => o.SerializerOptions.TypeInfoResolverChain.Insert(0, Json.Default));
        var isWatched = args[at + 3] == "watched";
        var data = Path.Combine(folder, isWatched ? "data" : "unwatched");
        var platform = isWatched
            ? builder.Services.AddMlPlatform(o => o.DataDirectory = data)
            : builder.Services.AddMlPlatformCore(o => o.DataDirectory = data).UseSqlite().AddRegistry();
        platform
            .AddServing(o =>
            {
                o.ModelRepository = Path.Combine(folder, "models");
                o.MaxBatchRows = int.Parse(args[at + 2], CultureInfo.InvariantCulture);
            })
            .AddPredictor<ModelRow, ModelAnswer>("trees@champion")
            .AddAspNetCore();
        await using var app = builder.Build();
        var ends = app.Lifetime.ApplicationStopping;
        app.MapMlPlatform();
        var hello = "Hello, World!"u8.ToArray();
        app.MapGet(
            "/plaintext",
            (HttpContext context) =>
            {
                context.Response.ContentType = "text/plain";
                context.Response.ContentLength = hello.Length;
                return context.Response.Body.WriteAsync(hello, context.RequestAborted).AsTask();
            }
        );
        app.MapPost(
            "/read",
            async (HttpContext context) =>
            {
                var read = await context.Request.BodyReader.ReadAtLeastAsync((int)context.Request.ContentLength!, context.RequestAborted);
                context.Request.BodyReader.AdvanceTo(read.Buffer.End);
                context.Response.ContentType = "application/json";
                context.Response.ContentLength = hello.Length;
                await context.Response.Body.WriteAsync(hello, context.RequestAborted);
            }
        );
        var observer = app.Services.GetService<IPredictionObserver>();
        app.MapGet(
            "/allocated",
            async () =>
            {
                await (observer?.FlushAsync(cancellationToken: ends) ?? Task.CompletedTask); // Who has predicted pays for what is stored of it.
                return GC.GetTotalAllocatedBytes(precise: true).ToString(CultureInfo.InvariantCulture);
            }
        );
        using var pool = new HandWritten(
            await File.ReadAllBytesAsync(Path.Combine(folder, "models", "mlp_small", "1", "model.onnx"), ends)
        );
        app.MapPost("/hand", (Row row) => new Scores(pool.Run(row.Features)));
        using var engines = new Engines(ends);
        await engines.RegisterAsync(app.Services.GetRequiredService<IModelRegistry>());
        app.MapPost("/engine", (ModelRow row) => engines.Predict(row));
        app.MapPredict<ModelRow, ModelAnswer>("/score", "trees@champion");
        await app.StartAsync(ends);
        var server = app.Services.GetRequiredService<IModelServer>();
        while (server.IsLoading)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, ends);
        }

        Console.WriteLine(app.Urls.Single());
        await Console.In.ReadLineAsync(ends); // Until the parent closes it.
        await app.StopAsync(CancellationToken.None);
    }

    internal sealed record Row(float[] Features);

    internal sealed record Scores(float[] Probability);

    [JsonSerializable(typeof(ModelRow))]
    [JsonSerializable(typeof(ModelAnswer))]
    [JsonSerializable(typeof(PredictionReply<ModelAnswer>))]
    [JsonSerializable(typeof(Row))]
    [JsonSerializable(typeof(Scores))]
    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    internal sealed partial class Json : JsonSerializerContext;

    /// <summary>What a careful team writes by hand: one session, and a pool of bound buffers.</summary>
    private sealed class HandWritten : IDisposable
    {
        private readonly InferenceSession session;
        private readonly DefaultObjectPool<Bound> pool;
        private readonly RunOptions options = new();

        public HandWritten(byte[] model)
        {
            using var settings = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
            session = new(model, settings);
            pool = new(new Policy(session), 64);
        }

        public float[] Run(float[] features)
        {
            var bound = pool.Get();
            features.CopyTo(bound.Input, 0);
            session.RunWithBinding(options, bound.Binding);
            var answer = bound.Output.ToArray();
            pool.Return(bound);
            return answer;
        }

        public void Dispose()
        {
            options.Dispose();
            session.Dispose();
        }

        private sealed class Policy(InferenceSession session) : IPooledObjectPolicy<Bound>
        {
            public Bound Create() => new(session);

            public bool Return(Bound obj) => true;
        }

        private sealed class Bound
        {
            public Bound(InferenceSession session)
            {
                Binding = session.CreateIoBinding();
                Binding.BindInput("features", OrtValue.CreateTensorValueFromMemory(Input, [1, 30]));
                Binding.BindOutput("probability", OrtValue.CreateTensorValueFromMemory(Output, [1, 2]));
            }

            public float[] Input { get; } = new float[30];

            public float[] Output { get; } = new float[2];

            public OrtIoBinding Binding { get; }
        }
    }

    /// <summary>What a team writes today for a model of ML.NET: a pool of prediction engines.</summary>
    private sealed class Engines : IDisposable
    {
        private readonly CancellationToken ends;
        private readonly MLContext context = new(seed: 1);
        private readonly ITransformer model;
        private readonly DataViewSchema schema;
        private readonly DefaultObjectPool<PredictionEngine<ModelRow, ModelAnswer>> pool;

        public Engines(CancellationToken ends)
        {
            this.ends = ends;
            var data = context.Data.LoadFromEnumerable(ModelRow.Many(20_000));
            schema = data.Schema;
            model = context
                .Transforms.Concatenate("Features", [.. ModelRow.Names])
                .Append(context.BinaryClassification.Trainers.FastTree(numberOfTrees: 50))
                .Fit(data);
            pool = new(new Policy(() => context.Model.CreatePredictionEngine<ModelRow, ModelAnswer>(model)), 64);
        }

        /// <summary>Makes the platform serve the same model.</summary>
        public async Task RegisterAsync(IModelRegistry registry)
        {
            var version = await registry.RegisterVersionAsync("trees", ModelPackage.FromMlNet(context, model, schema, "Label"), null, ends);
            await registry.PromoteAsync(version.Id, cancellationToken: ends);
        }

        public ModelAnswer Predict(ModelRow row)
        {
            var engine = pool.Get();
            var answer = engine.Predict(row);
            pool.Return(engine);
            return answer;
        }

        public void Dispose() => (model as IDisposable)?.Dispose();

        private sealed class Policy(Func<PredictionEngine<ModelRow, ModelAnswer>> make)
            : IPooledObjectPolicy<PredictionEngine<ModelRow, ModelAnswer>>
        {
            public PredictionEngine<ModelRow, ModelAnswer> Create() => make();

            public bool Return(PredictionEngine<ModelRow, ModelAnswer> obj) => true;
        }
    }
}
