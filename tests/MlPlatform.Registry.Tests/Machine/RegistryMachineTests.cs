using System.Globalization;
using System.Text;
using CsCheck;
using MlPlatform.Core;
using static MlPlatform.Registry.Tests.Packages;
using static MlPlatform.Registry.Tests.Sequences;

namespace MlPlatform.Registry.Tests;

/// <summary>Two processes call one model database at the same time; what comes of it is what <see cref="RegistryModel"/> says of some order of the calls.</summary>
public sealed class RegistryMachineTests
{
    private static readonly string[] Names = ["a", "b"];
    private static readonly string[] Aliases = ["champion", "shadow"];
    private static readonly string[] Types =
    [
        EventTypes.ModelCreated,
        EventTypes.ModelRenamed,
        EventTypes.ModelDeleted,
        EventTypes.ModelTagSet,
        EventTypes.ModelTagDeleted,
        EventTypes.ModelVersionCreated,
        EventTypes.ModelVersionDeleted,
        EventTypes.ModelVersionTagSet,
        EventTypes.ModelVersionTagDeleted,
        EventTypes.AliasMoved,
    ];

    // Versions and aliases come up often, or the rare operations would empty the models before anything could happen to them.
    private static readonly OperationKind[] Kinds =
    [
        .. Enum.GetValues<OperationKind>(),
        OperationKind.Register,
        OperationKind.Register,
        OperationKind.RegisterWithKey,
        OperationKind.SetAlias,
        OperationKind.SetAlias,
        OperationKind.SetAlias,
        OperationKind.RemoveAlias,
        OperationKind.DeleteVersion,
    ];

    private static readonly Gen<Operation> Operations = Gen.Select(
        OneOf(Kinds),
        OneOf("a", "a", "a", "b"),
        OneOf(Aliases),
        Gen.Int[1, 3],
        OneOf(ExpectedTag.Any, ExpectedTag.Any, ExpectedTag.Seen, ExpectedTag.Seen, ExpectedTag.None, ExpectedTag.Wrong),
        OneOf(Cut.No, Cut.No, Cut.No, Cut.No, Cut.Cancelled, Cut.Failed),
        (kind, name, alias, version, expected, cut) => new Operation(kind, name, alias, version, expected, cut)
    );

    /// <summary>Two calls at the same time, mostly about the same thing.</summary>
    private static readonly Gen<(Operation, Operation)> Pairs = Gen.Select(
        Operations,
        Operations,
        Gen.Int[0, 3],
        (one, two, apart) => (one, apart == 0 ? two : two with { Name = one.Name, Alias = one.Alias, Version = one.Version })
    );

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public Task Model_database_does_what_the_model_says_when_two_processes_race_and_calls_are_cut_off() =>
        Pairs.Array[1, 25].SampleAsync(RunAsync, iter: Sequences.Count, threads: 1);

    private static async Task RunAsync((Operation First, Operation Second)[] pairs)
    {
        await using var first = new RegistryHost();
        await using var second = new RegistryHost(replicaOf: first);
        var contents = new Dictionary<ArtifactDigest, string>();
        var packages = new Dictionary<string, StoredModelPackage>(StringComparer.Ordinal);
        for (var i = 1; i <= 3; i++)
        {
            var content = $"content {i}";
            packages[content] = await first.Models.StorePackageAsync(Of(content), Token);
            contents[packages[content].Digest] = content;
        }

        // All histories that explain what was seen so far: a call that was cut off may have happened or not until the state tells.
        List<RegistryModel> possible = [new()];
        foreach (var (one, two) in pairs)
        {
            var seen = (await TagAsync(first, one), await TagAsync(second, two));
            var ended = await Task.WhenAll(
                Task.Run(() => CallAsync(first, one, seen.Item1, packages), Token),
                Task.Run(() => CallAsync(second, two, seen.Item2, packages), Token)
            );
            var state = await DescribeAsync(second, contents);
            Assert.Equal(state, await DescribeAsync(first, contents));
            var tried = new List<string>();
            var explained = new List<RegistryModel>();
            foreach (var model in possible)
            {
                foreach (var (outcomes, after) in Orders(model, one, two, seen))
                {
                    var text = after.Describe();
                    tried.Add($"{string.Join(" and ", outcomes)}\n{text}");
                    if (text == state && outcomes.Zip(ended, Agree).All(a => a))
                    {
                        explained.Add(after);
                    }
                }
            }

            Assert.True(
                explained.Count > 0,
                $"{one}\n{two}\nended in {string.Join(" and ", ended)}\n{state}\nPossible were:\n{string.Join("\n\n", tried.Distinct())}"
            );
            possible = [.. explained.DistinctBy(m => m.Describe(hidden: true), StringComparer.Ordinal)];
        }
    }

