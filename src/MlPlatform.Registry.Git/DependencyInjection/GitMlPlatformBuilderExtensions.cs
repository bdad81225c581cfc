using Microsoft.Extensions.DependencyInjection.Extensions;
using MlPlatform.Core;
using MlPlatform.Registry;
using MlPlatform.Registry.Git.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Reads the revision of the code from git.</summary>
public static class GitMlPlatformBuilderExtensions
{
    /// <summary>Runs record the commit of the git working copy that the process was started in, and whether it had changes that are in no commit.</summary>
    /// <param name="builder">The builder.</param>
    /// <remarks>
    /// Outside of a working copy the commit that the build wrote into the application is recorded. When both are there and differ, the build's is, since
    /// that is the code that runs; its state is then unknown.
    /// </remarks>
    public static IMlPlatformBuilder UseGit(this IMlPlatformBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.RemoveAll<ISourceRevision>().AddSingleton<ISourceRevision, GitRevision>();
        return builder;
    }
}
