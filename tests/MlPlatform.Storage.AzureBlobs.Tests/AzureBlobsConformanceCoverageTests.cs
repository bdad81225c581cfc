using MlPlatform.Conformance;

namespace MlPlatform.Storage.AzureBlobs.Tests;

public sealed class AzureBlobsConformanceCoverageTests : ConformanceCoverageTests
{
    private const string NoDatabase = "Blobs are no database; the database providers run this suite.";

    protected override IReadOnlyCollection<Type> Required { get; } = [typeof(ArtifactStoreConformanceTests)];

    protected override IReadOnlyDictionary<Type, string> Excluded { get; } =
        new Dictionary<Type, string>
        {
            [typeof(MetadataDatabaseConformanceTests)] = NoDatabase,
            [typeof(EventLogConformanceTests)] = NoDatabase,
        };
}
