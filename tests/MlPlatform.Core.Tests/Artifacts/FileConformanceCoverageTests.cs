using MlPlatform.Conformance;

namespace MlPlatform.Core.Tests;

public sealed class FileConformanceCoverageTests : ConformanceCoverageTests
{
    protected override IReadOnlyCollection<Type> Required { get; } = [typeof(ArtifactStoreConformanceTests)];

    protected override IReadOnlyDictionary<Type, string> Excluded { get; } =
        new Dictionary<Type, string>
        {
            [typeof(MetadataDatabaseConformanceTests)] = "Files are no database; Storage.Sqlite.Tests runs this suite.",
            [typeof(EventLogConformanceTests)] = "Files are no database; Storage.Sqlite.Tests runs this suite.",
        };
}
