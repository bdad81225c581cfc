using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>The rows of rollouts. Moved by compare-and-set only.</summary>
internal sealed class RolloutStore(IMetadataDatabase database)
{
    public const string Name = "serving.rollout";

    public async Task<Rollout?> GetAsync(RolloutId id, CancellationToken cancellationToken) =>
        (await QueryAsync("WHERE id = @key", id.ToString(), cancellationToken).ConfigureAwait(false)).SingleOrDefault();

    public async Task<Rollout?> FindOpenAsync(string model, CancellationToken cancellationToken) =>
        (await QueryAsync("WHERE model = @key AND ended_at IS NULL", model, cancellationToken).ConfigureAwait(false)).SingleOrDefault();

    public Task<IReadOnlyList<Rollout>> ListOpenAsync(CancellationToken cancellationToken) =>
        QueryAsync("WHERE ended_at IS NULL ORDER BY seq", null, cancellationToken);

    public Task<IReadOnlyList<Rollout>> ListAsync(string model, CancellationToken cancellationToken) =>
        QueryAsync("WHERE model = @key ORDER BY seq DESC", model, cancellationToken);

    /// <exception cref="RolloutConflictException">Another rollout of the model is open.</exception>
    public static async Task InsertAsync(IUnitOfWork work, Rollout rollout)
    {
        const string Insert = """
            INSERT INTO srv_rollout (id, model, alias, candidate, baseline, alias_tag, steps, hold, maximum_step_time, minimum_requests, shadow,
                promote_by_hand, kind, cause_id, state, step, started_at, traffic_at, step_at, ended_at, reason, evidence, row_version)
            VALUES (@Id, @Model, @Alias, @Candidate, @Baseline, @AliasTag, @Steps, @Hold, @MaximumStepTime, @MinimumRequests, @Shadow,
                @PromoteByHand, @Kind, @CauseId, @State, @Step, @StartedAt, @TrafficAt, @StepAt, @EndedAt, @Reason, @Evidence, @RowVersion)
            ON CONFLICT (model) WHERE ended_at IS NULL DO NOTHING
            """;
        if (await work.Connection.ExecuteAsync(Insert, RolloutRow.Of(rollout), work.Transaction).ConfigureAwait(false) == 0)
        {
            var model = rollout.Candidate.Name;
            var open = await work
                .Connection.ExecuteScalarAsync<string?>(
                    "SELECT id FROM srv_rollout WHERE model = @model AND ended_at IS NULL",
                    new { model },
                    work.Transaction
                )
                .ConfigureAwait(false);
            throw new RolloutConflictException(
                model,
                open is null ? null : RolloutId.Parse(open),
                $"Rollout {open} of '{model}' is open; promote it, roll it back, or wait for its end before another is started."
            );
        }
    }

    /// <summary>Writes the next state of a row that nobody else has moved since it was read.</summary>
    /// <exception cref="ConcurrencyConflictException">Somebody has.</exception>
    public static async Task UpdateAsync(IUnitOfWork work, Rollout next)
    {
        const string Update = """
            UPDATE srv_rollout
            SET state = @State, step = @Step, traffic_at = @TrafficAt, step_at = @StepAt, ended_at = @EndedAt, reason = @Reason, evidence = @Evidence,
                row_version = @RowVersion
            WHERE id = @Id AND row_version = @RowVersion - 1
            """;
        var row = RolloutRow.Of(next);
        if (await work.Connection.ExecuteAsync(Update, row, work.Transaction).ConfigureAwait(false) == 0)
        {
            var actual = await work
                .Connection.ExecuteScalarAsync<long?>("SELECT row_version FROM srv_rollout WHERE id = @Id", row, work.Transaction)
                .ConfigureAwait(false);
            throw new ConcurrencyConflictException(Name, "move", row.Id, new(row.RowVersion - 1), new(actual ?? 0));
        }
    }

    private Task<IReadOnlyList<Rollout>> QueryAsync(string condition, string? key, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<Rollout>>(
            async connection =>
            {
                var sql = $"SELECT {RolloutRow.Columns} FROM srv_rollout {condition}";
                return [.. (await connection.QueryAsync<RolloutRow>(sql, new { key }).ConfigureAwait(false)).Select(r => r.ToRollout())];
            },
            cancellationToken
        );
}
