-- What a program did for one request. Its spans are kept as they came, in OTLP; a trace may be known by its spans before anyone describes it.
CREATE TABLE reg_trace (
    id $text$ NOT NULL PRIMARY KEY,
    experiment_id $text$ NOT NULL REFERENCES reg_experiment (id),
    client_request_id $text$,
    request_preview $text$,
    response_preview $text$,
    at $bigint$ NOT NULL,
    duration $bigint$,
    state $text$ NOT NULL
);
CREATE INDEX reg_trace_experiment ON reg_trace (experiment_id, at DESC, id);

CREATE TABLE reg_trace_tag (
    trace_id $text$ NOT NULL REFERENCES reg_trace (id) ON DELETE CASCADE,
    key $text$ NOT NULL,
    value $text$ NOT NULL,
    PRIMARY KEY (trace_id, key)
);

CREATE TABLE reg_trace_metadata (
    trace_id $text$ NOT NULL REFERENCES reg_trace (id) ON DELETE CASCADE,
    key $text$ NOT NULL,
    value $text$ NOT NULL,
    PRIMARY KEY (trace_id, key)
);

CREATE TABLE reg_span (
    trace_id $text$ NOT NULL REFERENCES reg_trace (id) ON DELETE CASCADE,
    span_id $text$ NOT NULL,
    parent_id $text$,
    name $text$ NOT NULL,
    start_ns $bigint$ NOT NULL,
    end_ns $bigint$,
    content $blob$ NOT NULL,
    PRIMARY KEY (trace_id, span_id)
);
