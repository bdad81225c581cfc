using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MlPlatform.Registry.Internal;

/// <summary>What a signature says: the files of a model with their digests.</summary>
internal sealed record SignedStatement(string ModelName, IReadOnlyDictionary<string, string> Files, IReadOnlyList<string> IgnoredPaths)
{
    private const string StatementType = "https://in-toto.io/Statement/v1";
    private const string PredicateType = "https://model_signing/signature/v1.0";
    private const string Sha256 = "sha256";

    public static byte[] Of(string name, IReadOnlyDictionary<string, string> files, IReadOnlyList<string> ignored)
    {
        var ordered = Ordered(files);
        var resources = ordered.Select(f =>
            (JsonNode)
                new JsonObject
                {
                    ["name"] = f.Key,
                    ["digest"] = f.Value,
                    ["algorithm"] = Sha256,
                }
        );
        var serialization = new JsonObject
        {
            ["method"] = "files",
            ["hash_type"] = Sha256,
            ["allow_symlinks"] = false,
        };
        if (ignored.Count > 0)
        {
            serialization["ignore_paths"] = new JsonArray([.. ignored.Select(i => (JsonNode)i)]);
        }

        var statement = new JsonObject
        {
            ["_type"] = StatementType,
            ["subject"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = name,
                    ["digest"] = new JsonObject { [Sha256] = RootOf(ordered) },
                }
            ),
            ["predicateType"] = PredicateType,
            ["predicate"] = new JsonObject { ["serialization"] = serialization, ["resources"] = new JsonArray([.. resources]) },
        };
        return Encoding.UTF8.GetBytes(statement.ToJsonString());
    }

    /// <exception cref="ModelSignatureException">It is another statement, or one that cannot be verified here.</exception>
    public static SignedStatement Parse(byte[] payload)
    {
        try
        {
            using var json = JsonDocument.Parse(payload, new JsonDocumentOptions { MaxDepth = 32 });
            return Read(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ModelSignatureException($"The signed statement cannot be read: {e.Message}", e);
        }
    }

    private static SignedStatement Read(JsonElement statement)
    {
        Expect(statement.GetProperty("_type"), StatementType, "type");
        Expect(statement.GetProperty("predicateType"), PredicateType, "predicate");
        var subjects = statement.GetProperty("subject");
        if (subjects.GetArrayLength() != 1)
        {
            throw new ModelSignatureException($"The signed statement has {subjects.GetArrayLength()} subjects; one was expected.");
        }

        var predicate = statement.GetProperty("predicate");
        var serialization = predicate.GetProperty("serialization");
        Expect(serialization.GetProperty("method"), "files", "method");
        Expect(serialization.GetProperty("hash_type"), Sha256, "hash");
        var name = subjects[0].GetProperty("name").GetString() ?? string.Empty;
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var resource in predicate.GetProperty("resources").EnumerateArray())
        {
            Expect(resource.GetProperty("algorithm"), Sha256, "hash of a file");
            var path = resource.GetProperty("name").GetString()!;
            path = path == "." ? name : path; // How version 1.0.0 of the reference implementation named a model that is a single file.
            var digest = resource.GetProperty("digest").GetString()!;
            if (digest.Length != 64 || !digest.All(char.IsAsciiHexDigit) || !files.TryAdd(path, digest.ToLowerInvariant()))
            {
                throw new ModelSignatureException($"The signed statement names '{path}' twice, or without a digest.");
            }
        }

        var root = subjects[0].GetProperty("digest").GetProperty(Sha256).GetString();
        return files.Count > 0 && string.Equals(root, RootOf(Ordered(files)), StringComparison.OrdinalIgnoreCase)
            ? new(name, files, IgnoredOf(serialization))
            : throw new ModelSignatureException("The signed statement is inconsistent: its files do not make up the digest of the whole.");
    }

    private static string[] IgnoredOf(JsonElement serialization) =>
        serialization.TryGetProperty("ignore_paths", out var paths) ? [.. paths.EnumerateArray().Select(p => p.GetString()!)] : [];

    private static void Expect(JsonElement found, string expected, string what)
    {
        if (found.GetString() is var text && !string.Equals(text, expected, StringComparison.Ordinal))
        {
            throw new ModelSignatureException($"The signed statement's {what} is '{text}'; '{expected}' was expected.");
        }
    }

    /// <summary>By Unicode's code points, as the specification says; UTF-16's order differs from that beyond the basic plane.</summary>
    private static IReadOnlyList<KeyValuePair<string, string>> Ordered(IReadOnlyDictionary<string, string> files) =>
        [
            .. files.OrderBy(
                f => f.Key,
                Comparer<string>.Create((a, b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b)))
            ),
        ];

    private static string RootOf(IReadOnlyList<KeyValuePair<string, string>> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (_, digest) in files)
        {
            hash.AppendData(Convert.FromHexString(digest));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
