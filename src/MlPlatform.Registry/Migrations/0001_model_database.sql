-- A deleted experiment, run or model keeps its row, and its name stays taken, until it is purged.
CREATE TABLE reg_experiment (
    id $text$ NOT NULL PRIMARY KEY,
    name $text$ NOT NULL UNIQUE,
    artifact_location $text$,
    created_at $bigint$ NOT NULL,
    updated_at $bigint$ NOT NULL,
    deleted_at $bigint$
);

CREATE TABLE reg_experiment_tag (
    experiment_id $text$ NOT NULL REFERENCES reg_experiment (id),
    key $text$ NOT NULL,
    value $text$ NOT NULL,
    PRIMARY KEY (experiment_id, key)
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
    user_id $text$,
    provenance $text$,
    deleted_at $bigint$
) $clustered$;
CREATE INDEX reg_run_experiment ON reg_run (experiment_id, start_time DESC, id);
CREATE INDEX reg_run_start ON reg_run (start_time DESC, id);
CREATE INDEX reg_run_parent ON reg_run (parent_id);

-- Long values fit no index, so their beginnings are indexed. Searches hold the same expression.
CREATE TABLE reg_run_param (
    run_id $text$ NOT NULL REFERENCES reg_run (id),
    experiment_id $text$ NOT NULL,
    key $text$ NOT NULL,
    value $text$ NOT NULL,
    PRIMARY KEY (run_id, key)
) $clustered$;
CREATE INDEX reg_run_param_value ON reg_run_param (experiment_id, key, substr(value, 1, 100));

CREATE TABLE reg_run_tag (
    run_id $text$ NOT NULL REFERENCES reg_run (id),
    experiment_id $text$ NOT NULL,
    key $text$ NOT NULL,
    value $text$ NOT NULL,
    PRIMARY KEY (run_id, key)
) $clustered$;
CREATE INDEX reg_run_tag_value ON reg_run_tag (experiment_id, key, substr(value, 1, 100));

-- A not-a-number is kept as is_nan = 1 with value 0, since not every database orders or even stores one.
-- That the run is there is checked on reg_metric_latest, written before: here it would be looked up for each point.
CREATE TABLE reg_metric_point (
    run_id $text$ NOT NULL,
    key $text$ NOT NULL,
    step $bigint$ NOT NULL,
    at $bigint$ NOT NULL,
    value $double$ NOT NULL,
    is_nan $int$ NOT NULL,
    PRIMARY KEY (run_id, key, step, at, value, is_nan)
) $clustered$;

CREATE TABLE reg_metric_latest (
    run_id $text$ NOT NULL REFERENCES reg_run (id),
    experiment_id $text$ NOT NULL,
    key $text$ NOT NULL,
    step $bigint$ NOT NULL,
    at $bigint$ NOT NULL,
    value $double$ NOT NULL,
    is_nan $int$ NOT NULL,
    PRIMARY KEY (run_id, key)
) $clustered$;
CREATE INDEX reg_metric_latest_value ON reg_metric_latest (experiment_id, key, is_nan, value, run_id);

-- The schema is ours as schema_json, or another system's own as schema_text.
CREATE TABLE reg_dataset (
    id $text$ NOT NULL PRIMARY KEY,
    experiment_id $text$ NOT NULL REFERENCES reg_experiment (id),
    name $text$ NOT NULL,
    digest $text$ NOT NULL,
    source_type $text$,
    source $text$,
    schema_json $text$,
    schema_text $text$,
    profile $text$,
    UNIQUE (experiment_id, name, digest)
);

CREATE TABLE reg_run_input (
    run_id $text$ NOT NULL REFERENCES reg_run (id),
    dataset_id $text$ NOT NULL REFERENCES reg_dataset (id),
    PRIMARY KEY (run_id, dataset_id)
);
CREATE INDEX reg_run_input_dataset ON reg_run_input (dataset_id);

CREATE TABLE reg_run_input_tag (
    run_id $text$ NOT NULL,
    dataset_id $text$ NOT NULL,
    key $text$ NOT NULL,
    value $text$ NOT NULL,
    PRIMARY KEY (run_id, dataset_id, key),
    FOREIGN KEY (run_id, dataset_id) REFERENCES reg_run_input (run_id, dataset_id)
);

CREATE TABLE reg_logged_model (
    id $text$ NOT NULL PRIMARY KEY,
    experiment_id $text$ NOT NULL REFERENCES reg_experiment (id),
    name $text$ NOT NULL,
    model_type $text$,
    source_run_id $text$ REFERENCES reg_run (id),
    status $text$ NOT NULL,
    status_message $text$,
    created_at $bigint$ NOT NULL,
    updated_at $bigint$ NOT NULL,
    deleted_at $bigint$
);
CREATE INDEX reg_logged_model_experiment ON reg_logged_model (experiment_id, created_at DESC, id);
CREATE INDEX reg_logged_model_run ON reg_logged_model (source_run_id);

