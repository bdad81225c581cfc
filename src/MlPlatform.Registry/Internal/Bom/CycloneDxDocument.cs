using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

/// <summary>Puts the parts into CycloneDX 1.6; the fields are those of its schema.</summary>
internal static class CycloneDxDocument
{
    public static JsonObject Of(ModelParts parts, DateTimeOffset at)
    {
        var model = ModelReference(parts);
        JsonObject[] components = [.. Files(parts), .. Data(parts), .. Packages(parts)];
        return new()
        {
            ["$schema"] = "http://cyclonedx.org/schema/bom-1.6.schema.json",
            ["bomFormat"] = "CycloneDX",
            ["specVersion"] = "1.6",
            ["serialNumber"] = $"urn:uuid:{SerialOf(parts)}",
            ["version"] = 1,
            ["metadata"] = new JsonObject
            {
                ["timestamp"] = at.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
                ["tools"] = new JsonObject
                {
                    ["components"] = new JsonArray(
                        new JsonObject
                        {
                            ["type"] = "library",
                            ["name"] = "MlPlatform.Registry",
                            ["version"] = typeof(CycloneDxDocument)
                                .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
                                .InformationalVersion,
                        }
                    ),
                },
                ["component"] = Component(parts, model),
            },
            ["components"] = new JsonArray([.. components]),
            ["dependencies"] = new JsonArray(
                new JsonObject
                {
                    ["ref"] = model,
                    ["dependsOn"] = new JsonArray([.. components.Select(c => (JsonNode)c["bom-ref"]!.GetValue<string>())]),
                }
            ),
        };
    }

    private static string ModelReference(ModelParts parts) => parts.Version.Id.ToAsset().ToString();

    private static JsonObject Component(ModelParts parts, string reference)
    {
        var component = new JsonObject
        {
            ["type"] = "machine-learning-model",
            ["bom-ref"] = reference,
            ["name"] = parts.Version.Id.Name,
            ["version"] = parts.Version.Id.Version.ToString(CultureInfo.InvariantCulture),
        };
        Add(component, "description", parts.Version.Description ?? parts.Model?.Description);
        if ((parts.Card?.Owner ?? parts.Model?.Owner) is { } owner)
        {
            component["authors"] = new JsonArray(new JsonObject { ["name"] = owner });
        }

        if (parts.Version.ManifestDigest is { } digest)
        {
            component["hashes"] = Hashes(digest);
        }

        if (parts.Card?.License is { Length: > 0 } license)
        {
            // By name: an identifier would have to be one of the list of the schema.
            component["licenses"] = new JsonArray(new JsonObject { ["license"] = new JsonObject { ["name"] = license } });
        }

        component["modelCard"] = Card(parts);
        component["properties"] = new JsonArray([.. Properties(parts).Select(Property)]);
        return component;
    }

    private static JsonObject Card(ModelParts parts)
    {
        var card = new JsonObject();
        var parameters = new JsonObject();
        if (parts.Manifest is { } manifest)
        {
            parameters["modelArchitecture"] = $"{manifest.Runtime.Kind} {manifest.Runtime.Version}";
            parameters["inputs"] = new JsonArray([.. manifest.Signature.Inputs.Select(Format)]);
            parameters["outputs"] = new JsonArray([.. manifest.Signature.Outputs.Select(Format)]);
        }

        if (Data(parts).ToArray() is { Length: > 0 } data)
        {
            parameters["datasets"] = new JsonArray([
                .. data.Select(d => (JsonNode)new JsonObject { ["ref"] = d["bom-ref"]!.GetValue<string>() }),
            ]);
        }

        card["modelParameters"] = parameters;
        var metrics = Metrics(parts).ToArray();
        if (metrics.Length > 0)
        {
            card["quantitativeAnalysis"] = new JsonObject { ["performanceMetrics"] = new JsonArray([.. metrics]) };
        }

        var considerations = new JsonObject();
        AddList(considerations, "useCases", parts.Card?.IntendedUse);
        AddList(considerations, "technicalLimitations", parts.Card?.Limits);
        if (parts.Card?.Ethics is { Length: > 0 } ethics)
        {
            considerations["ethicalConsiderations"] = new JsonArray(new JsonObject { ["name"] = ethics });
        }

        if (considerations.Count > 0)
        {
            card["considerations"] = considerations;
        }

        return card;
    }

    private static JsonNode Format(DataColumn column) => new JsonObject { ["format"] = column.ToString() };

