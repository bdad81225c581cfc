using Microsoft.Extensions.Options;

namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>Refuses to start with rules that nobody would enforce: an MLflow server moves its aliases for everyone.</summary>
internal sealed class UnsupportedPolicies(IEnumerable<PromotionPolicy> policies, IOptions<RegistryOptions> registry)
    : IValidateOptions<MlflowOptions>
{
    public ValidateOptionsResult Validate(string? name, MlflowOptions options)
    {
        var errors = policies
            .Select(p =>
                $"The promotion policy of '{p.Model}@{p.Alias}' cannot be enforced: with UseMlflow the aliases are an MLflow server's."
            )
            .ToList();
        if (registry.Value.RequireSignature.Count > 0)
        {
            errors.Add(
                $"{RegistryOptions.Section}:{nameof(RegistryOptions.RequireSignature)} cannot be enforced: with UseMlflow the versions are an MLflow server's, which keeps no signatures."
            );
        }

        if (registry.Value.Retention.Count > 0 || registry.Value.PurgeDeletedAfter is not null)
        {
            errors.Add(
                $"{RegistryOptions.Section}:{nameof(RegistryOptions.Retention)} and {nameof(RegistryOptions.PurgeDeletedAfter)} cannot be applied: with UseMlflow the runs and versions are an MLflow server's."
            );
        }

        return errors.Count > 0 ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
    }
}
