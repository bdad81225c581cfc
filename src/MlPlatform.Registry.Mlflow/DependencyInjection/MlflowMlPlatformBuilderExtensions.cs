using Microsoft.Extensions.DependencyInjection.Extensions;
using MlPlatform.Core;
using MlPlatform.Registry.Mlflow;
using MlPlatform.Registry.Mlflow.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the import from MLflow.</summary>
public static class MlflowMlPlatformBuilderExtensions
{
    /// <summary>Adds <see cref="IMlrunsImporter"/>. Safe to repeat.</summary>
    /// <param name="builder">The builder.</param>
    public static IMlPlatformBuilder AddMlflowImport(this IMlPlatformBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddRegistry();
        builder.Services.TryAddSingleton<IMlrunsImporter, MlrunsImporter>();
        return builder;
    }
}
