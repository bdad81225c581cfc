-- What was last said about a subject, so that saying it again at each start adds nothing to the log.
CREATE TABLE core_standing (
    type $text$ NOT NULL,
    subject $text$ NOT NULL,
    digest $text$ NOT NULL,
    PRIMARY KEY (type, subject)
);

CREATE TABLE core_consumer (
    asset $text$ NOT NULL,
    consumer_kind $text$ NOT NULL,
    consumer_id $text$ NOT NULL,
    team $text$,
    purpose $text$ NOT NULL,
    actuating $int$ NOT NULL,
    declared_at $bigint$ NOT NULL,
    PRIMARY KEY (asset, consumer_kind, consumer_id)
);