    /// <summary>What a call said, against what it should say; one that was cancelled may say so whatever it did.</summary>
    private static bool Agree(string expected, string said) => said == expected || (said == "cancelled" && expected != "failed");

    private static IEnumerable<(string[] Outcomes, RegistryModel After)> Orders(
        RegistryModel before,
        Operation one,
        Operation two,
        (ETag? One, ETag? Two) seen
    )
    {
        foreach (var doOne in Choices(one))
        {
            foreach (var doTwo in Choices(two))
            {
                var after = before.Clone();
                var a = Do(after, one, seen.One, doOne);
                var b = Do(after, two, seen.Two, doTwo);
                yield return ([a, b], after);
                after = before.Clone();
                b = Do(after, two, seen.Two, doTwo);
                a = Do(after, one, seen.One, doOne);
                yield return ([a, b], after);
            }
        }
    }

    private static bool[] Choices(Operation operation) => operation.Cut == Cut.Cancelled ? [true, false] : [true];

    private static string Do(RegistryModel model, Operation operation, ETag? seen, bool happens)
    {
        // Only registrations and alias moves join a caller's transaction, and fail with it.
        var scratch = !happens || (operation.Cut == Cut.Failed && JoinsTransactions(operation)) ? model.Clone() : model;
        var outcome = scratch.Apply(operation, seen is { } tag && tag != ETag.None ? tag.RowVersion : null);
        return !happens ? "cancelled"
            : operation.Cut == Cut.Failed && JoinsTransactions(operation) && outcome is not ("missing" or "conflict") ? "failed"
            : outcome;
    }

    private static bool JoinsTransactions(Operation operation) =>
        operation.Kind is OperationKind.Register or OperationKind.RegisterWithKey or OperationKind.SetAlias;

    private static async Task<ETag?> TagAsync(RegistryHost host, Operation operation) =>
        (await host.Models.GetAliasAsync(operation.Name, operation.Alias, Token))?.ETag ?? ETag.None;

