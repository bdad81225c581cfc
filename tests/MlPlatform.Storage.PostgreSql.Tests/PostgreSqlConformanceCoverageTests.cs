using MlPlatform.Conformance;

namespace MlPlatform.Storage.PostgreSql.Tests;

public sealed class PostgreSqlConformanceCoverageTests : ConformanceCoverageTests
{
    protected override IReadOnlyCollection<Type> Required { get; } =
    [typeof(MetadataDatabaseConformanceTests), typeof(EventLogConformanceTests)];

    protected override IReadOnlyDictionary<Type, string> Excluded { get; } =
        new Dictionary<Type, string>
        {
            [typeof(ArtifactStoreConformanceTests)] =
                "PostgreSQL holds no artifacts; Core's files do, and Core.Tests runs this suite on them.",
        };
}
