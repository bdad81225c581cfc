"""Fills PlatformHost with the same 10,000 runs over its API: fill_platform.py URL."""

import json
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor

RUNS = 10_000
base = sys.argv[1] + "/api/2.0/mlflow/"


def post(path, body):
    request = urllib.request.Request(base + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def fill(n):
    tags = [{"key": "team", "value": f"x{n % 11}"}, {"key": "env", "value": f"e{n % 3}"}]
    run = post("runs/create", {"experiment_id": experiment, "run_name": f"run-{n}", "start_time": 1_000_000 + n, "tags": tags})
    metrics = [
        {"key": name, "value": (n * 7919 + k * 104729) % 100003 / 100003, "timestamp": 1_000_000, "step": 3}
        for k, name in enumerate(("auc", "loss", "recall"), 1)
    ]
    params = [{"key": "trainer", "value": f"t{n % 5}"}, {"key": "depth", "value": f"{n % 9}"}]
    post("runs/log-batch", {"run_id": run["run"]["info"]["run_id"], "metrics": metrics, "params": params})


experiment = post("experiments/create", {"name": "load"})["experiment_id"]
with ThreadPoolExecutor(8) as pool:
    list(pool.map(fill, range(RUNS)))
