using System.Reflection;

namespace MlPlatform.Registry.Internal;

internal sealed class BuildRevision : ISourceRevision
{
    public SourceRevision? Find() => SourceRevision.OfBuild(Assembly.GetEntryAssembly());
}
