using System.Net;
using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>Files that the server's artifact proxy hands out, by where its other answers say that they lie.</summary>
internal sealed class MlflowFiles(MlflowClient client)
{
    private const string Scheme = "mlflow-artifacts:";
    private const string ProxyPath = "api/2.0/mlflow-artifacts/artifacts/";

    /// <summary>Deeper folders are not entered.</summary>
    private const int MaximumDepth = 32;

    /// <summary>The folder below the proxy's root that an address names.</summary>
    /// <exception cref="MlPlatformException">The address is of a place that the server does not hand out.</exception>
    public async Task<string> ResolveAsync(string address, AssetRef asset, CancellationToken cancellationToken)
    {
        switch (address.Split('/'))
        {
            case ["runs:", var run, .. var below]:
                var reply = await client.SendAsync(MlflowCalls.GetRun(RemoteAssets.ToRunId(run)), cancellationToken).ConfigureAwait(false);
                return Join(Parse(reply.Run?.Info?.ArtifactUri, asset), below);
            case ["models:", var id, .. var inside] when id.StartsWith("m-", StringComparison.Ordinal):
                return Join(Parse(await LocateModelAsync(id, cancellationToken).ConfigureAwait(false), asset), inside);
            default:
                return Parse(address, asset);
        }
    }

    /// <summary>Where the files of a logged model lie.</summary>
    public async Task<string?> LocateModelAsync(string id, CancellationToken cancellationToken)
    {
        var call = MlflowCall.Get($"logged-models/{Uri.EscapeDataString(id)}", new(AssetKind.LoggedModel, id));
        var reply = await client.SendAsync(call, cancellationToken).ConfigureAwait(false);
        return reply.Model?.Info?.ArtifactUri;
    }

    /// <summary>Every file below a folder, with paths relative to it.</summary>
    /// <param name="folder">The folder, below the proxy's root.</param>
    /// <param name="asset">Whose files.</param>
    /// <param name="limit">More are an error.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    public async Task<List<ArtifactFile>> ListAsync(string folder, AssetRef asset, int limit, CancellationToken cancellationToken)
    {
        var found = new List<ArtifactFile>();
        var folders = new Queue<(string Path, int Depth)>([(string.Empty, 0)]);
        while (folders.TryDequeue(out var next))
        {
            foreach (var entry in await ListFolderAsync(Below(folder, next.Path), asset, cancellationToken).ConfigureAwait(false))
            {
                var path = Below(next.Path, entry.Name);
                if (!entry.IsFolder)
                {
                    found.Add(entry.File! with { Path = path });
                }
                else if (next.Depth < MaximumDepth)
                {
                    folders.Enqueue((path, next.Depth + 1));
                }

                if (found.Count + folders.Count > limit)
                {
                    throw new MlPlatformException($"{asset} has more than {limit} files on the MLflow server.");
                }
            }
        }

        found.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return found;
    }

    /// <summary>What lies directly in a folder; nothing when there is no such folder.</summary>
    public async Task<List<ArtifactEntry>> ListFolderAsync(string folder, AssetRef asset, CancellationToken cancellationToken)
    {
        try
        {
            var files = await client.ListFilesAsync(folder, asset, cancellationToken).ConfigureAwait(false);
            return [.. files.Select(f => ToEntry(f, asset)).OrderBy(e => e.Name, StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is AssetNotFoundException or MlflowServerException { Status: HttpStatusCode.NotFound, Code: not null })
        {
            return [];
        }
    }

    public static string Below(string folder, string path) =>
        folder.Length == 0 ? path
        : path.Length == 0 ? folder
        : $"{folder}/{path}";

    /// <summary>The names come from outside: they must be safe as paths here before anything is done with them.</summary>
    private static ArtifactEntry ToEntry(FileReply file, AssetRef asset)
    {
        if (!ArtifactPath.TryParse(file.Path, out var path, out var problem) || path.ToString().Contains('/', StringComparison.Ordinal))
        {
            throw new MlPlatformException(
                $"The MLflow server lists '{file.Path}' among the files of {asset}, which is not allowed: {problem}."
            );
        }

        return new(path.Name, file.IsDir == true ? null : new(path.Name, null, file.FileSize ?? 0));
    }

    private string Parse(string? address, AssetRef asset)
    {
        if (address is not null && address.StartsWith(Scheme, StringComparison.Ordinal))
        {
            var rest = address[Scheme.Length..];
            if (!rest.StartsWith("//", StringComparison.Ordinal))
            {
                return Checked(rest, asset);
            }

            // The same with a host, which must be this one: credentials go nowhere else.
            var slash = rest.IndexOf('/', 2);
            if (slash > 0 && string.Equals(rest[2..slash], client.Root.Authority, StringComparison.OrdinalIgnoreCase))
            {
                return Checked(rest[slash..], asset);
            }
        }
        else if (address is not null && address.StartsWith(client.Root + ProxyPath, StringComparison.OrdinalIgnoreCase))
        {
            return Checked(address[(client.Root + ProxyPath).Length..], asset);
        }

        throw new MlPlatformException(
            $"The files of {asset} lie at '{address}', which the MLflow server at '{client.Root}' does not hand out. Start it with --serve-artifacts and an --artifacts-destination; what was logged before stays where it is."
        );
    }

    private static string Checked(string path, AssetRef asset) =>
        ArtifactPath.TryParse(path.Trim('/'), out var safe, out var problem)
            ? safe.ToString()
            : throw new MlPlatformException(
                $"The MLflow server says that the files of {asset} lie at '{path}', which is not allowed: {problem}."
            );

    private static string Join(string folder, string[] below) =>
        below is [] or [""] ? folder : $"{folder}/{string.Join('/', below).Trim('/')}";
}
