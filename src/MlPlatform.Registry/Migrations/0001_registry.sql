CREATE TABLE reg_experiment (
    id $text$ NOT NULL PRIMARY KEY,
    name $text$ NOT NULL UNIQUE,
    created_at $bigint$ NOT NULL
);

CREATE TABLE reg_run (
    id $text$ NOT NULL PRIMARY KEY,
    experiment_id $text$ NOT NULL REFERENCES reg_experiment (id),
    name $text$ NOT NULL,
    parent_id $text$ REFERENCES reg_run (id),
    status $text$ NOT NULL,
    start_time $bigint$ NOT NULL,
    end_time $bigint$,
    actor_id $text$ NOT NULL,
    provenance $text$
);
CREATE INDEX reg_run_experiment ON reg_run (experiment_id, start_time, id);
CREATE INDEX reg_run_parent ON reg_run (parent_id);

CREATE TABLE reg_run_param (
    run_id $text$ NOT NULL REFERENCES reg_run (id),
    experiment_id $text$ NOT NULL,
    key $text$ NOT NULL,
    value $text$ NOT NULL,
    PRIMARY KEY (run_id, key)
);

CREATE TABLE reg_run_tag (
    run_id $text$ NOT NULL REFERENCES reg_run (id),
    experiment_id $text$ NOT NULL,
    key $text$ NOT NULL,
    value $text$ NOT NULL,
    PRIMARY KEY (run_id, key)
);

-- A not-a-number is kept as is_nan = 1 with value 0, since not every database orders or even stores one.
CREATE TABLE reg_metric_point (
    run_id $text$ NOT NULL REFERENCES reg_run (id),
    key $text$ NOT NULL,
    step $bigint$ NOT NULL,
    at $bigint$ NOT NULL,
    value $double$ NOT NULL,
    is_nan $int$ NOT NULL,
    PRIMARY KEY (run_id, key, step, at, value, is_nan)
);

CREATE TABLE reg_metric_latest (
    run_id $text$ NOT NULL REFERENCES reg_run (id),
    experiment_id $text$ NOT NULL,
    key $text$ NOT NULL,
    step $bigint$ NOT NULL,
    at $bigint$ NOT NULL,
    value $double$ NOT NULL,
    is_nan $int$ NOT NULL,
    PRIMARY KEY (run_id, key)
);

CREATE TABLE reg_dataset (
    id $text$ NOT NULL PRIMARY KEY,
    experiment_id $text$ NOT NULL REFERENCES reg_experiment (id),
    name $text$ NOT NULL,
    digest $text$ NOT NULL,
    schema_json $text$,
    UNIQUE (experiment_id, name, digest)
);

CREATE TABLE reg_run_input (
    run_id $text$ NOT NULL REFERENCES reg_run (id),
    dataset_id $text$ NOT NULL REFERENCES reg_dataset (id),
    PRIMARY KEY (run_id, dataset_id)
);
CREATE INDEX reg_run_input_dataset ON reg_run_input (dataset_id);

CREATE TABLE reg_artifact_entry (
    owner_kind $text$ NOT NULL,
    owner_id $text$ NOT NULL,
    path $text$ NOT NULL,
    digest $text$ NOT NULL,
    size $bigint$ NOT NULL,
    PRIMARY KEY (owner_kind, owner_id, path)
);

CREATE TABLE reg_model (
    name $text$ NOT NULL PRIMARY KEY,
    created_at $bigint$ NOT NULL,
    next_version $int$ NOT NULL
);

CREATE TABLE reg_model_version (
    model $text$ NOT NULL REFERENCES reg_model (name),
    version $int$ NOT NULL,
    manifest_digest $text$ NOT NULL,
    run_id $text$,
    created_at $bigint$ NOT NULL,
    created_by $text$ NOT NULL,
    description $text$,
    tags $text$ NOT NULL,
    idempotency_key $text$,
    PRIMARY KEY (model, version),
    UNIQUE (model, idempotency_key)
);
CREATE INDEX reg_model_version_run ON reg_model_version (run_id);

-- A removed alias keeps its row with no version, so that its row_version never repeats.
CREATE TABLE reg_model_alias (
    model $text$ NOT NULL REFERENCES reg_model (name),
    alias $text$ NOT NULL,
    version $int$,
    row_version $bigint$ NOT NULL,
    PRIMARY KEY (model, alias),
    FOREIGN KEY (model, version) REFERENCES reg_model_version (model, version)
);
CREATE INDEX reg_model_alias_version ON reg_model_alias (model, version);

-- What an alias pointed at from from_at to before to_at; one open interval an alias.
CREATE TABLE reg_alias_history (
    model $text$ NOT NULL,
    alias $text$ NOT NULL,
    row_version $bigint$ NOT NULL,
    version $int$,
    previous $int$,
    from_at $bigint$ NOT NULL,
    to_at $bigint$,
    actor $text$ NOT NULL,
    kind $text$ NOT NULL,
    reason $text$ NOT NULL,
    evidence $text$,
    PRIMARY KEY (model, alias, row_version),
    FOREIGN KEY (model, alias) REFERENCES reg_model_alias (model, alias)
);
CREATE INDEX reg_alias_history_time ON reg_alias_history (model, alias, from_at);
