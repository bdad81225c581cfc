using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using MlPlatform.Benchmarks;

if (args.Contains("--smoke"))
{
    await Smoke.RunAsync();
    await RegistryGrowth.RunAsync(["1000"]);
    return;
}

if (args.Contains("--serving-host"))
{
    await ServingLoadHost.RunAsync(args);
    return;
}

if (args.Contains("--serving-load"))
{
    await ServingLoad.RunAsync(args);
    return;
}

if (args.Contains("--mlflow-load"))
{
    await MlflowLoad.RunAsync(args);
    return;
}

if (args.Contains("--registry-growth"))
{
    await RegistryGrowth.RunAsync(args);
    return;
}

// In process: the generated projects of the default toolchain do not inherit central package versions. Each class holds its own baseline.
var quick = args.Contains("--quick");

// The bounds keep all of them together near ten minutes, also on a machine that is too busy for narrow errors.
var job = Job
    .Default.WithToolchain(InProcessEmitToolchain.Instance)
    .WithMaxWarmupCount(8)
    .WithMinIterationCount(8)
    .WithMaxIterationCount(15);
BenchmarkSwitcher
    .FromAssembly(typeof(Program).Assembly)
    .Run([.. args.Where(a => a != "--quick")], DefaultConfig.Instance.AddJob(quick ? job.WithWarmupCount(2).WithIterationCount(5) : job));
