using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace FlightDelay;

/// <summary>A point a day with its interval: a scatter with error bars, and a thin line through the points.</summary>
internal sealed class ErrorSeriesOfDays(string title, OxyColor color)
{
    private readonly ScatterErrorSeries points = new()
    {
        Title = title,
        MarkerType = MarkerType.Circle,
        MarkerSize = 3,
        MarkerFill = color,
        ErrorBarColor = OxyColor.FromAColor(110, color),
        ErrorBarStopWidth = 0,
    };

    private readonly LineSeries line = new()
    {
        Color = OxyColor.FromAColor(90, color),
        StrokeThickness = 1.2,
        RenderInLegend = false,
    };

    public void Add(DateTimeOffset day, double value, double low, double high)
    {
        var x = DateTimeAxis.ToDouble(day.UtcDateTime);
        points.Points.Add(new ScatterErrorPoint(x, value, 0, high - low));
        line.Points.Add(new(x, value));
    }

    public void AddTo(PlotModel model)
    {
        model.Series.Add(line);
        model.Series.Add(points);
    }
}
