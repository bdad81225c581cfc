using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlPlatform.Core;
using MlPlatform.Features;
using MlPlatform.Registry;

namespace MlPlatform.Sdk.Internal;

/// <summary>Scores a candidate and the champion on the same rows and compares them.</summary>
internal sealed class ChampionJudge(IModelRegistry registry, IModelSource source, Clocks clocks)
{
    public async Task<GateResult> JudgeAsync(
        ModelVersionId candidate,
        string alias,
        TrainingSet rows,
        string label,
        ChampionComparison comparison,
        CancellationToken cancellationToken
    )
    {
        var champion = (await registry.GetAliasAsync(candidate.Name, alias, cancellationToken).ConfigureAwait(false))?.VersionId;
        if (champion == candidate)
        {
            throw new InvalidOperationException($"{candidate} is what '{alias}' points at already; there is nothing to judge.");
        }

        var context = new MLContext();
        var data = rows.AsDataView(context);
        var labels = ReadLabels(data, label);
        var scores = await ScoreAsync(context, candidate, data, cancellationToken).ConfigureAwait(false);
        var before = champion is null ? [] : await ScoreAsync(context, champion, data, cancellationToken).ConfigureAwait(false);
        return comparison.Evaluate(candidate.ToAsset(), champion?.ToAsset(), labels, scores, before, clocks.Platform.GetUtcNow());
    }

    private async Task<double[]> ScoreAsync(MLContext context, ModelVersionId version, IDataView data, CancellationToken cancellationToken)
    {
        var opened = await source
            .OpenAsync(ModelReference.ByVersion(version.Name, version.Version), cancellationToken)
            .ConfigureAwait(false);
        var model = await opened.Package.LoadMlNetAsync(context, cancellationToken).ConfigureAwait(false);
        return MlNetProfile.ReadScores(model.Transform(data))
            ?? throw new InvalidModelPackageException($"{version} gives neither a probability nor a scalar score.");
    }

    private static double[] ReadLabels(IDataView data, string label) =>
        data.Schema.GetColumnOrNull(label) is { Type: BooleanDataViewType } column
            ? [.. data.GetColumn<bool>(column).Select(l => l ? 1.0 : 0)]
            : throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"The held-out rows have no truth column '{label}' of type bool."),
                nameof(label)
            );
}
