-- Who is told of events. Everything up to (tx, row_id) was delivered, or is a dead letter, or was of no concern; secret is encrypted.
CREATE TABLE core_subscription (
    id $text$ NOT NULL PRIMARY KEY,
    name $text$ NOT NULL,
    description $text$,
    format $text$ NOT NULL,
    address $text$ NOT NULL,
    filter $text$ NOT NULL,
    secret $text$,
    active $int$ NOT NULL,
    tx $bigint$ NOT NULL,
    row_id $bigint$ NOT NULL,
    attempts $int$ NOT NULL,
    retry_at $bigint$ NOT NULL,
    last_error $text$,
    created_at $bigint$ NOT NULL,
    updated_at $bigint$ NOT NULL
);

CREATE TABLE core_dead_letter (
    subscription_id $text$ NOT NULL REFERENCES core_subscription (id) ON DELETE CASCADE,
    event_id $text$ NOT NULL,
    at $bigint$ NOT NULL,
    attempts $int$ NOT NULL,
    error $text$ NOT NULL,
    PRIMARY KEY (subscription_id, event_id)
);
