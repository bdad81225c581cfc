CREATE TABLE fs_definition (
    kind $text$ NOT NULL,
    name $text$ NOT NULL,
    version $int$ NOT NULL,
    hash $text$ NOT NULL,
    body $text$ NOT NULL,
    applied_at $bigint$ NOT NULL,
    applied_by $text$ NOT NULL,
    PRIMARY KEY (kind, name, version)
);
CREATE UNIQUE INDEX fs_definition_hash ON fs_definition (kind, name, hash);

CREATE TABLE fs_feature (
    view_name $text$ NOT NULL,
    name $text$ NOT NULL,
    PRIMARY KEY (view_name, name)
);

CREATE TABLE fs_segment (
    source $text$ NOT NULL,
    first_seq $bigint$ NOT NULL,
    last_seq $bigint$ NOT NULL,
    row_count $bigint$ NOT NULL,
    digest $text$ NOT NULL,
    PRIMARY KEY (source, first_seq)
);
