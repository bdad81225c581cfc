#!/usr/bin/env bash
# Starts Azurite, the emulator of Azure Blob Storage, for the tests on the loopback, in a directory of its own, and prints its connection string.
# Usage: eng/start-azurite.sh DIRECTORY [PORT]. Installs the npm package there when there is no azurite-blob. Stop it with: kill $(cat DIRECTORY/pid).
set -euo pipefail
directory=$1 port=${2:-55435} version=3.37.0
mkdir -p "$directory/data"
if ! command -v azurite-blob > /dev/null; then
    if ! command -v npm > /dev/null; then
        (apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q nodejs npm) >&2
    fi
    [ -x "$directory/node_modules/.bin/azurite-blob" ] || npm install --prefix "$directory" --no-audit --no-fund "azurite@$version" >&2
    PATH="$directory/node_modules/.bin:$PATH"
fi
nohup azurite-blob --silent --skipApiVersionCheck --disableTelemetry --location "$directory/data" \
    --blobHost 127.0.0.1 --blobPort "$port" > "$directory/log" 2>&1 < /dev/null &
echo $! > "$directory/pid"
for _ in $(seq 100); do
    if (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then
        # The emulator's account and key are the same everywhere, and no secret.
        key=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==
        echo "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=$key;BlobEndpoint=http://127.0.0.1:$port/devstoreaccount1;"
        exit 0
    fi
    sleep 0.1
done
echo "Azurite does not listen on port $port; see $directory/log." >&2
exit 1
