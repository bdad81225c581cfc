CREATE TABLE core_event (
    row_id $autoid$,
    tx $txid$,
    id $text$ NOT NULL UNIQUE,
    type $text$ NOT NULL,
    schema_version $int$ NOT NULL,
    time $bigint$ NOT NULL,
    recorded_at $bigint$ NOT NULL,
    actor_kind $text$ NOT NULL,
    actor_id $text$ NOT NULL,
    actor_team $text$,
    subject $text$ NOT NULL,
    related $text$ NOT NULL,
    cause_id $text$,
    trace_id $text$,
    payload $text$ NOT NULL
);
CREATE INDEX core_event_type ON core_event (type, row_id);
CREATE INDEX core_event_subject ON core_event (subject, row_id);

CREATE TABLE core_artifact_ref (
    digest $text$ NOT NULL,
    owner_kind $text$ NOT NULL,
    owner_id $text$ NOT NULL,
    PRIMARY KEY (digest, owner_kind, owner_id)
);
CREATE INDEX core_artifact_ref_owner ON core_artifact_ref (owner_kind, owner_id);

CREATE TABLE core_lineage (
    from_asset $text$ NOT NULL,
    to_asset $text$ NOT NULL,
    relation $text$ NOT NULL,
    at $bigint$ NOT NULL,
    PRIMARY KEY (from_asset, to_asset, relation)
);
CREATE INDEX core_lineage_to ON core_lineage (to_asset);

CREATE TABLE core_lease (
    name $text$ NOT NULL PRIMARY KEY,
    owner $text$ NOT NULL,
    until $bigint$ NOT NULL,
    fence $bigint$ NOT NULL
);

CREATE TABLE core_recurring (
    name $text$ NOT NULL PRIMARY KEY,
    last_due $bigint$ NOT NULL
);
