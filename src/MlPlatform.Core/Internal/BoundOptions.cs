using System.Globalization;
using System.Reflection;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MlPlatform.Core.Internal;

/// <summary>One class of options and the section that it is bound to.</summary>
internal abstract class BoundOptions(string section)
{
    private static readonly string[] SecretWords = ["secret", "password", "token", "key", "connectionstring", "credential"];

    public string Section { get; } = section;

    /// <summary>The configuration paths that the class reads.</summary>
    public IEnumerable<string> Keys => Properties.Select(KeyOf);

    protected abstract IReadOnlyList<PropertyInfo> Properties { get; }

    /// <summary>The values in force, each with its digest and where it came from; values whose names sound secret have no digest.</summary>
    public IEnumerable<ResolvedKey> Resolve(IServiceProvider services, IConfiguration? configuration)
    {
        var (inForce, initial, bound) = Instances(services, configuration);
        foreach (var property in Properties.Where(IsValue))
        {
            var key = KeyOf(property);
            var value = TextOf(property.GetValue(inForce));
            var isDefault = string.Equals(value, TextOf(property.GetValue(initial)), StringComparison.Ordinal);
            var isBound =
                configuration?.GetSection(key).Exists() == true
                && string.Equals(value, TextOf(property.GetValue(bound)), StringComparison.Ordinal);
            var source =
                isBound ? SourceOf(configuration!, key)
                : isDefault ? "default"
                : "code";
            var isSecret = SecretWords.Any(w => property.Name.Contains(w, StringComparison.OrdinalIgnoreCase));
            yield return new(key, isSecret ? null : ArtifactDigest.Of(Encoding.UTF8.GetBytes(value)).ToString(), isDefault, source);
        }
    }

    protected abstract (object InForce, object Initial, object Bound) Instances(IServiceProvider services, IConfiguration? configuration);

    /// <summary>Whether a property holds one value rather than a collection or an object of its own.</summary>
    protected static bool IsValue(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return property.CanWrite && (type == typeof(string) || type == typeof(bool) || type.IsAssignableTo(typeof(IFormattable)));
    }

    private string KeyOf(PropertyInfo property) => $"{Section}:{property.Name}";

    private static string SourceOf(IConfiguration configuration, string key)
    {
        var provider = (configuration as IConfigurationRoot)?.Providers.LastOrDefault(p => p.TryGet(key, out _));
        return provider?.GetType().Name.Replace("ConfigurationProvider", string.Empty, StringComparison.Ordinal) ?? "configuration";
    }

    private static string TextOf(object? value) =>
        value switch
        {
            null => string.Empty,
            IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? string.Empty,
        };
}

/// <inheritdoc/>
internal sealed class BoundOptions<TOptions>(string section) : BoundOptions(section)
    where TOptions : class
{
    protected override IReadOnlyList<PropertyInfo> Properties { get; } =
    [.. typeof(TOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance).OrderBy(p => p.Name, StringComparer.Ordinal)];

    protected override (object InForce, object Initial, object Bound) Instances(IServiceProvider services, IConfiguration? configuration)
    {
        var bound = Activator.CreateInstance<TOptions>();
        configuration?.GetSection(Section).Bind(bound);
        return (services.GetRequiredService<IOptions<TOptions>>().Value, Activator.CreateInstance<TOptions>(), bound);
    }
}
