namespace MlPlatform.Registry.Mlflow;

/// <summary>What an import did.</summary>
public sealed record MlflowImportReport
{
    /// <summary>Experiments that were made.</summary>
    public int Experiments { get; init; }

    /// <summary>Runs that were made or completed.</summary>
    public int Runs { get; init; }

    /// <summary>Logged models that were made or completed.</summary>
    public int LoggedModels { get; init; }

    /// <summary>Files that were copied.</summary>
    public int Files { get; init; }

    /// <summary>Registered models that were made.</summary>
    public int Models { get; init; }

    /// <summary>Versions that were made.</summary>
    public int Versions { get; init; }

    /// <summary>Runs, logged models and versions that had been imported before.</summary>
    public int AlreadyThere { get; init; }

    /// <summary>What was left out, by its place over there, and why.</summary>
    public IReadOnlyList<MlflowImportProblem> Skipped { get; init; } = [];
}
