using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Measures what runs of a version cost, before it takes traffic, and whether several rows may share one.</summary>
internal static class Calibration
{
    private const int Rounds = 3;
    private const int CheckedRows = 8;
    private const long MostBytes = 8 << 20;
    private const double LeastTicks = 10 * TimeSpan.TicksPerMicrosecond; // Below it there is nothing to save.
    private const double LeastShapedTicks = 10 * LeastTicks; // Memory for many rows of a shape is seldom there already.
    private const double StillGains = 0.9;
    private const double MostTicks = 0.5 * TimeSpan.TicksPerSecond; // A load is not to take much longer for being measured.
    private const double MostSpreadTicks = 0.25 * TimeSpan.TicksPerSecond;
    private static readonly int[] Sizes = [CheckedRows, 64, 256, 1024, 4096];

    /// <param name="version">A version that is warm.</param>
    /// <param name="rows">What it is run with.</param>
    /// <param name="mostRows">The most rows that requests may share a run for; 1 to let them not.</param>
    /// <param name="clock">What measures.</param>
    /// <exception cref="InvalidModelPackageException">The model fails on a row by itself.</exception>
    public static void Run(LoadedVersion version, WarmRows rows, int mostRows, TimeProvider clock)
    {
        var cost = version.Executor.Cost;
        var alike = rows.ListAlike(version.Inputs);
        var single = rows.Rent(version, alike[0]);
        try
        {
            var maySplit = IsByRow(version) && (!version.Inputs.IsVariable || alike.Length > 1); // Equal rows tell nothing of what they do to each other.
            if (version.Inputs.IsVariable)
            {
                version.Executor.Unit = single.Inputs.Layout.Elements;
            }

            if (version.Inputs.IsVariable || !maySplit)
            {
                Measure(version, rows, clock); // Of all shapes.
            }

            if (!maySplit || Measure(version, single, rows, alike, clock) is not { } singles)
            {
                return;
            }

            var sizes = Sizes.Where(s => s <= mostRows && s * (single.Inputs.Bytes + single.Outputs.Bytes) <= MostBytes).ToList();
            if (cost.Predict(1) < (version.IsVariable ? LeastShapedTicks : LeastTicks) || sizes.Count == 0)
            {
                return;
            }

            var each = cost.Predict(1);
            var largest = 1;
            foreach (var size in sizes)
            {
                if (each * size > MostTicks)
                {
                    break;
                }

                if (!TryMeasure(version, single, rows, alike, size, singles, clock))
                {
                    return; // Rows change each other's answers, or the model does not take as many as it says.
                }

                largest = size;
                if (cost.Predict(size) / size > each * StillGains)
                {
                    break;
                }

                each = cost.Predict(size) / size;
            }

            if (largest > 1)
            {
                version.Executor.Join(mostRows);
            }
        }
        finally
        {
            version.Return(single);
        }
    }

    /// <summary>
    /// Whether one row takes at most a share of the time with a version that it takes with another. The version is run without a pause for up to a quarter of a
    /// second: a kernel that packs the threads of whoever was idle on one processor, as some of virtual machines do, takes some time of work to spread them.
    /// </summary>
    public static bool IsFaster(LoadedVersion version, LoadedVersion other, double share, WarmRows rows, TimeProvider clock)
    {
        var runs = (int)Math.Clamp(MostTicks / other.Executor.Cost.Predict(1), 1, CheckedRows);
        var most = Times(other).Min() * share; // The shortest, since others use the processors too.
        var begun = clock.GetTimestamp();
        do
        {
            if (Times(version).Order().ElementAt(runs / 2) <= most)
            {
                return true;
            }
        } while (clock.GetElapsedTime(begun).Ticks < MostSpreadTicks);

        return false;

        long[] Times(LoadedVersion of) => [.. Enumerable.Range(0, runs).Select(i => Time(of, rows, i, clock))];
    }

    private static void Measure(LoadedVersion version, WarmRows rows, TimeProvider clock)
    {
        var begun = clock.GetTimestamp();
        for (var i = 0; i < CheckedRows && clock.GetElapsedTime(begun).Ticks < MostTicks; i++)
        {
            Time(version, rows, i, clock, isLearned: true);
        }
    }

    private static long Time(LoadedVersion version, WarmRows rows, int index, TimeProvider clock, bool isLearned = false)
    {
        var slot = rows.Rent(version, index);
        try
        {
            var started = clock.GetTimestamp();
            slot.Run();
            var ticks = clock.GetElapsedTime(started).Ticks;
            if (isLearned)
            {
                version.Executor.Cost.Observe(version.Executor.UnitsOf(slot), ticks);
            }

            return ticks;
        }
        finally
        {
            version.Return(slot);
        }
    }

    private static bool IsByRow(LoadedVersion version) =>
        version.Inputs.Tensors.Concat(version.Outputs.Tensors).All(t => t.Dimensions is [< 0, ..])
        && version.Outputs.HasShapesOf(version.Inputs);

    /// <returns>
    /// What came of the rows that a shared run is compared with, one after another; null where that took too long to share runs at all, or is nothing that can be
    /// divided.
    /// </returns>
    private static RequestBuffer[]? Measure(LoadedVersion version, Slot single, WarmRows rows, int[] alike, TimeProvider clock)
    {
        var answers = new RequestBuffer[CheckedRows];
        var begun = clock.GetTimestamp();
        for (var i = 0; i < CheckedRows; i++)
        {
            rows.Write(alike[i % alike.Length], single.Inputs);
            var started = clock.GetTimestamp();
            single.Run();
            version.Executor.Cost.Observe(1, clock.GetElapsedTime(started).Ticks);
            if (!single.Outputs.IsByRow)
            {
                return null;
            }

            answers[i] = new(version.Outputs, 1);
            single.Outputs.CopyRowsTo(answers[i], 0, 0, 1);
            if (clock.GetElapsedTime(begun).Ticks > MostTicks)
            {
                return null;
            }
        }

        return answers;
    }

    private static bool TryMeasure(
        LoadedVersion version,
        Slot single,
        WarmRows rows,
        int[] alike,
        int size,
        RequestBuffer[] singles,
        TimeProvider clock
    )
    {
        Slot? batch = null;
        try
        {
            batch = version.Rent(size, single.Inputs.Layout);
            for (var i = 0; i < size; i++)
            {
                rows.Write(alike[i % alike.Length], single.Inputs);
                single.Inputs.CopyRowsTo(batch.Inputs, 0, i, 1);
            }

            for (var round = 0; round < Rounds; round++)
            {
                var started = clock.GetTimestamp();
                batch.Run();
                if (round > 0) // The first one is slow.
                {
                    version.Executor.Cost.Observe(version.Executor.UnitsOf(batch), clock.GetElapsedTime(started).Ticks);
                }
            }

            for (var i = 0; i < singles.Length; i++)
            {
                batch.Outputs.CopyRowsTo(single.Outputs, i, 0, 1);
                if (!WarmUp.AreAlike(singles[i], single.Outputs))
                {
                    version.Return(batch);
                    return false;
                }
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            batch?.Dispose();
            return false;
        }

        version.Return(batch);
        return true;
    }
}
