using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;

namespace MlPlatform.Sdk.Tests;

/// <summary>The code of the README, compiled and run.</summary>
public sealed class QuickstartTests : IDisposable
{
    private readonly string before = Directory.GetCurrentDirectory();
    private readonly string folder = Directory.CreateTempSubdirectory("mlplatform-").FullName;

    public QuickstartTests() => Directory.SetCurrentDirectory(folder);

    public void Dispose()
    {
        Directory.SetCurrentDirectory(before);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Readme_code_runs()
    {
        var (mlContext, model, data) = TrainedModel.Train();

        // quickstart: begin
        var services = new ServiceCollection();
        services.AddMlPlatform();
        await using var provider = services.BuildServiceProvider();
        var platform = provider.GetRequiredService<IMlPlatform>();

        await using var run = await platform.Experiments.StartRunAsync("churn");
        await run.LogParamAsync("trees", "100");
        run.LogMetric("auc", 0.87);

        var package = ModelPackage.FromMlNet(mlContext, model, data.Schema, "Label");
        var version = await run.RegisterModelAsync("churn", package);
        await platform.Models.SetAliasAsync("churn", "champion", version.Id.Version, ETag.None, new(AliasMoveKind.Human, "first model"));

        var champion = await platform.ModelSource.OpenAsync(ModelReference.Parse("churn@champion")); // bytes verified by digest
        // quickstart: end

        Assert.Equal(version.Id, champion.Id);
        Assert.True(Directory.Exists(Path.Combine(folder, ".mlplatform")));
    }

    [Fact]
    public async Task Readme_shows_the_code_that_runs()
    {
        var root = typeof(QuickstartTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;
        var source = await File.ReadAllLinesAsync(Path.Combine(root, "tests", "MlPlatform.Sdk.Tests", "QuickstartTests.cs"));
        var begin = Array.FindIndex(source, l => l.Trim() == "// quickstart: begin");
        var end = Array.FindIndex(source, l => l.Trim() == "// quickstart: end");
        var code = string.Join('\n', source[(begin + 1)..end].Select(l => l.Length > 8 ? l[8..] : ""));
        var readme = await File.ReadAllTextAsync(Path.Combine(root, "README.md"));
        Assert.Contains(code, readme.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }
}
