#!/usr/bin/env bash
# Builds and starts PlatformHost on a free port with an empty folder, and runs acceptance.py against it. PYTHON names another python3; arguments go to the host.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
dotnet build -c Release "$root/samples/PlatformHost"

folder=$(mktemp -d)
coproc host { exec dotnet "$root/artifacts/bin/PlatformHost/release/PlatformHost.dll" \
    --urls http://127.0.0.1:0 "--MlPlatform:DataDirectory=$folder/data" "$@" 2> "$folder/log"; }
server=$host_PID
trap 'kill "$server" 2> /dev/null || true; wait "$server" 2> /dev/null || true; rm -rf "$folder"' EXIT

# It says "ready http://..." once it listens; the port is the system's choice.
read -r ready url _ <&"${host[0]}" || { cat "$folder/log" >&2; exit 1; }
[ "$ready" = ready ]

# A failure shall be seen at once, not after the client's many tries.
MLFLOW_HTTP_REQUEST_MAX_RETRIES=${MLFLOW_HTTP_REQUEST_MAX_RETRIES:-0} GIT_PYTHON_REFRESH=quiet \
    "${PYTHON:-python3}" "$here/acceptance.py" "$url"
