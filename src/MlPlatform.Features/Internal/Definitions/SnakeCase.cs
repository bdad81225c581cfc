using System.Text;

namespace MlPlatform.Features.Internal;

/// <summary>The name of a column by the name of its property: <c>MeanDelay24h</c> is <c>mean_delay24h</c>, <c>UserID</c> is <c>user_id</c>.</summary>
internal static class SnakeCase
{
    public static string Of(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            var begins = char.IsUpper(name[i]) && i > 0 && name[i - 1] != '_';
            if (begins && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1]))))
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(name[i]));
        }

        return text.ToString();
    }
}
