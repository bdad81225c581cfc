namespace MlPlatform.Monitoring.Internal;

/// <summary>What is stored of one prediction beside its inputs. Side by side, since the caller waits for it to be written.</summary>
internal struct CapturedRow
{
    public Guid Id;

    public long Time;

    /// <summary>One score is a probability or a value; of several, the one of the predicted class.</summary>
    public double Score;

    public string? Segment;

    public int Class;

    public PredictionRoute Route;
}
