using System.Globalization;
using System.Text;

namespace MlPlatform.Registry.Tests;

/// <summary>What the model database should do, without a database, processes or races.</summary>
internal sealed class RegistryModel
{
    private readonly SortedDictionary<string, Model> models = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> events = new(StringComparer.Ordinal);

    public RegistryModel Clone()
    {
        var copy = new RegistryModel();
        foreach (var (name, model) in models)
        {
            copy.models[name] = model.Clone();
        }

        foreach (var (type, count) in events)
        {
            copy.events[type] = count;
        }

        return copy;
    }

    /// <summary>The tag that a caller sees on an alias; null when there is none.</summary>
    public long? TagOf(string name, string alias) =>
        models.TryGetValue(name, out var model) && model.Aliases.TryGetValue(alias, out var row) && row.Version is not null
            ? row.RowVersion
            : null;

    /// <summary>Does what the operation says, or nothing, and says how it ended.</summary>
    /// <param name="operation">The call.</param>
    /// <param name="seen">What the caller saw of the alias before it.</param>
    public string Apply(Operation operation, long? seen)
    {
        var model = models.GetValueOrDefault(operation.Name);
        var live = model is { IsDeleted: false } ? model : null;
        var version = live?.Versions.GetValueOrDefault(operation.Version);
        switch (operation.Kind)
        {
            case OperationKind.Register:
                return Register(operation.Name, $"content {operation.Version}", null);
            case OperationKind.RegisterWithKey:
                return Register(operation.Name, $"content {operation.Version}", $"key {operation.Version}");
            case OperationKind.CreateModel when live is not null:
                return "exists";
            case OperationKind.CreateModel:
                Ensure(operation.Name).Description = "made";
                return "done";
            case OperationKind.CopyVersion when version is not null:
                return Register(Other(operation.Name), version.Content, null);
            case OperationKind.RemoveAlias:
                return RemoveAlias(operation, model, seen);
            case OperationKind.SetAlias when version is not null:
                return SetAlias(operation, live!, seen);
            case OperationKind.RenameModel when live is not null && models.ContainsKey(Other(operation.Name)):
                return "exists";
        }

        if (live is null)
        {
            return "missing";
        }

        switch (operation.Kind)
        {
            case OperationKind.RenameModel:
                models.Remove(operation.Name);
                models[Other(operation.Name)] = live;
                Count("model.renamed");
                return "done";
            case OperationKind.Describe:
                live.Description = $"said {operation.Version}";
                return "done";
            case OperationKind.SetModelTag:
                live.Tag = operation.Version;
                Count("model.tagSet");
                return "done";
            case OperationKind.DeleteModelTag when live.Tag is not null:
                live.Tag = null;
                Count("model.tagDeleted");
                return "done";
            case OperationKind.DeleteModel:
                foreach (var number in live.Versions.Keys.ToList())
                {
                    DeleteVersion(live, number);
                }

                (live.IsDeleted, live.Description, live.Tag) = (true, null, null);
                Count("model.deleted");
                return "done";
            case OperationKind.DeleteVersion when version is not null:
                DeleteVersion(live, operation.Version);
                return "done";
            case OperationKind.SetVersionTag when version is not null:
                version.Tag = operation.Alias;
                Count("model.versionTagSet");
                return "done";
            case OperationKind.DeleteVersionTag when version?.Tag is not null:
                version.Tag = null;
                Count("model.versionTagDeleted");
                return "done";
            default:
                return "missing";
        }
    }

    /// <summary>The state as text, the same for the model and for what the registry says.</summary>
    /// <param name="hidden">Whether to tell too what shows only later: the numbers and keys that were given.</param>
    public string Describe(bool hidden = false)
    {
        var text = new StringBuilder();
        foreach (var (name, model) in models)
        {
            if (!model.IsDeleted)
            {
                Line(text, $"{name}: {model.Description ?? "-"}, tag {(object?)model.Tag ?? "-"}");
                foreach (var (number, version) in model.Versions.Reverse())
                {
                    Line(text, $"  v{number}: {version.Content}, tag {version.Tag ?? "-"}");
                }
            }

            if (hidden)
            {
                Line(text, $"  {name} after v{model.Last}: {string.Join(' ', model.Versions.Values.Select(v => v.Key))}");
            }

            foreach (var (alias, row) in model.Aliases)
            {
                if (row.Version is { } target)
                {
                    Line(text, $"  {alias} = v{target} as {row.RowVersion}");
                }

                Line(text, $"  {name}@{alias} was {string.Join(' ', row.History)}");
            }
        }

        foreach (var (type, count) in events)
        {
            Line(text, $"{count} x {type}");
        }

        return text.ToString();
    }

