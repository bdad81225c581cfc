namespace MlPlatform.Monitoring;

/// <summary>What a monitor looks at and what it holds against it. Every observed model with a profile has a monitor with the defaults unless one is added.</summary>
public sealed class MonitorOptions
{
    /// <summary>The model. Default: the monitor's name.</summary>
    public string? Model { get; set; }

    /// <summary>The length of a window; windows start at multiples of it since the epoch. Default: 1 day. A multiple of the pane size.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long after its end a window's inputs are judged, for late rows. Default: 1 hour. Not negative.</summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The columns to look at; null, the default, takes all of the profile. The scores are column <c>score</c>.</summary>
    public IReadOnlyCollection<string>? Columns { get; set; }

    /// <summary>Fewer rows on either side are Inconclusive. Default: 100. At least 20.</summary>
    public int MinimumRows { get; set; } = 100;

    /// <summary>The same for shares such as missing values. Default: 30. At least 20.</summary>
    public int MinimumRateRows { get; set; } = 30;

    /// <summary>Adjusted p-values up to this are evidence. Default: .05.</summary>
    public double Significance { get; set; } = 0.05;

    /// <summary>Population stability index that warns. Default: .1.</summary>
    public double PsiWarning { get; set; } = 0.1;

    /// <summary>Population stability index that counts as drift. Default: .25.</summary>
    public double PsiDrift { get; set; } = 0.25;

    /// <summary>Difference of means in standard deviations of the reference that warns. Default: .05.</summary>
    public double MeanShiftWarning { get; set; } = 0.05;

    /// <summary>Difference of means in standard deviations of the reference that counts as drift. Default: .1.</summary>
    public double MeanShiftDrift { get; set; } = 0.1;

    /// <summary>Jensen-Shannon distance that warns. Default: .05.</summary>
    public double JensenShannonWarning { get; set; } = 0.05;

    /// <summary>Jensen-Shannon distance that counts as drift. Default: .1.</summary>
    public double JensenShannonDrift { get; set; } = 0.1;

    /// <summary>Difference in a share (missing, infinite, out of range, unseen) that warns. Default: .01.</summary>
    public double RateWarning { get; set; } = 0.01;

    /// <summary>Difference in a share that counts as a fault. Default: .02.</summary>
    public double RateDrift { get; set; } = 0.02;

    /// <summary>The share of drifted columns that is called dataset drift. Default: .5.</summary>
    public double DatasetDriftShare { get; set; } = 0.5;

    /// <summary>How far the area under the ROC curve may fall below its reference. Default: .02.</summary>
    public double AucMargin { get; set; } = 0.02;

    /// <summary>The reference area; null, the default, takes metric <c>auc</c> of the profile.</summary>
    public double? ReferenceAuc { get; set; }

    /// <summary>Difference of mean prediction and mean label that counts as miscalibrated. Default: .05.</summary>
    public double CalibrationMargin { get; set; } = 0.05;

    /// <summary>Fewer labelled predictions are Inconclusive. Default: 300. At least 50.</summary>
    public int MinimumLabelled { get; set; } = 300;

    /// <summary>The share of predictions with a label at which performance is judged. Default: .8.</summary>
    public double LabelCoverage { get; set; } = 0.8;

    /// <summary>Performance is judged so long after a window's end at the latest, with the labels there are. Default: 30 days.</summary>
    public TimeSpan LabelHorizon { get; set; } = TimeSpan.FromDays(30);

    /// <summary>An alert opens when so many of the last <see cref="AlertWindows"/> conclusive windows drifted. Default: 2.</summary>
    public int AlertAfter { get; set; } = 2;

    /// <summary>How many conclusive windows an alert looks back over. Default: 3.</summary>
    public int AlertWindows { get; set; } = 3;

    /// <summary>After an alert was resolved, none opens for so many windows. Default: 1.</summary>
    public int CooldownWindows { get; set; } = 1;
}
