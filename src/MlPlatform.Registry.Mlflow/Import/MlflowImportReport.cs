namespace MlPlatform.Registry.Mlflow;

/// <summary>What an import did.</summary>
public sealed record MlflowImportReport
{
    /// <summary>Experiments that were made.</summary>
    public int Experiments { get; init; }

    /// <summary>Runs that were made or completed.</summary>
    public int Runs { get; init; }

    /// <summary>Files that were copied.</summary>
    public int Files { get; init; }

    /// <summary>Registered models that were made.</summary>
    public int Models { get; init; }

    /// <summary>Versions that were made.</summary>
    public int Versions { get; init; }

    /// <summary>Runs and versions that had been imported before.</summary>
    public int AlreadyThere { get; init; }

    /// <summary>What was left out, by its path in the folder, and why.</summary>
    public IReadOnlyList<MlflowImportProblem> Skipped { get; init; } = [];
}
