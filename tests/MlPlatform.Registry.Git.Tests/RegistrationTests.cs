using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Registry.Git.Internal;

namespace MlPlatform.Registry.Git.Tests;

public sealed class RegistrationTests
{
    [Fact]
    public void Git_is_asked_whether_it_is_registered_before_or_after_the_registry()
    {
        foreach (var first in new[] { true, false })
        {
            var services = new ServiceCollection();
            var builder = services.AddMlPlatformCore();
            _ = first ? builder.UseGit().AddRegistry() : builder.AddRegistry().UseGit().UseGit();

            using var provider = services.BuildServiceProvider();
            Assert.IsType<GitRevision>(provider.GetRequiredService<ISourceRevision>());
            Assert.Single(services, d => d.ServiceType == typeof(ISourceRevision));
        }

        Assert.Throws<ArgumentNullException>(() => GitMlPlatformBuilderExtensions.UseGit(null!));
    }

    [Fact]
    public void This_very_code_has_a_revision()
    {
        var services = new ServiceCollection();
        services.AddMlPlatformCore().UseGit();
        using var provider = services.BuildServiceProvider();
        var found = provider.GetRequiredService<ISourceRevision>().Find();

        Assert.True(found is null or { Commit.Length: 40 }); // Null where the sources were copied out of their repository.
    }
}
