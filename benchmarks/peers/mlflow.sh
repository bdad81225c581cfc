#!/usr/bin/env bash
# Compares PlatformHost with MLflow's own server: the same requests by the same client, SQLite and local files on both sides, one machine, in turns.
# Needs a python3 (or another by PYTHON) that can import mlflow with its server; MLflow's source on PYTHONPATH will do. WORKERS sets MLflow's processes (4).
# Arguments go to PlatformHost: --MlPlatform:Storage:Sqlite:AlwaysPower=true measures writes that survive a power loss.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
python=${PYTHON:-python3}
dotnet build -c Release "$root/samples/PlatformHost"
dotnet build -c Release "$root/benchmarks/MlPlatform.Benchmarks"
folder=$(mktemp -d)
port=${PORT:-55470}

setsid "$python" -m mlflow server --backend-store-uri "sqlite:///$folder/mlflow.db" --artifacts-destination "$folder/mlflow-artifacts" \
    --host 127.0.0.1 --port "$port" --workers "${WORKERS:-4}" > "$folder/mlflow.log" 2>&1 &
mlflow=$!
dotnet "$root/artifacts/bin/PlatformHost/release/PlatformHost.dll" --urls "http://127.0.0.1:$((port + 1))" \
    "--MlPlatform:DataDirectory=$folder/data" "$@" > "$folder/host.log" 2>&1 &
host=$!
stop() {
    kill -- "-$mlflow" "$host" 2> /dev/null || true # MLflow's with its workers.
    wait "$mlflow" "$host" 2> /dev/null || true
    rm -rf "$folder"
}
trap stop EXIT
ready="api/2.0/mlflow/experiments/get-by-name?experiment_name=Default" # Once its tables are there.
for url in "http://127.0.0.1:$port" "http://127.0.0.1:$((port + 1))"; do
    for _ in $(seq 240); do
        curl -sf "$url/$ready" > /dev/null && break
        sleep 0.5
    done
    curl -sf "$url/$ready" > /dev/null || { tail -n 20 "$folder"/*.log >&2; exit 1; }
done
"$python" "$here/fill_mlflow.py" "$folder/mlflow.db"
"$python" "$here/fill_platform.py" "http://127.0.0.1:$((port + 1))"
dotnet "$root/artifacts/bin/MlPlatform.Benchmarks/release/MlPlatform.Benchmarks.dll" --mlflow-load \
    "http://127.0.0.1:$((port + 1))" "http://127.0.0.1:$port"

resident() { # of a process and its group, MB
    local total=0 pid
    for pid in $( (echo "$1"; pgrep -g "$1" || true) | sort -u); do
        total=$((total + $(awk '/VmRSS/ { print $2 }' "/proc/$pid/status" 2> /dev/null || echo 0)))
    done
    echo $((total / 1024))
}
echo
echo "Resident memory afterwards: MLflow $(resident "$mlflow") MB, ours $(resident "$host") MB."
