namespace MlPlatform.Pipelines.Tests;

internal static class KillChild
{
    public const string Variable = "MLPLATFORM_TEST_PIPELINE_KILL";

    public static Task RunAsync(string folder) => Task.FromException(new InvalidOperationException(folder));
}