    private static async Task<string> CallAsync(
        RegistryHost host,
        Operation operation,
        ETag? seen,
        IReadOnlyDictionary<string, StoredModelPackage> packages
    )
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        try
        {
            var call =
                operation.Cut == Cut.Failed && JoinsTransactions(operation)
                    ? host.Database.WriteAsync<string>(
                        Durability.Power,
                        async work =>
                        {
                            await JoinAsync(host, work, operation, seen, packages);
                            throw new InvalidOperationException("after it");
                        },
                        Token
                    )
                    : SendAsync(host, operation, seen, packages, cancellation.Token);
            if (operation.Cut == Cut.Cancelled)
            {
                await cancellation.CancelAsync();
            }

            return await call;
        }
        catch (AssetNotFoundException)
        {
            return "missing";
        }
        catch (AssetExistsException)
        {
            return "exists";
        }
        catch (ConcurrencyConflictException)
        {
            return "conflict";
        }
        catch (OperationCanceledException) when (operation.Cut == Cut.Cancelled)
        {
            return "cancelled";
        }
        catch (InvalidOperationException e) when (e.Message == "after it")
        {
            return "failed";
        }
    }

    private static async Task JoinAsync(
        RegistryHost host,
        IUnitOfWork work,
        Operation operation,
        ETag? seen,
        IReadOnlyDictionary<string, StoredModelPackage> packages
    )
    {
        if (operation.Kind == OperationKind.SetAlias)
        {
            await host.Models.SetAliasAsync(work, operation.Name, operation.Alias, operation.Version, Expected(operation, seen), Because);
        }
        else
        {
            await host.Models.RegisterVersionAsync(work, operation.Name, packages[$"content {operation.Version}"], Options(operation));
        }
    }

    private static async Task<string> SendAsync(
        RegistryHost host,
        Operation operation,
        ETag? seen,
        IReadOnlyDictionary<string, StoredModelPackage> packages,
        CancellationToken token
    )
    {
        var (models, name) = (host.Models, operation.Name);
        var id = new ModelVersionId(name, operation.Version);
        switch (operation.Kind)
        {
            case OperationKind.Register:
            case OperationKind.RegisterWithKey:
                var package = packages[$"content {operation.Version}"];
                var made = await host.Database.WriteAsync(
                    Durability.Power,
                    work => models.RegisterVersionAsync(work, name, package, Options(operation)),
                    token
                );
                return $"version {made.Id.Version}";
            case OperationKind.CopyVersion:
                var copy = await models.CopyVersionAsync(id, RegistryModel.Other(name), new(), token);
                return $"version {copy.Id.Version}";
            case OperationKind.SetAlias:
                var alias = await models.SetAliasAsync(name, operation.Alias, id.Version, Expected(operation, seen), Because, token);
                return $"as {alias.ETag.RowVersion}";
            case OperationKind.RemoveAlias:
                return $"{await models.RemoveAliasAsync(name, operation.Alias, Expected(operation, seen), Because, token)}";
            default:
                await ChangeAsync(models, operation, id, token);
                return "done";
        }
    }

    private static Task ChangeAsync(IModelRegistry models, Operation operation, ModelVersionId id, CancellationToken token) =>
        operation.Kind switch
        {
            OperationKind.CreateModel => models.CreateModelAsync(id.Name, new() { Description = "made" }, token),
            OperationKind.DeleteModel => models.DeleteModelAsync(id.Name, token),
            OperationKind.RenameModel => models.RenameModelAsync(id.Name, RegistryModel.Other(id.Name), token),
            OperationKind.Describe => models.UpdateModelAsync(id.Name, $"said {id.Version}", token),
            OperationKind.SetModelTag => models.SetModelTagAsync(id.Name, "t", $"{id.Version}", token),
            OperationKind.DeleteModelTag => models.DeleteModelTagAsync(id.Name, "t", token),
            OperationKind.DeleteVersion => models.DeleteVersionAsync(id, token),
            OperationKind.SetVersionTag => models.SetVersionTagAsync(id, "t", operation.Alias, token),
            OperationKind.DeleteVersionTag => models.DeleteVersionTagAsync(id, "t", token),
            var other => throw new ArgumentOutOfRangeException(nameof(operation), other, null),
        };

    private static ModelVersionOptions? Options(Operation operation) =>
        operation.Kind == OperationKind.RegisterWithKey ? new() { IdempotencyKey = $"key {operation.Version}" } : null;

    private static ETag? Expected(Operation operation, ETag? seen) =>
        operation.Expected switch
        {
            ExpectedTag.Any => null,
            ExpectedTag.Seen => seen,
            ExpectedTag.None => ETag.None,
            _ => new(999),
        };

    private static async Task<string> DescribeAsync(RegistryHost host, Dictionary<ArtifactDigest, string> contents)
    {
        var text = new StringBuilder();
        foreach (var name in Names)
        {
            if (await host.Models.GetModelAsync(name, Token) is { } model)
            {
                RegistryModel.Line(text, $"{name}: {model.Description ?? "-"}, tag {model.Tags.GetValueOrDefault("t", "-")}");
            }

            foreach (var version in await host.Models.ListVersionsAsync(name, cancellationToken: Token))
            {
                var content = contents[version.ManifestDigest!.Value];
                RegistryModel.Line(text, $"  v{version.Id.Version}: {content}, tag {version.Tags.GetValueOrDefault("t", "-")}");
            }

            var live = (await host.Models.ListAliasesAsync(name, Token)).ToDictionary(a => a.Alias, StringComparer.Ordinal);
            foreach (var alias in Aliases)
            {
                if (live.TryGetValue(alias, out var target))
                {
                    RegistryModel.Line(text, $"  {alias} = v{target.Version} as {target.ETag.RowVersion}");
                }

                var history = await host.Models.GetAliasHistoryAsync(name, alias, Token);
                if (history.Count > 0)
                {
                    var was = history.Select(h => h.Version?.ToString(CultureInfo.InvariantCulture) ?? "-");
                    RegistryModel.Line(text, $"  {name}@{alias} was {string.Join(' ', was)}");
                }
            }
        }

        var events = await host.EventsAsync(Types);
        foreach (var group in events.GroupBy(e => e.Type, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            RegistryModel.Line(text, $"{group.Count()} x {group.Key}");
        }

        return text.ToString();
    }
}
