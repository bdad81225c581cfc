CREATE TABLE mon_layout (
    id $autoid$,
    hash $text$ NOT NULL UNIQUE,
    model $text$ NOT NULL,
    version $int$ NOT NULL,
    numeric_columns $text$ NOT NULL,
    category_columns $text$ NOT NULL,
    profile $blob$
);
CREATE INDEX mon_layout_model ON mon_layout (model, version);

CREATE TABLE mon_prediction (
    id $blob$ NOT NULL PRIMARY KEY,
    layout_id $bigint$ NOT NULL,
    route $int$ NOT NULL,
    time $bigint$ NOT NULL,
    score $double$,
    class $int$ NOT NULL,
    segment $text$
);
CREATE INDEX mon_prediction_time ON mon_prediction (layout_id, time);

CREATE TABLE mon_pane (
    layout_id $bigint$ NOT NULL,
    route $int$ NOT NULL,
    start $bigint$ NOT NULL,
    node $text$ NOT NULL,
    row_count $bigint$ NOT NULL,
    data $blob$ NOT NULL,
    PRIMARY KEY (layout_id, start, route, node)
);

CREATE TABLE mon_checkpoint (
    name $text$ NOT NULL PRIMARY KEY,
    state $text$ NOT NULL,
    at $bigint$ NOT NULL
);

CREATE TABLE mon_outcome (
    id $blob$ NOT NULL PRIMARY KEY,
    label $double$ NOT NULL,
    at $bigint$ NOT NULL,
    recorded_at $bigint$ NOT NULL
);

CREATE TABLE mon_outcome_audit (
    seq $autoid$,
    id $blob$ NOT NULL,
    label $double$ NOT NULL,
    at $bigint$ NOT NULL,
    recorded_at $bigint$ NOT NULL,
    replaced_at $bigint$ NOT NULL
);
CREATE INDEX mon_outcome_audit_id ON mon_outcome_audit (id);

CREATE TABLE mon_evaluation (
    monitor $text$ NOT NULL,
    kind $text$ NOT NULL,
    window_start $bigint$ NOT NULL,
    window_end $bigint$ NOT NULL,
    model $text$ NOT NULL,
    version $int$ NOT NULL,
    state $text$ NOT NULL,
    evaluated_at $bigint$ NOT NULL,
    data $text$ NOT NULL,
    PRIMARY KEY (monitor, kind, window_start, window_end)
);
CREATE INDEX mon_evaluation_end ON mon_evaluation (monitor, kind, window_end);

CREATE TABLE mon_alert (
    id $text$ NOT NULL PRIMARY KEY,
    monitor $text$ NOT NULL,
    kind $text$ NOT NULL,
    model $text$ NOT NULL,
    version $int$ NOT NULL,
    window_start $bigint$ NOT NULL,
    window_end $bigint$ NOT NULL,
    opened_at $bigint$ NOT NULL,
    resolved_at $bigint$,
    resolved_window_end $bigint$
);
CREATE INDEX mon_alert_monitor ON mon_alert (monitor, kind, opened_at);
CREATE INDEX mon_outcome_recorded ON mon_outcome (recorded_at);
