using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

/// <summary>The rows of one tree, or of what lies at and below one of its paths, as parameters of a query.</summary>
internal sealed class ArtifactScope(ArtifactTreeId tree, ArtifactPath? path)
{
    public const string Tree = "owner_kind = @Kind AND owner_id = @Id";

    /// <summary>Files that a file at the path would lie below, and those that would lie below it.</summary>
    public static string InTheWay(SqlDialect dialect) => $"{Tree} AND ({dialect.In("path", "@Ancestors")} OR ({Below}))";

    // A range instead of LIKE: it uses the key, and no character in a path is special. '0' follows '/'.
    private const string Below = "path >= @First AND path < @Last";

    public string Kind { get; } =
        tree.Asset.Kind switch
        {
            AssetKind.Run => "run",
            AssetKind.Trace => "trace",
            _ => "loggedModel",
        };

    public string Id { get; } = tree.Asset.Id;

    public string? Path { get; } = path?.ToString();

    public string First { get; } = path is null ? string.Empty : $"{path}/";

    public string? Last { get; } = path is null ? null : $"{path}0";

    /// <summary>The folders that a file at the path would lie in.</summary>
    public IReadOnlyList<string> Ancestors { get; } = path is null ? [] : [.. AncestorsOf(path.ToString())];

    public string AtOrBelow => Path is null ? Tree : $"{Tree} AND (path = @Path OR ({Below}))";

    public string Inside => Path is null ? Tree : $"{Tree} AND {Below}";

    /// <summary>Keeps the bytes of a file: one owner a path, so that replacing an entry lets go of the bytes before, and of nothing else.</summary>
    public ArtifactOwner OwnerOf(string file) => new($"{Kind}Artifact", $"{Id}/{file}");

    /// <summary>Removes the whole tree and lets go of its bytes.</summary>
    public static async Task RemoveAsync(IUnitOfWork work, ArtifactTreeId tree)
    {
        var scope = new ArtifactScope(tree, null);
        const string Sql = $"DELETE FROM reg_artifact_entry WHERE {Tree} RETURNING path";
        var files = await work.Connection.QueryAsync<string>(Sql, scope, work.Transaction).ConfigureAwait(false);
        foreach (var file in files)
        {
            work.Release(scope.OwnerOf(file));
        }
    }

    private static IEnumerable<string> AncestorsOf(string path)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
        {
            yield return path[..slash];
        }
    }
}
