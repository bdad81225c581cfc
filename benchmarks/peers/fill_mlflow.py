"""Fills an MLflow SQLite database with 10,000 runs of experiment "load", faster than its server would: fill_mlflow.py DATABASE."""

import sqlite3
import sys

RUNS = 10_000

database = sqlite3.connect(sys.argv[1])
columns = [c[1] for c in database.execute("PRAGMA table_info(experiments)")]
workspace = {"workspace": "default"} if "workspace" in columns else {}
experiment = {"name": "load", "artifact_location": "mlflow-artifacts:/load", "lifecycle_stage": "active", **workspace}
cursor = database.execute(
    f"INSERT INTO experiments ({', '.join(experiment)}) VALUES ({', '.join('?' * len(experiment))})", list(experiment.values())
)
key = cursor.lastrowid
for n in range(RUNS):
    run = f"aaaaaaaaaaaaaa{100_000_000_000_000_000 + n}"
    database.execute(
        "INSERT INTO runs (run_uuid, name, status, start_time, lifecycle_stage, artifact_uri, experiment_id, source_type, user_id)"
        " VALUES (?, ?, 'FINISHED', ?, 'active', ?, ?, 'UNKNOWN', 'load')",
        (run, f"run-{n}", 1_000_000 + n, f"mlflow-artifacts:/load/{run}/artifacts", key),
    )
    for k, name in enumerate(("auc", "loss", "recall"), 1):
        value = (n * 7919 + k * 104729) % 100003 / 100003
        point = (name, value, 1_000_000, run, 3, 0)
        database.execute("INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, ?)", point)
        database.execute("INSERT INTO latest_metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, ?)", point)
    database.executemany("INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)", [("trainer", f"t{n % 5}", run), ("depth", f"{n % 9}", run)])
    database.executemany(
        "INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)",
        [("team", f"x{n % 11}", run), ("env", f"e{n % 3}", run), ("mlflow.runName", f"run-{n}", run)],
    )
database.commit()
