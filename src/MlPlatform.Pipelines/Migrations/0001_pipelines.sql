-- Times named ..._work, ready_at and lease_until are work time; all others are platform time.
CREATE TABLE pl_run (
    run_id $text$ NOT NULL PRIMARY KEY,
    pipeline $text$ NOT NULL,
    spec_hash $text$ NOT NULL,
    params_json $text$ NOT NULL,
    seed $bigint$ NOT NULL,
    as_of $bigint$ NOT NULL,
    state $text$ NOT NULL,
    open_steps $int$ NOT NULL,
    cause_id $text$,
    trigger_id $text$,
    actor $text$ NOT NULL,
    cancel_requested_work $bigint$,
    created_at $bigint$ NOT NULL,
    ended_at $bigint$,
    created_work $bigint$ NOT NULL,
    ended_work $bigint$
);
CREATE INDEX pl_run_pipeline ON pl_run (pipeline, created_at, run_id);
CREATE INDEX pl_run_trigger ON pl_run (trigger_id, run_id) WHERE trigger_id IS NOT NULL;
CREATE INDEX pl_run_open ON pl_run (spec_hash) WHERE ended_at IS NULL;

-- A static step's number is its place in the definition; the items of a map follow after those.
CREATE TABLE pl_step (
    run_id $text$ NOT NULL REFERENCES pl_run (run_id),
    step_no $int$ NOT NULL,
    name $text$ NOT NULL,
    kind $text$ NOT NULL,
    parent_no $int$,
    map_index $int$,
    item_json $text$,
    state $text$ NOT NULL,
    pending_deps $int$ NOT NULL,
    fence $bigint$ NOT NULL,
    attempt $int$ NOT NULL,
    failures $int$ NOT NULL,
    lost_count $int$ NOT NULL,
    ready_at $bigint$ NOT NULL,
    lease_owner $text$,
    lease_until $bigint$,
    started_work $bigint$,
    ended_work $bigint$,
    output_digest $text$,
    output_inline $text$,
    cache_key $text$,
    cache_doc $text$,
    cache_reason $text$,
    error_type $text$,
    error $text$,
    progress $double$,
    progress_text $text$,
    wake_at $bigint$,
    wake_types $text$,
    wake_subject $text$,
    wake_position $text$,
    PRIMARY KEY (run_id, step_no)
);
CREATE INDEX pl_step_ready ON pl_step (ready_at, run_id, step_no) WHERE state = 'ready';
CREATE INDEX pl_step_leased ON pl_step (lease_until) WHERE state = 'leased';
CREATE INDEX pl_step_waiting ON pl_step (run_id, step_no) WHERE state = 'waiting';
CREATE INDEX pl_step_next_item ON pl_step (run_id, parent_no, map_index) WHERE state = 'blocked' AND parent_no IS NOT NULL;
CREATE INDEX pl_step_keyed ON pl_step (name, ended_work) WHERE cache_doc IS NOT NULL;

CREATE TABLE pl_edge (
    run_id $text$ NOT NULL REFERENCES pl_run (run_id),
    from_step $int$ NOT NULL,
    to_step $int$ NOT NULL,
    on_end $int$ NOT NULL,
    PRIMARY KEY (run_id, from_step, to_step)
);

CREATE TABLE pl_attempt (
    run_id $text$ NOT NULL REFERENCES pl_run (run_id),
    step_no $int$ NOT NULL,
    fence $bigint$ NOT NULL,
    attempt $int$ NOT NULL,
    worker $text$,
    started_work $bigint$,
    ended_work $bigint$ NOT NULL,
    outcome $text$ NOT NULL,
    error_type $text$,
    error $text$,
    PRIMARY KEY (run_id, step_no, fence)
);

-- Without an output the row is a claim: live while the holder's step is leased under the holder's fence.
CREATE TABLE pl_cache (
    cache_key $text$ NOT NULL PRIMARY KEY,
    run_id $text$ NOT NULL,
    step_no $int$ NOT NULL,
    fence $bigint$ NOT NULL,
    created_at $bigint$ NOT NULL,
    output_digest $text$,
    output_inline $text$
);

CREATE TABLE pl_approval (
    run_id $text$ NOT NULL REFERENCES pl_run (run_id),
    step_no $int$ NOT NULL,
    role $text$ NOT NULL,
    requested_at $bigint$ NOT NULL,
    expires_at $bigint$ NOT NULL,
    subject_digest $text$ NOT NULL,
    verdict $text$,
    actor $text$,
    reason $text$,
    decided_at $bigint$,
    PRIMARY KEY (run_id, step_no)
);

CREATE TABLE pl_trigger (
    trigger_id $text$ NOT NULL PRIMARY KEY,
    cursor $text$ NOT NULL,
    last_due $bigint$ NOT NULL
);

CREATE TABLE pl_firing (
    dedupe_key $text$ NOT NULL PRIMARY KEY,
    trigger_id $text$ NOT NULL,
    cause_id $text$,
    due_at $bigint$,
    decision $text$ NOT NULL,
    run_id $text$,
    at $bigint$ NOT NULL
);
CREATE INDEX pl_firing_trigger ON pl_firing (trigger_id, decision, at);

-- Display only, never a safety input.
CREATE TABLE pl_worker (
    worker_id $text$ NOT NULL PRIMARY KEY,
    specs $text$ NOT NULL,
    last_seen_work $bigint$ NOT NULL
);
