using System.Net.Sockets;

namespace ServingLoad;

/// <summary>Asks until it is told to stop. Each connection has a thread of its own.</summary>
internal static class Load
{
    /// <summary>How long one who was refused waits in a closed loop; the server asks for a second at least.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Each connection asks again as soon as it has its answer.</summary>
    public static Task ClosedAsync(int port, int connections, byte[][] requests, Tally tally, TimeProvider time, CancellationToken stop) =>
        OnThreadsAsync(
            connections,
            port,
            (connection, first) =>
            {
                for (var i = first; !stop.IsCancellationRequested; i++)
                {
                    if (Send(connection, requests[i % requests.Length], tally, time, time.GetTimestamp()) is 429 or 503)
                    {
                        stop.WaitHandle.WaitOne(Pause);
                    }
                }
            }
        );

    /// <summary>So many requests a second, however long answers take. A request is late from the moment at which it was due.</summary>
    public static Task OpenAsync(
        int port,
        int connections,
        double rate,
        byte[][] requests,
        Tally tally,
        TimeProvider time,
        CancellationToken stop
    )
    {
        var start = time.GetTimestamp();
        var next = -1L;
        return OnThreadsAsync(
            connections,
            port,
            (connection, _) =>
            {
                while (true)
                {
                    var turn = Interlocked.Increment(ref next);
                    var due = start + (long)(turn / rate * time.TimestampFrequency);
                    var wait = time.GetElapsedTime(time.GetTimestamp(), due);
                    if (stop.WaitHandle.WaitOne(wait > TimeSpan.Zero ? wait : TimeSpan.Zero))
                    {
                        return;
                    }

                    Send(connection, requests[turn % requests.Length], tally, time, due);
                }
            }
        );
    }

    private static Task OnThreadsAsync(int connections, int port, Action<Connection, int> work) =>
        Task.WhenAll(
            Enumerable
                .Range(0, connections)
                .Select(i =>
                    Task.Factory.StartNew(
                        () =>
                        {
                            using var connection = new Connection(port);
                            work(connection, i);
                        },
                        CancellationToken.None,
                        TaskCreationOptions.LongRunning,
                        TaskScheduler.Default
                    )
                )
        );

    /// <returns>The status; 0 when the connection broke.</returns>
    private static int Send(Connection connection, byte[] request, Tally tally, TimeProvider time, long since)
    {
        try
        {
            var reply = connection.Send(request);
            tally.Add(reply, time.GetElapsedTime(since));
            return reply.Status;
        }
        catch (SocketException)
        {
            tally.AddBroken();
            return 0;
        }
    }
}
