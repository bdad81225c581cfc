using System.Runtime.CompilerServices;

namespace MlPlatform.Storage.AzureBlobs.Tests;

/// <summary>A test that needs the service; without one it is skipped with the reason.</summary>
internal sealed class AzureBlobsFactAttribute : FactAttribute
{
    public AzureBlobsFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Skip = TestAzureBlobs.SkipReason;
}
