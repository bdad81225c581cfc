using System.Text;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace MlPlatform.Sdk.Internal;

/// <summary>What ML.NET says while it trains, but for the coming and going of its channels.</summary>
internal sealed class TrainingMessages
{
    private const string TunedPrefix = "Auto-tuning parameters: ";
    private const int MaximumLength = 1_000_000;

    private readonly Lock gate = new();
    private readonly StringBuilder text = new();
    private readonly Dictionary<string, string> tuned = new(StringComparer.Ordinal);

    public string Text
    {
        get
        {
            lock (gate)
            {
                return text.ToString();
            }
        }
    }

    /// <summary>The hyperparameters that a trainer chose by itself.</summary>
    public IReadOnlyDictionary<string, string> Tuned => tuned;

    public void Take(object? sender, LoggingEventArgs message)
    {
        if (message.Kind == ChannelMessageKind.Trace)
        {
            return;
        }

        lock (gate)
        {
            if (text.Length < MaximumLength)
            {
                text.Append(message.Kind).Append(' ').Append(message.Source).Append(": ").AppendLine(message.RawMessage);
            }

            if (message.RawMessage.StartsWith(TunedPrefix, StringComparison.Ordinal))
            {
                var pair = message.RawMessage[TunedPrefix.Length..].TrimEnd('.');
                var equals = pair.IndexOf('=', StringComparison.Ordinal);
                if (equals > 0)
                {
                    tuned[$"tuned.{Name(pair[..equals])}"] = pair[(equals + 1)..].Trim();
                }
            }
        }
    }

    /// <summary>Names such as <c>L1Threshold (L1/L2)</c> have an explanation that is no part of a key.</summary>
    private static string Name(string text) => text.Split('(')[0].Trim().Replace(' ', '_');
}
