namespace MlPlatform.AspNetCore.Internal;

/// <summary>The names and numbers that an enumeration has on the wire.</summary>
internal sealed class MlflowEnum<T>(params IReadOnlyList<(string Name, int Number, T Value)> members)
    where T : struct, Enum
{
    public string Names => string.Join(", ", members.Select(m => m.Name));

    public string NameOf(T value) => members.First(m => EqualityComparer<T>.Default.Equals(m.Value, value)).Name;

    public T? Find(string name)
    {
        foreach (var member in members)
        {
            if (string.Equals(member.Name, name, StringComparison.Ordinal))
            {
                return member.Value;
            }
        }

        return null;
    }

    public T? Find(long number)
    {
        foreach (var member in members)
        {
            if (member.Number == number)
            {
                return member.Value;
            }
        }

        return null;
    }
}
