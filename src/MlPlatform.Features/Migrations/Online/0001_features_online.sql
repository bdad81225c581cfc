CREATE TABLE fs_source (
    name $text$ NOT NULL PRIMARY KEY,
    next_seq $bigint$ NOT NULL
);

-- What was pushed and is not yet a segment of the metadata database: the rows themselves, or the artifact that holds them.
CREATE TABLE fs_pending (
    source $text$ NOT NULL,
    first_seq $bigint$ NOT NULL,
    last_seq $bigint$ NOT NULL,
    row_count $bigint$ NOT NULL,
    digest $text$,
    data $blob$,
    PRIMARY KEY (source, first_seq)
);

CREATE TABLE fs_seen (
    source $text$ NOT NULL,
    id $blob$ NOT NULL,
    PRIMARY KEY (source, id)
);

-- One row for each shape of a view that has ever been stored; applied is the set of ingest sequences that its rows and tiles contain.
CREATE TABLE fs_storage (
    id $autoid$,
    view_name $text$ NOT NULL,
    hash $text$ NOT NULL,
    applied $text$ NOT NULL,
    row_version $bigint$ NOT NULL,
    UNIQUE (view_name, hash)
);

CREATE TABLE fs_row (
    storage_id $bigint$ NOT NULL,
    entity_key $blob$ NOT NULL,
    data $blob$ NOT NULL,
    PRIMARY KEY (storage_id, entity_key)
);

CREATE TABLE fs_tile (
    storage_id $bigint$ NOT NULL,
    entity_key $blob$ NOT NULL,
    hop $bigint$ NOT NULL,
    start $bigint$ NOT NULL,
    data $blob$ NOT NULL,
    PRIMARY KEY (storage_id, entity_key, hop, start)
);