CREATE TABLE reg_logged_model_param (
    model_id $text$ NOT NULL REFERENCES reg_logged_model (id),
    key $text$ NOT NULL,
    value $text$ NOT NULL,
    PRIMARY KEY (model_id, key)
);

CREATE TABLE reg_logged_model_tag (
    model_id $text$ NOT NULL REFERENCES reg_logged_model (id),
    key $text$ NOT NULL,
    value $text$ NOT NULL,
    PRIMARY KEY (model_id, key)
);

-- The latest point of a metric, for each dataset that it was measured on; without one, both names are empty.
CREATE TABLE reg_logged_model_metric (
    model_id $text$ NOT NULL REFERENCES reg_logged_model (id),
    key $text$ NOT NULL,
    dataset_name $text$ NOT NULL,
    dataset_digest $text$ NOT NULL,
    run_id $text$ NOT NULL REFERENCES reg_run (id),
    step $bigint$ NOT NULL,
    at $bigint$ NOT NULL,
    value $double$ NOT NULL,
    is_nan $int$ NOT NULL,
    PRIMARY KEY (model_id, key, dataset_name, dataset_digest)
);
CREATE INDEX reg_logged_model_metric_run ON reg_logged_model_metric (run_id);

-- The logged models that a run read (input) or made (output).
CREATE TABLE reg_run_model (
    run_id $text$ NOT NULL REFERENCES reg_run (id),
    direction $text$ NOT NULL,
    model_id $text$ NOT NULL REFERENCES reg_logged_model (id),
    step $bigint$ NOT NULL,
    PRIMARY KEY (run_id, direction, model_id)
);
CREATE INDEX reg_run_model_model ON reg_run_model (model_id);

CREATE TABLE reg_artifact_entry (
    owner_kind $text$ NOT NULL,
    owner_id $text$ NOT NULL,
    path $text$ NOT NULL,
    digest $text$ NOT NULL,
    size $bigint$ NOT NULL,
    PRIMARY KEY (owner_kind, owner_id, path)
);

-- A deleted model keeps its row, so that its version numbers never repeat.
CREATE TABLE reg_model (
    name $text$ NOT NULL PRIMARY KEY,
    description $text$,
    created_at $bigint$ NOT NULL,
    updated_at $bigint$ NOT NULL,
    deleted_at $bigint$,
    next_version $int$ NOT NULL
);

CREATE TABLE reg_model_tag (
    model $text$ NOT NULL REFERENCES reg_model (name) ON UPDATE CASCADE,
    key $text$ NOT NULL,
    value $text$ NOT NULL,
    PRIMARY KEY (model, key)
);

-- A version that another system registered may have a source and no package, hence no manifest.
CREATE TABLE reg_model_version (
    model $text$ NOT NULL REFERENCES reg_model (name) ON UPDATE CASCADE,
    version $int$ NOT NULL,
    manifest_digest $text$,
    source $text$,
    run_id $text$,
    run_link $text$,
    logged_model_id $text$,
    created_at $bigint$ NOT NULL,
    updated_at $bigint$ NOT NULL,
    created_by $text$ NOT NULL,
    description $text$,
    idempotency_key $text$,
    deleted_at $bigint$,
    PRIMARY KEY (model, version),
    UNIQUE (model, idempotency_key)
);
CREATE INDEX reg_model_version_run ON reg_model_version (run_id);
CREATE INDEX reg_model_version_logged_model ON reg_model_version (logged_model_id);
CREATE INDEX reg_model_version_updated ON reg_model_version (updated_at DESC, model, version DESC);

CREATE TABLE reg_model_version_tag (
    model $text$ NOT NULL,
    version $int$ NOT NULL,
    key $text$ NOT NULL,
    value $text$ NOT NULL,
    PRIMARY KEY (model, version, key),
    FOREIGN KEY (model, version) REFERENCES reg_model_version (model, version) ON UPDATE CASCADE
);

-- A removed alias keeps its row with no version, so that its row_version never repeats.
CREATE TABLE reg_model_alias (
    model $text$ NOT NULL REFERENCES reg_model (name) ON UPDATE CASCADE,
    alias $text$ NOT NULL,
    version $int$,
    row_version $bigint$ NOT NULL,
    PRIMARY KEY (model, alias),
    FOREIGN KEY (model, version) REFERENCES reg_model_version (model, version) ON UPDATE CASCADE
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
    FOREIGN KEY (model, alias) REFERENCES reg_model_alias (model, alias) ON UPDATE CASCADE
);
CREATE INDEX reg_alias_history_time ON reg_alias_history (model, alias, from_at);
