using System.Globalization;
using MlPlatform.Monitoring;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace FlightDelay;

/// <summary>Charts as SVG, drawn here, so that the page needs no script.</summary>
internal static class Charts
{
    private static readonly OxyColor[] Colors =
    [
        OxyColor.FromRgb(0x1f, 0x5f, 0xbf),
        OxyColor.FromRgb(0xd9, 0x6b, 0x0b),
        OxyColor.FromRgb(0x1a, 0x7f, 0x37),
        OxyColor.FromRgb(0x8a, 0x3f, 0xb0),
        OxyColor.FromRgb(0xc1, 0x27, 0x2d),
        OxyColor.FromRgb(0x55, 0x55, 0x66),
    ];

    /// <summary>The points with their 95 % interval, a colour for each version, and a line where an alert opened.</summary>
    public static string Auc(IReadOnlyList<MonitorEvaluation> days, IReadOnlyList<Summary.AlertRow> alerts)
    {
        var model = New("0.00");
        foreach (var (version, i) in days.Select(d => d.Version).Distinct().Order().Select((v, i) => (v, i)))
        {
            var series = new ErrorSeriesOfDays($"v{version}", Colors[i % Colors.Length]);
            foreach (var day in days.Where(d => d.Version == version && double.IsFinite(d.Performance!.Auc)))
            {
                series.Add(day.WindowStart, day.Performance!.Auc, day.Performance.AucLow, day.Performance.AucHigh);
            }

            series.AddTo(model);
        }

        foreach (var alert in alerts.DistinctBy(a => (a.At, a.Monitor)))
        {
            model.Annotations.Add(
                new LineAnnotation
                {
                    Type = LineAnnotationType.Vertical,
                    X = DateTimeAxis.ToDouble(alert.At.UtcDateTime),
                    Color = OxyColor.FromRgb(0xc1, 0x27, 0x2d),
                    LineStyle = LineStyle.Dash,
                    Text = alert.Monitor.Split('/')[^1],
                    TextColor = OxyColor.FromRgb(0xc1, 0x27, 0x2d),
                }
            );
        }

        return Draw(model);
    }

    public static string Calibration(IReadOnlyList<MonitorEvaluation> days)
    {
        var model = New("0 %");
        Add(model, "predicted", days, d => d.Performance!.MeanPredicted, Colors[0]);
        Add(model, "observed", days, d => d.Performance!.MeanObserved, Colors[1]);
        return Draw(model);
    }

    /// <summary>The six columns with the greatest effect, each effect as a multiple of its threshold.</summary>
    public static string Drift(IReadOnlyList<MonitorEvaluation> days)
    {
        var model = New("0.0");
        var columns = days.SelectMany(d => d.Statistics)
            .Where(s => double.IsFinite(s.Value) && s.Threshold > 0)
            .GroupBy(s => s.Column, StringComparer.Ordinal)
            .OrderByDescending(g => g.Max(s => s.Value / s.Threshold))
            .Take(Colors.Length)
            .Select(g => g.Key);
        foreach (var (column, i) in columns.Select((c, i) => (c, i)))
        {
            Add(model, column, days, d => Effect(d, column), Colors[i]);
        }

        model.Annotations.Add(
            new LineAnnotation
            {
                Type = LineAnnotationType.Horizontal,
                Y = 1,
                Color = OxyColors.Gray,
            }
        );
        return Draw(model);
    }

    private static double Effect(MonitorEvaluation day, string column) =>
        day
            .Statistics.Where(s => s.Column == column && double.IsFinite(s.Value) && s.Threshold > 0)
            .Select(s => s.Value / s.Threshold)
            .DefaultIfEmpty(double.NaN)
            .Max();

    private static void Add(
        PlotModel model,
        string title,
        IReadOnlyList<MonitorEvaluation> days,
        Func<MonitorEvaluation, double> value,
        OxyColor color
    )
    {
        var line = new LineSeries
        {
            Title = title,
            Color = color,
            StrokeThickness = 1.6,
        };
        line.Points.AddRange(days.Select(d => new DataPoint(DateTimeAxis.ToDouble(d.WindowStart.UtcDateTime), value(d))));
        model.Series.Add(line);
    }

    private static PlotModel New(string format)
    {
        var model = new PlotModel
        {
            Culture = CultureInfo.InvariantCulture,
            PlotAreaBorderThickness = new(0, 0, 0, 1),
            PlotMargins = new(48, 8, 8, 28),
            DefaultFontSize = 12,
        };
        model.Axes.Add(
            new DateTimeAxis
            {
                Position = AxisPosition.Bottom,
                StringFormat = "d MMM",
                MajorStep = 7,
                MinorTickSize = 0,
            }
        );
        model.Axes.Add(
            new LinearAxis
            {
                Position = AxisPosition.Left,
                StringFormat = format,
                MajorGridlineStyle = LineStyle.Solid,
                MajorGridlineColor = OxyColor.FromRgb(0xe3, 0xe6, 0xea),
                MinorTickSize = 0,
            }
        );
        return model;
    }

    /// <summary>The names stand in HTML above the drawing: a server cannot measure text well enough to lay them out inside.</summary>
    private static string Draw(PlotModel model)
    {
        var names = model.Series.OfType<XYAxisSeries>().Where(s => s.Title is not null).Select(Name);
        return $"<p class=\"legend\">{string.Concat(names)}</p>"
            + new SvgExporter
            {
                Width = 960,
                Height = 300,
                IsDocument = false,
            }.ExportToString(model);
    }

    private static string Name(XYAxisSeries series)
    {
        var color = series is LineSeries line ? line.Color : ((ScatterErrorSeries)series).MarkerFill;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"<span><i style=\"background:#{color.R:x2}{color.G:x2}{color.B:x2}\"></i>{System.Net.WebUtility.HtmlEncode(series.Title)}</span>"
        );
    }
}
