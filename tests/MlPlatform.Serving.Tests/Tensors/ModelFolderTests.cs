using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using MlPlatform.Core;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

public sealed class ModelFolderTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("mlp-models-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task Models_of_a_folder_are_loaded_at_start_and_described_by_themselves()
    {
        Add("one", 1);
        Add("one", 10);
        Add("one", 9);
        Add("two", 3);
        Directory.CreateDirectory(Path.Combine(root, "empty", "1"));
        await File.WriteAllBytesAsync(Folder("broken", 1), [1, 2, 3], Token);
        await using var host = Start();
        await StartAsync(host);
        var server = host.Get<IInferenceServer>();
        Assert.Equal(
            ["one@champion", "two@champion"],
            server.ListOpen().Where(m => m.Version is not null).Select(m => m.Reference).Order()
        );
        var model = await server.DescribeAsync(ModelReference.Parse("one@champion"), Token);
        Assert.Equal((new ModelVersionId("one", 10), ModelRuntime.Onnx), (model.Version, model.Runtime));
        Assert.Equal([-1, 1], Assert.Single(model.Inputs).Shape);
        Assert.Equal(ModelPackages.Answer(9, 2), await AskAsync(host, "one@v9"), 5);
        var thrown = await Assert.ThrowsAsync<ModelUnavailableException>(() => AskAsync(host, "broken@champion"));
        Assert.Contains("not a well-formed ONNX model", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2.5, new[] { "a@champion", "b@champion" })]
    [InlineData(0.5, new[] { "a@champion" })] // None has room: the first one stays.
    public async Task What_has_no_room_at_the_start_is_loaded_when_it_is_asked_for(double models, string[] first)
    {
        foreach (var name in new[] { "a", "b", "c" })
        {
            Add(name, 1);
        }

        var size = new FileInfo(Folder("a", 1)).Length;
        await using var host = Start(TimeProvider.System, (long)(models * size)); // A clock that goes: which one was used last counts.
        await StartAsync(host);
        var server = host.Get<IInferenceServer>();
        Assert.Equal(first, server.ListOpen().Select(m => m.Reference));
        Assert.Equal(ModelPackages.Answer(1, 2), await AskAsync(host, "c@champion"), 5);
    }

    [Fact]
    public async Task A_new_version_answers_within_a_second_and_so_does_the_one_before_once_it_is_gone()
    {
        var work = new FakeTimeProvider(new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
        Add("m", 1);
        await using var host = Start(work);
        await StartAsync(host);
        Assert.Equal(ModelPackages.Answer(1, 2), await AskAsync(host, "m@champion"), 5);
        Add("m", 2);
        await UntilAsync(host, work, ModelPackages.Answer(2, 2));
        Remove("m", 2);
        await UntilAsync(host, work, ModelPackages.Answer(1, 2));
    }

    [Fact]
    public async Task A_version_whose_file_is_written_anew_answers_anew()
    {
        var work = new FakeTimeProvider(new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
        Add("m", 1);
        await using var host = Start(work);
        await StartAsync(host);
        Assert.Equal(ModelPackages.Answer(1, 2), await AskAsync(host, "m@champion"), 5);
        var file = Folder("m", 1);
        await File.WriteAllBytesAsync(file, OnnxWriter.Logistic([1], 4 * 0.25f), Token);
        File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file).AddSeconds(1)); // Within one tick of the file system's clock otherwise.
        await UntilAsync(host, work, ModelPackages.Answer(4, 2));
        Assert.Equal(1, (await host.Get<IInferenceServer>().DescribeAsync(ModelReference.Parse("m@champion"), Token)).Version.Version);
    }

    [Fact]
    public async Task A_version_that_came_after_a_look_and_went_before_the_next_is_told_of_if_somebody_opened_it()
    {
        var work = new FakeTimeProvider(new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
        Add("m", 1);
        await using var host = Start(work);
        var source = host.Get<ServedSource>();
        await using var changes = source.WatchAsync("m", Token).GetAsyncEnumerator(Token);
        Assert.True(await changes.MoveNextAsync());
        Assert.Equal(1, changes.Current.Version);
        Add("m", 2);
        Assert.Equal(2, (await source.OpenAsync(ModelReference.Parse("m@champion"), Token)).Id.Version);
        Remove("m", 2);
        var next = changes.MoveNextAsync().AsTask();
        work.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await next.WaitAsync(TimeSpan.FromSeconds(30), Token));
        Assert.Equal(1, changes.Current.Version);
        Assert.Equal(1, (await source.OpenAsync(ModelReference.Parse("m@champion"), Token)).Id.Version);
        next = changes.MoveNextAsync().AsTask();
        for (var i = 0; i < 100; i++)
        {
            work.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
            Assert.False(next.IsCompleted); // It is said once.
        }

        Add("m", 3);
        while (!next.IsCompleted)
        {
            work.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
            Token.ThrowIfCancellationRequested();
        }

        Assert.Equal(3, changes.Current.Version);
    }

    [Fact]
    public async Task To_load_is_to_take_up_the_newest_version_and_to_say_when_that_cannot_be()
    {
        Add("m", 1);
        await using var host = Start();
        var server = host.Get<IInferenceServer>();
        var model = ModelReference.Parse("m@champion");
        await server.LoadAsync(model, Token);
        Add("m", 2);
        await server.LoadAsync(model, Token);
        Assert.Equal(ModelPackages.Answer(2, 2), await AskAsync(host, "m@champion"), 5);
        await File.WriteAllBytesAsync(Folder("m", 3), [1, 2, 3], Token);
        await Assert.ThrowsAsync<ModelUnavailableException>(() => server.LoadAsync(model, Token));
        Assert.Equal(ModelPackages.Answer(2, 2), await AskAsync(host, "m@champion"), 5);
        Add("m", 3);
        await server.LoadAsync(model, Token); // At once, not after the pause between tries.
        Assert.Equal(ModelPackages.Answer(3, 2), await AskAsync(host, "m@champion"), 5);

        await File.WriteAllBytesAsync(Folder("n", 1), [1, 2, 3], Token);
        await Assert.ThrowsAsync<ModelUnavailableException>(() => server.LoadAsync(ModelReference.Parse("n@champion"), Token));
        Add("n", 1);
        await server.LoadAsync(ModelReference.Parse("n@champion"), Token);
        await Assert.ThrowsAsync<AssetNotFoundException>(() => server.LoadAsync(ModelReference.Parse("absent@champion"), Token));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_empty_or_no_file_is_refused_and_the_version_before_goes_on(bool isPipe)
    {
        Assert.SkipWhen(isPipe && !OperatingSystem.IsLinux(), "Pipes with a name are made by a command of Linux.");
        var work = new FakeTimeProvider(new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
        Add("m", 1);
        await using var host = Start(work);
        await StartAsync(host);
        var path = Folder("m", 2);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (isPipe)
        {
            using var made = Process.Start("mkfifo", [path]);
            await made.WaitForExitAsync(Token);
        }
        else
        {
            await File.WriteAllBytesAsync(path, [], Token);
        }

        var thrown = await Assert.ThrowsAsync<ModelUnavailableException>(() => host.Server.RefreshAsync("m", Token));
        Assert.Contains("is empty, or no file", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(ModelPackages.Answer(1, 2), await AskAsync(host, "m@champion"), 5);
        Add("m", 3);
        await UntilAsync(host, work, ModelPackages.Answer(3, 2));
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("../outside")]
    [InlineData("a/../m")]
    [InlineData("a\\b")]
    [InlineData("m/")]
    [InlineData("/etc")]
    [InlineData("m\0")]
    [InlineData("absent")]
    public async Task A_name_that_is_not_of_a_folder_is_asked_of_the_model_source(string name)
    {
        Add("m", 1);
        await using var host = Start();
        await Assert.ThrowsAsync<AssetNotFoundException>(async () =>
            await host.Get<IInferenceServer>().DescribeAsync(ModelReference.ByAlias(name, "champion"), Token)
        );
        if (name.IndexOfAny(['\\', '\0']) >= 0)
        {
            return; // No name of the models of these tests either.
        }

        host.Packages.Add(7, model: name);
        await host.Models.SetAliasAsync(name, "champion", 7);
        Assert.Equal(
            7,
            (await host.Get<IInferenceServer>().DescribeAsync(ModelReference.ByAlias(name, "champion"), Token)).Version.Version
        );
    }

    [Theory]
    [InlineData("m@v2")]
    [InlineData("m@challenger")]
    public async Task What_a_folder_does_not_have_is_not_found_and_said(string reference)
    {
        Add("m", 1);
        await using var host = Start();
        var thrown = await Assert.ThrowsAsync<AssetNotFoundException>(() => AskAsync(host, reference));
        Assert.Contains("versions 1, of which 'champion' is the highest", thrown.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_does_not_exist_is_refused_at_start()
    {
        await using var host = new ServingHost(b => b.AddServing(o => o.ModelRepository = Path.Combine(root, "absent")));
        Assert.Throws<OptionsValidationException>(() => host.Get<IInferenceServer>());
    }

    private ServingHost Start(TimeProvider? work = null, long room = 0) =>
        new(b => b.AddServing(o => (o.ModelRepository, o.ResidentVersions, o.MaxOpenModelBytes) = (root, 0, room)), work: work);

    private static async Task StartAsync(ServingHost host)
    {
        var service = host.Get<IEnumerable<IPlatformService>>().OfType<ModelServerService>().Single();
        await service.StartAsync(Token);
        await service.Opened;
        Assert.False(host.Server.IsLoading);
    }

    /// <summary>Ends with the test's time if it never answers so.</summary>
    private static async Task UntilAsync(ServingHost host, FakeTimeProvider work, float expected)
    {
        while (Math.Abs(await AskAsync(host, "m@champion") - expected) > 1e-5)
        {
            work.Advance(TimeSpan.FromSeconds(1));
            Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static async Task<float> AskAsync(ServingHost host, string reference)
    {
        var request = new TensorRequest([NamedTensor.Create("features", [1, 1], 2f)]);
        var answer = await host.Get<IInferenceServer>().PredictAsync(ModelReference.Parse(reference), request, default, Token);
        return answer.Value[0].ToArray<float>()[0];
    }

    private void Add(string model, int version) => File.WriteAllBytes(Folder(model, version), OnnxWriter.Logistic([1], version * 0.25f));

    private void Remove(string model, int version) => Directory.Delete(Path.GetDirectoryName(Folder(model, version))!, recursive: true);

    private string Folder(string model, int version)
    {
        var folder = Directory.CreateDirectory(Path.Combine(root, model, $"{version}"));
        return Path.Combine(folder.FullName, "model.onnx");
    }
}
