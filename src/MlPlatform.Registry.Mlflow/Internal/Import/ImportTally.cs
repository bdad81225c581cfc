namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>Counts what an import does.</summary>
internal sealed class ImportTally
{
    private readonly List<MlflowImportProblem> skipped = [];

    public int Experiments { get; set; }

    public int Runs { get; set; }

    public int LoggedModels { get; set; }

    public int Files { get; set; }

    public int Models { get; set; }

    public int Versions { get; set; }

    public int AlreadyThere { get; set; }

    public void Skip(string place, string reason) => skipped.Add(new(place, reason));

    public MlflowImportReport ToReport() =>
        new()
        {
            Experiments = Experiments,
            Runs = Runs,
            LoggedModels = LoggedModels,
            Files = Files,
            Models = Models,
            Versions = Versions,
            AlreadyThere = AlreadyThere,
            Skipped = skipped,
        };
}
