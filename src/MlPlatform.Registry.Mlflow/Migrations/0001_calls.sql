-- Calls of an MLflow server whose events are not written yet: made before the call, removed with the events. What is old here was cut off.
CREATE TABLE reg_mlflow_call (
    id $text$ NOT NULL PRIMARY KEY,
    server $text$ NOT NULL,
    announcement $text$ NOT NULL,
    actor_kind $text$ NOT NULL,
    actor_id $text$ NOT NULL,
    actor_team $text$,
    made_at $bigint$ NOT NULL
);
CREATE INDEX reg_mlflow_call_made ON reg_mlflow_call (server, made_at);
