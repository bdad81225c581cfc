using System.Reflection;
using BenchmarkDotNet.Attributes;

namespace MlPlatform.Benchmarks;

/// <summary>Runs each benchmark once, without measuring, so that none can rot. A benchmark that throws ends the process with its exception.</summary>
internal static class Smoke
{
    public static async Task RunAsync()
    {
        foreach (
            var type in typeof(Smoke)
                .Assembly.GetTypes()
                .Where(t => t.GetMethods().Any(Is<BenchmarkAttribute>))
                .OrderBy(t => t.Name, StringComparer.Ordinal)
        )
        {
            var instance = Activator.CreateInstance(type)!;
            await InvokeAllAsync<GlobalSetupAttribute>(instance);
            foreach (var method in type.GetMethods().Where(Is<BenchmarkAttribute>))
            {
                await InvokeAllAsync<IterationSetupAttribute>(instance);
                await InvokeAsync(instance, method);
                Console.WriteLine($"{type.Name}.{method.Name} ran");
            }

            await InvokeAllAsync<GlobalCleanupAttribute>(instance);
        }
    }

    private static async Task InvokeAllAsync<TAttribute>(object instance)
        where TAttribute : Attribute
    {
        foreach (var method in instance.GetType().GetMethods().Where(Is<TAttribute>))
        {
            await InvokeAsync(instance, method);
        }
    }

    private static async Task InvokeAsync(object instance, MethodInfo method)
    {
        switch (method.Invoke(instance, BindingFlags.DoNotWrapExceptions, null, null, null))
        {
            case Task task:
                await task;
                break;
            case ValueTask task:
                await task;
                break;
        }
    }

    private static bool Is<TAttribute>(MethodInfo method)
        where TAttribute : Attribute => method.IsDefined(typeof(TAttribute));
}
