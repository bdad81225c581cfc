using System.Buffers.Binary;
using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using System.Security.Cryptography;
using System.Text;

namespace MlPlatform.Pipelines.Internal;

/// <summary>Feeds one method's IL to a hash, with operands as names.</summary>
internal sealed class IlReader(MethodBase method, IncrementalHash hash, Func<MethodBase, int?> number)
{
    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => (OpCode)f.GetValue(null)!)
        .ToDictionary(o => o.Value);

    private readonly Type[] typeArguments = method.DeclaringType is { IsGenericType: true } t ? t.GetGenericArguments() : [];
    private readonly Type[] methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : [];

    public void Append()
    {
        if (method.GetMethodBody() is not { } body || body.GetILAsByteArray() is not { } il)
        {
            Add($"mvid:{method.Module.ModuleVersionId:N}");
            return;
        }

        foreach (var local in body.LocalVariables)
        {
            Add("local:" + NameOf(local.LocalType));
        }

        foreach (var clause in body.ExceptionHandlingClauses)
        {
            Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"try:{clause.Flags}:{clause.TryOffset}:{clause.TryLength}:{clause.HandlerOffset}:{clause.HandlerLength}"
                )
            );
        }

        for (var at = 0; at < il.Length; )
        {
            var code = ReadOpCode(il, ref at);
            Add(code.Name!);
            AppendOperand(code, il, ref at);
        }
    }

    private static OpCode ReadOpCode(byte[] il, ref int at)
    {
        var value = (short)il[at++];
        return value == 0xFE ? OpCodesByValue[(short)(0xFE00 | il[at++])] : OpCodesByValue[value];
    }

    private void AppendOperand(OpCode code, byte[] il, ref int at)
    {
        switch (code.OperandType)
        {
            case OperandType.InlineNone:
                break;
            case OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok:
                AddMember(method.Module.ResolveMember(ReadToken(il, ref at), typeArguments, methodArguments)!);
                break;
            case OperandType.InlineString:
                Add("string:" + method.Module.ResolveString(ReadToken(il, ref at)));
                break;
            case OperandType.InlineSig:
                Add("signature:" + Convert.ToHexString(method.Module.ResolveSignature(ReadToken(il, ref at))));
                break;
            case OperandType.InlineSwitch:
                var bytes = 4 + 4 * BinaryPrimitives.ReadInt32LittleEndian(il.AsSpan(at));
                AddBytes(il.AsSpan(at, bytes));
                at += bytes;
                break;
            default:
                var size = code.OperandType switch
                {
                    OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                    OperandType.InlineVar => 2,
                    OperandType.InlineI8 or OperandType.InlineR => 8,
                    _ => 4,
                };
                AddBytes(il.AsSpan(at, size));
                at += size;
                break;
        }
    }

    private static int ReadToken(byte[] il, ref int at)
    {
        at += 4;
        return BinaryPrimitives.ReadInt32LittleEndian(il.AsSpan(at - 4));
    }

    private void AddMember(MemberInfo member)
    {
        switch (member)
        {
            case MethodBase callee when number(callee) is { } known:
                Add(string.Create(CultureInfo.InvariantCulture, $"call:{known}"));
                if (callee is { IsAbstract: true })
                {
                    Add($"mvid:{callee.Module.ModuleVersionId:N}"); // The target is known only when it runs.
                }

                break;
            case MethodBase callee:
                Add($"method:{NameOf(callee.DeclaringType)}::{callee}@{callee.Module.Assembly.GetName().Version}");
                break;
            case FieldInfo field:
                Add($"field:{NameOf(field.DeclaringType)}::{(IsGenerated(field.Name) ? NameOf(field.FieldType) : field.Name)}");
                break;
            case Type type:
                Add("type:" + NameOf(type));
                break;
            default:
                Add("member:" + member.Name);
                break;
        }
    }

    private static string NameOf(Type? type) =>
        type is null ? string.Empty
        : IsGenerated(type.Name) ? "generated"
        : type.IsGenericType ? $"{type.Namespace}.{type.Name}[{string.Join(',', type.GetGenericArguments().Select(NameOf))}]"
        : type.FullName ?? type.Name;

    private static bool IsGenerated(string name) => name.Contains('<', StringComparison.Ordinal);

    private void Add(string text)
    {
        hash.AppendData(Encoding.UTF8.GetBytes(text));
        hash.AppendData("\n"u8);
    }

    private void AddBytes(ReadOnlySpan<byte> bytes) => hash.AppendData(bytes);
}
