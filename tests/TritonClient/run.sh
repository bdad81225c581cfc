#!/usr/bin/env bash
# Triton's public Python client against samples/PlatformHost, over HTTP and, where it can be imported, gRPC. Needs a python3 (or another by PYTHON) that can import tritonclient.http and numpy; the
# client's source on PYTHONPATH will do.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
python=${PYTHON:-python3}
port=${PORT:-55490}
grpc_port=${GRPC_PORT:-55491}
dotnet build -c Release "$root/samples/PlatformHost"
folder=$(mktemp -d)
mkdir "$folder/models"
dotnet "$root/artifacts/bin/PlatformHost/release/PlatformHost.dll" --urls "http://127.0.0.1:$port" \
    "--MlPlatform:DataDirectory=$folder/data" "--MlPlatform:Serving:ModelRepository=$folder/models" \
    "--MlPlatform:Serving:GrpcPort=$grpc_port" > "$folder/host.log" 2>&1 &
host=$!
stop() {
    kill "$host" 2> /dev/null || true
    wait "$host" 2> /dev/null || true
    rm -rf "$folder"
}
trap stop EXIT
for _ in $(seq 120); do
    curl -sf "http://127.0.0.1:$port/v2/health/ready" > /dev/null && break
    sleep 0.5
done
"$python" "$here/acceptance.py" "127.0.0.1:$port" "$folder/models"
if "$python" -c "import tritonclient.grpc" 2> /dev/null; then
    "$python" "$here/grpc_acceptance.py" "127.0.0.1:$grpc_port"
else
    echo "gRPC was not tried: tritonclient.grpc cannot be imported."
fi
