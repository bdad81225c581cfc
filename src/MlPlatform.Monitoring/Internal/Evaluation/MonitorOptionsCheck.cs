namespace MlPlatform.Monitoring.Internal;

internal static class MonitorOptionsCheck
{
    public static void ThrowIfInvalid(MonitorDefinition monitor, MonitoringOptions platform)
    {
        var o = monitor.Options;
        Check(
            o.Window >= platform.PaneSize && o.Window.Ticks % platform.PaneSize.Ticks == 0,
            nameof(o.Window),
            o.Window,
            $"a multiple of the pane size {platform.PaneSize}"
        );
        Check(o.Delay >= TimeSpan.Zero, nameof(o.Delay), o.Delay, "not negative");
        Check(o.MinimumRows >= 20, nameof(o.MinimumRows), o.MinimumRows, "at least 20");
        Check(o.MinimumRateRows >= 20, nameof(o.MinimumRateRows), o.MinimumRateRows, "at least 20");
        Check(o.MinimumLabelled >= 50, nameof(o.MinimumLabelled), o.MinimumLabelled, "at least 50");
        Check(o.Significance is > 0 and < 1, nameof(o.Significance), o.Significance, "between 0 and 1");
        Check(o.PsiWarning > 0 && o.PsiDrift >= o.PsiWarning, nameof(o.PsiDrift), o.PsiDrift, "at least PsiWarning, which is positive");
        Check(
            o.MeanShiftWarning > 0 && o.MeanShiftDrift >= o.MeanShiftWarning,
            nameof(o.MeanShiftDrift),
            o.MeanShiftDrift,
            "at least MeanShiftWarning, which is positive"
        );
        Check(
            o.JensenShannonWarning > 0 && o.JensenShannonDrift >= o.JensenShannonWarning,
            nameof(o.JensenShannonDrift),
            o.JensenShannonDrift,
            "at least JensenShannonWarning, which is positive"
        );
        Check(
            o.RateWarning > 0 && o.RateDrift >= o.RateWarning,
            nameof(o.RateDrift),
            o.RateDrift,
            "at least RateWarning, which is positive"
        );
        Check(o.DatasetDriftShare is > 0 and <= 1, nameof(o.DatasetDriftShare), o.DatasetDriftShare, "above 0, at most 1");
        Check(o.AucMargin >= 0, nameof(o.AucMargin), o.AucMargin, "not negative");
        Check(o.CalibrationMargin > 0, nameof(o.CalibrationMargin), o.CalibrationMargin, "positive");
        Check(o.LabelCoverage is > 0 and <= 1, nameof(o.LabelCoverage), o.LabelCoverage, "above 0, at most 1");
        Check(o.LabelHorizon >= TimeSpan.Zero, nameof(o.LabelHorizon), o.LabelHorizon, "not negative");
        Check(o.AlertAfter >= 1 && o.AlertAfter <= o.AlertWindows, nameof(o.AlertAfter), o.AlertAfter, "from 1 to AlertWindows");
        Check(o.CooldownWindows >= 0, nameof(o.CooldownWindows), o.CooldownWindows, "not negative");

        void Check(bool valid, string option, object value, string rule)
        {
            if (!valid)
            {
                throw new MlPlatformException(
                    FormattableString.Invariant($"Monitor '{monitor.Name}': {option} is {value}; it must be {rule}.")
                );
            }
        }
    }
}
