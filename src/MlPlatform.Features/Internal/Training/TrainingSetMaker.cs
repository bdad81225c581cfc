using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>Joins the views of a service to given rows, view by view, and runs the transforms by the code that also runs online.</summary>
internal sealed class TrainingSetMaker(
    IOfflineEngine engine,
    SourceHistory history,
    SegmentFiles files,
    TrainingStatistics statistics,
    IConsumptionRecorder consumption,
    IActorAccessor actors
)
{
    /// <summary>A hidden feature of a join that is null exactly where nothing matched.</summary>
    private const string MatchedColumn = "__matched";

    public async Task<TrainingSet> MakeAsync<TRow>(
        AppliedModel model,
        ServicePlan plan,
        IReadOnlyList<TRow> rows,
        TrainingSetOptions options,
        CancellationToken cancellationToken
    )
        where TRow : class
    {
        var frame = TrainingFrame.Of(plan, rows, options.EventTime);
        var features = new FeatureColumn?[plan.Schema.Columns.Count];
        foreach (var (column, target) in plan.Requests)
        {
            features[target] = frame[column.Name];
        }

        foreach (var (feature, i) in plan.Schema.Columns.Select((c, i) => (c, i)))
        {
            if (features[i] is null && frame.Columns.Any(c => string.Equals(c.Column.Name, feature.Name, StringComparison.Ordinal)))
            {
                throw new FeatureInputException(plan.Reference, feature.Name, "is a feature and a given column too; rename the column");
            }
        }

        var counts = new List<TrainingViewCounts>();
        var joined = new List<JoinedView>();
        using var sources = new HistoryTables(history, files);
        foreach (var read in plan.Reads)
        {
            var view = await JoinAsync(read.Definition, frame, sources, options.KnownAt, cancellationToken).ConfigureAwait(false);
            joined.Add(view);
            var result = view.Result;
            counts.Add(
                new(read.Definition.Name, model.Version(read.Definition), result.Matched, result.OutOfTimeToLive, result.NoRow, result.Late)
            );
            for (var f = 0; f < read.Features.Length; f++)
            {
                features[read.Targets[f]] = Named(view.Columns[read.Features[f]], plan.Schema.Columns[read.Targets[f]]);
            }
        }

        foreach (var run in plan.Transforms)
        {
            Transform(plan, run, frame, run.Read < 0 ? null : joined[run.Read], features, cancellationToken);
        }

        consumption.Record(actors.Current, plan.Asset, "train");
        var given = new HashSet<string>(plan.Requests.Select(r => r.Column.Name), StringComparer.Ordinal);
        var set = new TrainingSet(
            plan.Reference,
            [.. plan.Schema.Columns.Select(c => c.Name)],
            counts,
            [.. frame.Columns, .. features.OfType<FeatureColumn>().Where(f => !given.Contains(f.Column.Name))],
            frame.Rows
        );
        await statistics.RecordAsync(plan.Asset, set, frame[frame.TimeColumn], cancellationToken).ConfigureAwait(false);
        return set;
    }

    private async Task<JoinedView> JoinAsync(
        StoredViewDefinition view,
        TrainingFrame frame,
        HistoryTables sources,
        bool knownAt,
        CancellationToken cancellationToken
    )
    {
        if (knownAt && view.Source.CreatedColumn is null)
        {
            throw new FeatureInputException(
                view.Source.Name,
                "created time",
                "is not declared, so what was known at a time cannot be told"
            );
        }

        var columns = view.Source.Shape.Columns;
        var keys = view.Keys.Select(k => k.Name).ToArray();
        var eventTime = columns[view.Source.EventTime].Name;
        var source = new OfflineSource(
            await sources.GetAsync(view.Source, cancellationToken).ConfigureAwait(false),
            [.. view.SourceKeys.Select(k => columns[k].Name)],
            eventTime
        )
        {
            CreatedTimeColumn = view.Source.CreatedColumn,
            SequenceColumn = SourceDefinition.SequenceColumn,
        };
        if (view.Tiles is null)
        {
            var join = new PointInTimeView(
                source,
                keys,
                [.. view.Inputs.Select((input, i) => (columns[input].Name, view.Row.Columns[i].Name)), (eventTime, MatchedColumn)]
            )
            {
                TimeToLive = view.TimeToLive,
                KnownAt = knownAt,
            };
            var result = await engine.JoinAsync(frame.ToFrame(keys), join, cancellationToken).ConfigureAwait(false);
            return new(result, [.. result.Columns.Take(view.Inputs.Length)], Array.ConvertAll(result.Columns[^1].Nulls, n => !n));
        }

        var windows = view.TileFeatures.Select(f => new WindowFeature(
            f.Name,
            f.Function,
            f.Input < 0 ? null : columns[view.Inputs[f.Input]].Name,
            TimeSpan.FromMicroseconds(f.Window),
            TimeSpan.FromMicroseconds(f.Hop)
        ));
        var aggregated = await engine
            .AggregateAsync(frame.ToFrame(keys), new(source, keys, [.. windows]) { KnownAt = knownAt }, cancellationToken)
            .ConfigureAwait(false);
        var usable = new bool[frame.Rows];
        var required = keys.Append(frame.TimeColumn).Select(n => frame[n].Nulls).ToArray();
        for (var row = 0; row < usable.Length; row++)
        {
            usable[row] = Array.TrueForAll(required, n => !n[row]); // The counts of an empty window are a row too.
        }

        return new(aggregated, aggregated.Columns, usable);
    }

    private static void Transform(
        ServicePlan plan,
        TransformRun run,
        TrainingFrame frame,
        JoinedView? view,
        FeatureColumn?[] features,
        CancellationToken cancellationToken
    )
    {
        var inputs = Array.ConvertAll(run.Definition.Request.Columns, c => frame[c.Name]);
        var writers = Array.ConvertAll(run.Targets, t => new ColumnWriter(plan.Schema.Columns[t], frame.Rows, plan.Reference));
        var request = new FeatureValue[inputs.Length];
        var input = view is null ? null : new FeatureValue[view.Columns.Count];
        var output = new FeatureValue[run.Definition.Row.Columns.Length];
        for (var row = 0; row < frame.Rows; row++)
        {
            if ((row & 0xFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            Load(inputs, request, row);
            Array.Clear(output);
            if (run.IsComplete(request))
            {
                var found = view is not null && view.Found[row];
                if (found)
                {
                    Load(view!.Columns, input!, row);
                }

                run.Run(request, found ? input : null, output, row);
            }

            for (var f = 0; f < writers.Length; f++)
            {
                writers[f].Set(row, output[run.Features[f]]);
            }
        }

        for (var f = 0; f < writers.Length; f++)
        {
            features[run.Targets[f]] = writers[f].Column;
        }
    }

    private static void Load(IReadOnlyList<FeatureColumn> columns, FeatureValue[] values, int row)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = columns[i].Value(row);
        }
    }

    private static FeatureColumn Named(FeatureColumn column, DataColumn schema) => column with { Column = schema };
}
