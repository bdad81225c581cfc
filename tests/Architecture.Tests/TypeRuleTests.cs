using System.Reflection;
using System.Runtime.CompilerServices;

namespace Architecture.Tests;

public sealed class TypeRuleTests
{
    public static TheoryData<string> Packages => [.. Repository.Packages.Keys];

    [Theory]
    [MemberData(nameof(Packages))]
    public void Public_types_are_outside_Internal_and_the_rest_inside(string package)
    {
        foreach (var type in Types(package).Where(t => !t.IsNested))
        {
            var isInternal = type.Namespace?.EndsWith(".Internal", StringComparison.Ordinal) == true;
            Assert.False(type.IsPublic && isInternal, $"{type} is public but in an Internal namespace.");
        }
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Async_methods_end_in_Async_and_take_a_cancellation_token_last(string package)
    {
        var wrong = new List<string>();
        foreach (var type in Types(package).Where(t => t.IsPublic && !t.IsSubclassOf(typeof(Stream))))
        {
            foreach (
                var method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            )
            {
                if (!IsAsync(method.ReturnType) || IsExempt(type, method))
                {
                    continue;
                }

                if (
                    !method.Name.EndsWith("Async", StringComparison.Ordinal)
                    || method.GetParameters().LastOrDefault()?.ParameterType != typeof(CancellationToken)
                )
                {
                    wrong.Add($"{type.Name}.{method.Name}");
                }
            }
        }

        Assert.Empty(wrong);
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Registration_methods_on_the_builder_return_it(string package)
    {
        var methods = Types(package)
            .Where(t => t.IsPublic && t.Namespace == "Microsoft.Extensions.DependencyInjection")
            .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(m => m.IsDefined(typeof(ExtensionAttribute)) && m.GetParameters()[0].ParameterType.Name == "IMlPlatformBuilder");
        Assert.Empty(methods.Where(m => m.ReturnType.Name != "IMlPlatformBuilder").Select(m => m.Name));
    }

    private static IEnumerable<Type> Types(string package) =>
        Assembly.Load(package).GetTypes().Where(t => !t.IsDefined(typeof(CompilerGeneratedAttribute)));

    private static bool IsAsync(Type type) =>
        type == typeof(Task)
        || type == typeof(ValueTask)
        || (
            type.IsGenericType
            && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>))
        );

    private static bool IsExempt(Type type, MethodInfo method) =>
        method.IsSpecialName
        || method.Name is "DisposeAsync"
        || method.IsDefined(typeof(Xunit.FactAttribute)) // A suite's facts are sentences.
        || type.GetMethods().Any(m => m.IsDefined(typeof(Xunit.FactAttribute)))
        // Inside a unit of work a cancelled half is worse than a finished whole: its few methods take no token.
        || type.Name is "IUnitOfWork" or "UnitOfWork"
        || method.GetParameters().Any(p => p.ParameterType.Name == "IUnitOfWork");
}