    public static string Other(string name) => string.Equals(name, "a", StringComparison.Ordinal) ? "b" : "a";

    public static void Line(StringBuilder text, FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));

    private void Count(string type) => events[type] = events.GetValueOrDefault(type) + 1;

    private Model Ensure(string name)
    {
        if (!models.TryGetValue(name, out var model))
        {
            models[name] = model = new() { IsDeleted = true };
        }

        if (model.IsDeleted)
        {
            model.IsDeleted = false;
            Count("model.created");
        }

        return model;
    }

    private string Register(string name, string content, string? key)
    {
        var model = Ensure(name);
        if (key is not null && model.Versions.FirstOrDefault(v => v.Value.Key == key) is { Value: not null } earlier)
        {
            return $"version {earlier.Key}";
        }

        model.Versions[++model.Last] = new() { Content = content, Key = key };
        Count("model.versionCreated");
        return $"version {model.Last}";
    }

    private string SetAlias(Operation operation, Model model, long? seen)
    {
        var row = model.Aliases.GetValueOrDefault(operation.Alias);
        if (!IsExpected(operation, row, seen))
        {
            return "conflict";
        }

        if (row?.Version != operation.Version)
        {
            Move(model, operation.Alias, operation.Version);
        }

        return $"as {model.Aliases[operation.Alias].RowVersion}";
    }

    private string RemoveAlias(Operation operation, Model? model, long? seen)
    {
        var row = model?.Aliases.GetValueOrDefault(operation.Alias);
        if (!IsExpected(operation, row, seen))
        {
            return "conflict";
        }

        if (row?.Version is null)
        {
            return "False";
        }

        Move(model!, operation.Alias, null);
        return "True";
    }

    private static bool IsExpected(Operation operation, AliasState? row, long? seen) =>
        operation.Expected switch
        {
            ExpectedTag.Any => true,
            ExpectedTag.Seen => (row?.Version is null ? null : row.RowVersion) == seen,
            ExpectedTag.None => row?.Version is null,
            _ => false,
        };

    private void DeleteVersion(Model model, int number)
    {
        foreach (var alias in model.Aliases.Where(a => a.Value.Version == number).Select(a => a.Key).ToList())
        {
            Move(model, alias, null);
        }

        model.Versions.Remove(number);
        Count("model.versionDeleted");
    }

    private void Move(Model model, string alias, int? version)
    {
        var before = model.Aliases.GetValueOrDefault(alias);
        model.Aliases[alias] = new(
            version,
            (before?.RowVersion ?? 0) + 1,
            [.. before?.History ?? [], $"{version?.ToString(CultureInfo.InvariantCulture) ?? "-"}"]
        );
        Count("alias.moved");
    }

    private sealed class Model
    {
        public bool IsDeleted { get; set; }

        public string? Description { get; set; }

        public int? Tag { get; set; }

        public int Last { get; set; }

        public SortedDictionary<int, Version> Versions { get; private init; } = [];

        public SortedDictionary<string, AliasState> Aliases { get; private init; } = new(StringComparer.Ordinal);

        public Model Clone()
        {
            var copy = new Model
            {
                IsDeleted = IsDeleted,
                Description = Description,
                Tag = Tag,
                Last = Last,
                Aliases = new(Aliases, StringComparer.Ordinal),
            };
            foreach (var (number, version) in Versions)
            {
                copy.Versions[number] = version with { };
            }

            return copy;
        }
    }

    private sealed record Version
    {
        public required string Content { get; init; }

        public string? Key { get; init; }

        public string? Tag { get; set; }
    }

    private sealed record AliasState(int? Version, long RowVersion, IReadOnlyList<string> History);
}
