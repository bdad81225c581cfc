CREATE TABLE srv_rollout (
    seq $autoid$,
    id $text$ NOT NULL UNIQUE,
    model $text$ NOT NULL,
    alias $text$ NOT NULL,
    candidate $int$ NOT NULL,
    baseline $int$,
    alias_tag $bigint$ NOT NULL,
    steps $text$ NOT NULL,
    hold $bigint$ NOT NULL,
    maximum_step_time $bigint$ NOT NULL,
    minimum_requests $int$ NOT NULL,
    shadow $int$ NOT NULL,
    kind $text$ NOT NULL,
    cause_id $text$,
    state $text$ NOT NULL,
    step $int$ NOT NULL,
    started_at $bigint$ NOT NULL,
    traffic_at $bigint$,
    step_at $bigint$ NOT NULL,
    ended_at $bigint$,
    reason $text$ NOT NULL,
    evidence $text$,
    row_version $bigint$ NOT NULL
);
CREATE UNIQUE INDEX srv_rollout_open ON srv_rollout (model) WHERE ended_at IS NULL;
CREATE INDEX srv_rollout_model ON srv_rollout (model, seq);

-- What each process counted since a step began; one row a version, rewritten by its process only.
CREATE TABLE srv_rollout_count (
    rollout_id $text$ NOT NULL,
    step $int$ NOT NULL,
    is_candidate $int$ NOT NULL,
    node $text$ NOT NULL,
    requests $bigint$ NOT NULL,
    errors $bigint$ NOT NULL,
    latency $blob$ NOT NULL,
    PRIMARY KEY (rollout_id, step, is_candidate, node)
);