    private static IEnumerable<JsonNode> Metrics(ModelParts parts)
    {
        var written = parts.Card?.Metrics ?? [];
        var measured = parts.Manifest?.Metrics ?? new Dictionary<string, double>(StringComparer.Ordinal);
        var all = written.Concat(
            measured.Where(m => !written.Any(w => w.Slice is null && w.Name == m.Key)).Select(m => new ModelCardMetric(m.Key, m.Value))
        );
        foreach (var metric in all.OrderBy(m => m.Name, StringComparer.Ordinal).ThenBy(m => m.Slice, StringComparer.Ordinal))
        {
            var node = new JsonObject { ["type"] = metric.Name, ["value"] = Number(metric.Value) };
            Add(node, "slice", metric.Slice);
            if (metric is { Low: { } low, High: { } high })
            {
                node["confidenceInterval"] = new JsonObject { ["lowerBound"] = Number(low), ["upperBound"] = Number(high) };
            }

            yield return node;
        }
    }

    private static IEnumerable<JsonObject> Files(ModelParts parts) =>
        (parts.Manifest?.Files ?? []).Select(f => new JsonObject
        {
            ["type"] = "file",
            ["bom-ref"] = $"file:{f.Path}",
            ["name"] = f.Path,
            ["mime-type"] = f.MediaType,
            ["hashes"] = Hashes(f.GetDigest()),
            ["properties"] = new JsonArray(
                Property(("mlplatform:role", f.Role.ToString())),
                Property(("mlplatform:size", f.Size.ToString(CultureInfo.InvariantCulture)))
            ),
        });

    private static IEnumerable<JsonObject> Data(ModelParts parts) =>
        (parts.Run?.Inputs ?? []).Select(d => new JsonObject
        {
            ["type"] = "data",
            ["bom-ref"] = $"data:{d.Name}@{d.Digest}",
            ["name"] = d.Name,
            ["version"] = d.Digest,
            ["data"] = new JsonArray(new JsonObject { ["type"] = "dataset", ["name"] = d.Name }),
        });

    private static IEnumerable<JsonObject> Packages(ModelParts parts) =>
        parts.Packages.Select(p =>
        {
            var version = p.Value!.GetValue<string>();
            var purl = $"pkg:nuget/{Uri.EscapeDataString(p.Key)}@{Uri.EscapeDataString(version)}";
            return new JsonObject
            {
                ["type"] = "library",
                ["bom-ref"] = purl,
                ["name"] = p.Key,
                ["version"] = version,
                ["purl"] = purl,
            };
        });

    private static IEnumerable<(string Name, string? Value)> Properties(ModelParts parts)
    {
        var (manifest, run) = (parts.Manifest?.Provenance, parts.Run?.Provenance);
        (string, string?)[] all =
        [
            ("mlplatform:manifest", parts.Version.ManifestDigest?.ToString()),
            ("mlplatform:source", parts.Version.Source),
            ("mlplatform:run", parts.Version.RunId?.ToString() ?? parts.Version.ForeignRunId),
            ("mlplatform:copiedFrom", parts.Version.CopiedFrom),
            ("mlplatform:commit", manifest?.Commit ?? run?.Commit),
            ("mlplatform:dirty", (manifest?.Dirty ?? run?.Dirty)?.ToString()),
            ("mlplatform:seed", (manifest?.Seed ?? run?.Seed)?.ToString(CultureInfo.InvariantCulture)),
            ("mlplatform:trainingSet", manifest?.TrainingSet),
            .. (manifest?.Features ?? []).Select(f => ("mlplatform:features", (string?)f)),
        ];
        return all.Where(p => p.Item2 is not null);
    }

    private static JsonNode Property((string Name, string? Value) property) =>
        new JsonObject { ["name"] = property.Name, ["value"] = property.Value };

    private static JsonArray Hashes(ArtifactDigest digest) => new(new JsonObject { ["alg"] = "SHA-256", ["content"] = digest.Hex });

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static void Add(JsonObject target, string name, string? value)
    {
        if (!string.IsNullOrWhiteSpace(value))
        {
            target[name] = value;
        }
    }

    private static void AddList(JsonObject target, string name, string? value)
    {
        if (!string.IsNullOrWhiteSpace(value))
        {
            target[name] = new JsonArray(value);
        }
    }

    /// <summary>The same for the same version: a UUID of version 8 made of a hash.</summary>
    private static Guid SerialOf(ModelParts parts)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes($"{ModelReference(parts)} {parts.Version.ManifestDigest}"))[..16];
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new(bytes, bigEndian: true);
    }
}
