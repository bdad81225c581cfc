#!/usr/bin/env bash
# Starts a PostgreSQL server for the tests on the loopback, in a directory of its own, and prints its connection string.
# Usage: eng/start-postgresql.sh DIRECTORY [PORT]. Installs Debian's package when there is no server. Stop it with: pg_ctl -D DIRECTORY/data stop.
set -euo pipefail
directory=$1 port=${2:-55433}
if ! ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1; then
    (apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q postgresql) >&2
fi
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
as=""
mkdir -p "$directory"
if [ "$(id -u)" = 0 ]; then # The server refuses to run as root.
    chown postgres "$directory"
    as="runuser -u postgres --"
fi
if [ ! -d "$directory/data" ]; then
    $as "$bin/initdb" -D "$directory/data" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 >&2
fi
$as "$bin/pg_ctl" -D "$directory/data" -w -l "$directory/log" \
    -o "-p $port -k $directory -c listen_addresses=127.0.0.1 -c max_connections=300 -c fsync=off" start >&2
echo "Host=127.0.0.1;Port=$port;Username=postgres;Database=postgres"
