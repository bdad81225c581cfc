namespace MlPlatform.Core;

/// <summary>A database was migrated by a newer version of a package than this process runs. Nothing was changed.</summary>
public sealed class SchemaTooNewException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    /// <param name="database">The database.</param>
    /// <param name="script">The applied script that this process does not know.</param>
    public SchemaTooNewException(string database, string script)
        : base(
            $"Database '{database}' was migrated by a newer version: script '{script}' is applied and unknown here. Update this application's packages, or use another data directory."
        )
    {
        Database = database;
        Script = script;
    }

    /// <summary>The database.</summary>
    public string Database { get; }

    /// <summary>The applied script that this process does not know.</summary>
    public string Script { get; }
}
