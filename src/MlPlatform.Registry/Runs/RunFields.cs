namespace MlPlatform.Registry;

/// <summary>What a search loads of each run beside the run itself. Each kind is one query for the whole page, so leave out what is not needed.</summary>
[Flags]
public enum RunFields
{
    /// <summary>The run alone: <see cref="RunInfo"/>'s collections are empty.</summary>
    None = 0,

    /// <summary>Its parameters.</summary>
    Params = 1,

    /// <summary>The latest point of each metric.</summary>
    Metrics = 2,

    /// <summary>Its tags.</summary>
    Tags = 4,

    /// <summary>The datasets that it read.</summary>
    Inputs = 8,

    /// <summary>Everything.</summary>
    All = Params | Metrics | Tags | Inputs,
}
