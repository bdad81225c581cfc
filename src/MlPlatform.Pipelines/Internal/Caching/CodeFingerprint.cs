using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace MlPlatform.Pipelines.Internal;

/// <summary>A hash of a body's compiled code and of all it calls in user assemblies.</summary>
/// <remarks>
/// Operands count by name, not by metadata token, so that edits elsewhere change nothing. What cannot be followed (interface and abstract
/// targets of user assemblies, bodies without IL) counts as the version id of the assembly that holds it. See readme.md.
/// </remarks>
internal static class CodeFingerprint
{
    private static readonly ConcurrentDictionary<MethodBase, string> Known = new();

    public static string Of(Delegate body)
    {
        var method = body.Method;
        var version = method.GetCustomAttribute<CodeVersionAttribute>() ?? method.DeclaringType?.GetCustomAttribute<CodeVersionAttribute>();
        return version is not null ? "version:" + version.Version : Known.GetOrAdd(method, Compute) + CapturedValues.Of(body.Target);
    }

    public static bool IsUserCode(Assembly assembly)
    {
        var name = assembly.GetName().Name ?? string.Empty;
        return !assembly.IsDynamic
            && !name.StartsWith("System.", StringComparison.Ordinal)
            && !name.StartsWith("Microsoft.", StringComparison.Ordinal)
            && name is not ("System" or "mscorlib" or "netstandard")
            && assembly != typeof(CodeFingerprint).Assembly
            && assembly != typeof(IArtifactStore).Assembly;
    }

    private static string Compute(MethodBase root)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var order = new Dictionary<MethodBase, int>();
        var queue = new Queue<MethodBase>();
        _ = Number(root, order, queue) ?? Enqueue(root, order, queue);
        while (queue.TryDequeue(out var method))
        {
            new IlReader(method, hash, callee => Number(callee, order, queue)).Append();
        }

        return "il:" + Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>User methods count by when they were first met: the compiler's own names carry positions that change with unrelated edits.</summary>
    private static int? Number(MethodBase callee, Dictionary<MethodBase, int> order, Queue<MethodBase> queue)
    {
        if (callee.DeclaringType?.Assembly is not { } assembly || !IsUserCode(assembly))
        {
            return null;
        }

        // The body of an async method or iterator is the MoveNext of its state machine.
        if (callee.GetCustomAttribute<StateMachineAttribute>()?.StateMachineType is { } machine)
        {
            var type =
                machine.IsGenericTypeDefinition && callee is MethodInfo { IsGenericMethod: true } m
                    ? machine.MakeGenericType([.. TypeArguments(m)])
                    : machine;
            Enqueue(type.GetMethod("MoveNext", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)!, order, queue);
        }

        return Enqueue(callee, order, queue);
    }

    private static IEnumerable<Type> TypeArguments(MethodInfo method) =>
        (method.DeclaringType?.GetGenericArguments() ?? []).Concat(method.GetGenericArguments());

    private static int Enqueue(MethodBase method, Dictionary<MethodBase, int> order, Queue<MethodBase> queue)
    {
        if (!order.TryGetValue(method, out var number))
        {
            order.Add(method, number = order.Count);
            queue.Enqueue(method);
        }

        return number;
    }
}
