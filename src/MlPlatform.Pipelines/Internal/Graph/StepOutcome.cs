namespace MlPlatform.Pipelines.Internal;

/// <summary>What a body came to: an output, a verdict, a wait, or a question to a person.</summary>
internal sealed record StepOutcome
{
    public byte[]? Output { get; private init; }

    public GateResult? Verdict { get; private init; }

    public WakeOn? Wake { get; private init; }

    public bool IsQuestion { get; private init; }

    public static StepOutcome Done(byte[] output) => new() { Output = output };

    public static StepOutcome Judge(GateResult verdict) => new() { Verdict = verdict, Output = verdict.ToBytes() };

    public static StepOutcome Suspend(WakeOn wake) => new() { Wake = wake };

    public static StepOutcome Ask() => new() { IsQuestion = true };
}
