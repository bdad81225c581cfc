using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using MlPlatform.Core;
using Npgsql;

namespace MlPlatform.Storage.PostgreSql.Internal;

/// <summary>Tells other processes which topics changed, and wakes the waiters of this one when another tells.</summary>
/// <remarks>
/// A NOTIFY inside a transaction would make commits queue behind each other: the server takes one lock for all of them. So topics are sent after
/// the commit, by a connection of their own, those of many commits at once. A message that is lost costs a second: whoever waits also polls.
/// </remarks>
internal sealed class ChangeSignals(PostgreSqlConnections connections, string channel, IChangeFeed changes, ILogger logger)
    : IAsyncDisposable
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Reconnect = TimeSpan.FromSeconds(1);
    private static readonly string[] AllTopics =
    [
        ChangeTopics.Events,
        ChangeTopics.Models,
        ChangeTopics.Features,
        ChangeTopics.Steps,
        ChangeTopics.Rollouts,
    ];

    private readonly string self = RandomNumberGenerator.GetHexString(16);
    private readonly HashSet<string> pending = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private readonly CancellationTokenSource stop = new();
    private Task sending = Task.CompletedTask;
    private Task? listening;

    /// <summary>Begins to listen; repeating it is harmless.</summary>
    public void Start()
    {
        lock (gate)
        {
            listening ??= Task.Run(ListenAsync, CancellationToken.None);
        }
    }

    /// <summary>Publishes in this process at once, and to the others soon.</summary>
    public void Publish(IReadOnlyCollection<string> topics)
    {
        foreach (var topic in topics)
        {
            changes.Publish(topic);
        }

        if (topics.Count == 0)
        {
            return;
        }

        lock (gate)
        {
            pending.UnionWith(topics);
            if (sending.IsCompleted && !stop.IsCancellationRequested)
            {
                sending = Task.Run(SendAsync, CancellationToken.None);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        Task[] tasks;
        lock (gate)
        {
            tasks = [sending, listening ?? Task.CompletedTask];
        }

        await Task.WhenAll(tasks).ConfigureAwait(false);
        stop.Dispose();
    }

    private async Task SendAsync()
    {
        while (TakePending() is { } topics)
        {
            try
            {
                await using var connection = await connections.Writer.OpenConnectionAsync(stop.Token).ConfigureAwait(false);
                await using var command = new NpgsqlCommand("SELECT pg_notify($1, $2)", connection);
                command.Parameters.Add(new() { Value = channel });
                command.Parameters.Add(new() { Value = $"{self} {string.Join(' ', topics)}" });
                await command.ExecuteNonQueryAsync(stop.Token).ConfigureAwait(false);
                await Task.Delay(Quiet, TimeProvider.System, stop.Token).ConfigureAwait(false); // What comes meanwhile goes together.
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e)
            {
                Log.SignalNotSent(logger, connections.Target, e); // The commit stands, and the others poll.
            }
        }
    }

    /// <summary>Null when there is nothing, and then the sender has ended: a topic that comes later starts a new one.</summary>
    private string[]? TakePending()
    {
        lock (gate)
        {
            if (pending.Count == 0)
            {
                sending = Task.CompletedTask;
                return null;
            }

            string[] topics = [.. pending];
            pending.Clear();
            return topics;
        }
    }

    private async Task ListenAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = await connections.Listener.OpenConnectionAsync(stop.Token).ConfigureAwait(false);
                connection.Notification += (_, n) => Receive(n.Payload);
                await using (var command = new NpgsqlCommand($"LISTEN {channel}", connection))
                {
                    await command.ExecuteNonQueryAsync(stop.Token).ConfigureAwait(false);
                }

                Array.ForEach(AllTopics, changes.Publish); // Anything may have changed while nobody listened.
                while (true)
                {
                    await connection.WaitAsync(stop.Token).ConfigureAwait(false);
                }
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.ListenerLost(logger, connections.Target, e);
            }

            await Task.Delay(Reconnect, TimeProvider.System, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Receive(string payload)
    {
        var parts = payload.Split(' ');
        if (!string.Equals(parts[0], self, StringComparison.Ordinal))
        {
            Array.ForEach(parts[1..], changes.Publish);
        }
    }
}
