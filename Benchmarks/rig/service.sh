#!/usr/bin/env bash
# The two release services on private servers, for the benchmark and for measuring by hand:
#
#   export SHANYRAQ_STATE=/tmp/bench-state KAFKA_HOME=…            # SHANYRAQ_BIN=FOLDER takes executables built before
#   Benchmarks/rig/service.sh up                                   # builds, starts all, imports 100,000 persons, prints where things are
#   eval "$(Benchmarks/rig/service.sh env)"                        # $PERSONS $PERSONS_PID $PERSONS_DB $PERSONS_PEER_DB, $LICENCES…; $TEMPLATES $LOAD
#   Benchmarks/rig/service.sh tokens citizen 32 >/tmp/bench-32.tokens      # they hold for 15 minutes
#   Benchmarks/rig/service.sh tokens citizen 100000 >/tmp/bench-fresh.tokens
#   $LOAD --address $PERSONS --pid $PERSONS_PID --template $TEMPLATES/read.http --tokens /tmp/bench-32.tokens             # read, token remembered
#   $LOAD --address $PERSONS --pid $PERSONS_PID --template $TEMPLATES/read.http --tokens /tmp/bench-fresh.tokens --fresh  # every token new
#   $LOAD --address $LICENCES --pid $LICENCES_PID --template $TEMPLATES/apply.http --tokens /tmp/bench-32.tokens          # application; --repeat 10
#   … --rate 1000                                                  # open loop
#   Benchmarks/rig/service.sh stop natural-persons                 # nobody answers the inquiries now; start NAME; serve NAME 2: a second one
#   Benchmarks/rig/service.sh platform                             # PlatformBench anew and nothing else: $PLATFORM, note.http, close.http
#   Benchmarks/rig/service.sh remove                               # stops all and deletes the folder
#   Benchmarks/rig/service.sh renew natural-persons e-license      # both anew, without messages and rows of former work
#
# PERSONS_PEER_DB and LICENCES_PEER_DB are databases of the same shape and content, where pgbench runs the same statements.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
STATE=${SHANYRAQ_STATE:-} bin=${SHANYRAQ_BIN:-}
for part in say state process packages build backup postgres kafka broker servers services data; do
    # shellcheck source=/dev/null
    . "$root/deploy/lib/$part.sh"
done
[ -n "$STATE" ] || die "SHANYRAQ_STATE is not set" "it names the folder where all of it lives"
state_prepare
keys=$STATE/keys
limits=$root/.build/benchmarks

database_url() { # NAME [DATABASE]
    sed "s|@/$1?|@/${2:-$1}?|" "$STATE/secrets/$1.database-url"
}

# An empty or filled copy of a service's database, for a peer or a trial; nobody may be connected to it.
database_copy() { # SERVICE DATABASE COPY
    [ -n "$(postgres_sql -v copy="$3" <<<"SELECT 1 FROM pg_database WHERE datname = :'copy'")" ] ||
        postgres_sql -v owner="$1" -v name="$2" -v copy="$3" <<<'CREATE DATABASE :"copy" TEMPLATE :"name" OWNER :"owner" STRATEGY file_copy'
}

# A further process of the service under a label, some of its configuration another: a second instance, one over another database.
serve() { # NAME LABEL KEY=VALUE…
    local name=$1 label=$1-$2 settings=()
    shift 2
    mapfile -t settings <"$STATE/config/$name.env"
    settings+=("HTTP_LISTEN=127.0.0.1:$(port_claim "$label" $((9100 + RANDOM % 800)))" "KAFKA_INSTANCE_ID=$label" "$@")
    printf '%s\n' "${settings[@]}" | grep HTTP_LISTEN | tail -n 1 >"$STATE/config/$label.env"
    process_start "$label" env -u KAFKA_HOME -u DATABASE_URL "${settings[@]}" "$bin/$name" serve
    ready "$label"
}

# Ready, and it is this one that answers: its port may have been taken by another between two runs.
ready() { # NAME
    wait_until 30 "$1" curl -fsS -o /dev/null --max-time 2 "$(service_url "$1")/readyz" || {
        show_log "$STATE/run/$1.log"
        die "$1 did not become ready"
    }
    process_pid "$1" >/dev/null || die "$1 has ended, and something else answers on its port" "see $STATE/run/$1.log"
}

# Away from the default ports, where others on this machine may come and go.
ports() {
    local name
    for name in $(service_names); do process_pid "$name" >/dev/null || port_claim "$name" $((9000 + RANDOM % 900)) >/dev/null; done
}

up() { # PERSONS
    local name
    build_release
    make -s -C "$root/Benchmarks/limits" OUT="$limits" "$limits/load" "$limits/tokens"
    servers_start >/dev/null
    for name in $(service_names); do postgres_database "$name"; done
    profile=development
    keys_prepare ''
    ports
    services_configure
    topics_apply
    services_migrate
    if ! state_marked peers; then
        reference_data
        database_copy natural-persons natural-persons natural-persons-empty
        synthetic_persons "$1" >&2
        jq -r .iin "$STATE/data/persons.jsonl" >"$STATE/data/iins"
        for name in $(service_names); do database_copy "$name" "$name" "$name-peer"; done
        state_mark peers
    fi
    echo "$bin" >"$STATE/run/bin"
    services_start >&2
}

environment() {
    local name file label word pid
    for name in $(service_names) platform-bench; do
        [ -s "$STATE/secrets/$name.database-url" ] || continue
        case $name in natural-persons) word=PERSONS ;; e-license) word=LICENCES ;; *) word=PLATFORM ;; esac
        echo "${word}_DB='$(database_url "$name")' ${word}_PEER_DB='$(database_url "$name" "$name-peer")'"
        for file in "$STATE/run/$name.pid" "$STATE/run/$name"-*.pid; do
            label=$(basename "$file" .pid)
            pid=$(process_pid "$label") || continue
            label=${label#"$name"}
            label=${word}${label^^}
            echo "${label//-/_}=$(service_url "$(basename "$file" .pid)" | sed 's|^http://||') ${label//-/_}_PID=$pid"
        done
    done
    echo "PERSONS_HISTORY_DB='$(database_url natural-persons natural-persons-history)'"
    echo "PERSONS_EMPTY_DB='$(database_url natural-persons natural-persons-empty)' SUPERUSER_DB='$postgres_superuser_url'"
    echo "LOAD=$limits/load TEMPLATES=$root/Benchmarks/rig/requests BIN=$bin"
}

# Every row that work has left in a service's database, and the peer's; what the persons' import brought stays.
empty() { # NAME
    local database
    for database in "$1" "$1-peer"; do
        "$postgres_bin/psql" -X -q -v ON_ERROR_STOP=1 "${postgres_superuser_url/\/postgres\?//$database?}" <<'SQL' >/dev/null
SELECT format('TRUNCATE %s', string_agg(quote_ident(relname), ', ')) FROM pg_class
WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace
  AND relname IN ('idempotency', 'journal', 'outbox', 'inbox', 'parked', 'timer', 'inquiry', 'application', 'licence', 'note') \gexec
SQL
    done
    postgres_sql -c CHECKPOINT
}

stop_all() {
    local file
    for file in "$STATE"/run/natural-persons-*.pid "$STATE"/run/e-license-*.pid; do
        [ ! -e "$file" ] || process_stop "$(basename "$file" .pid)" 12
    done
    process_stop platform-bench 12
    services_stop
}

# The service that is next to none (Benchmarks/Platform), with empty tables and a new topic; the others stay down.
platform() {
    local name=platform-bench settings=() prefix
    prefix=platform-$(date +%s%N)
    stop_all
    postgres_database "$name"
    {
        grep -Ev '^(HTTP_LISTEN|DATABASE_URL_FILE|TOPIC_PREFIX|KAFKA_INSTANCE_ID|DATA_DIRECTORY)=' "$STATE/config/e-license.env"
        echo "HTTP_LISTEN=127.0.0.1:$(port_claim "$name" $((9000 + RANDOM % 900)))"
        echo "DATABASE_URL_FILE=$STATE/secrets/$name.database-url"
        echo "TOPIC_PREFIX=$prefix"
    } | state_write "$STATE/config/$name.env"
    "$bin/LibraryBench" topic --topic "$prefix.platform-bench.note.v1" --kafka "127.0.0.1:$(cat "$STATE/run/kafka.port")" >/dev/null
    with_config "$name" "$bin/PlatformBench" migrate >"$STATE/run/$name-migrate.log" 2>&1 || {
        show_log "$STATE/run/$name-migrate.log"
        die "$name could not migrate its database"
    }
    database_copy "$name" "$name" "$name-peer"
    empty "$name"
    mapfile -t settings <"$STATE/config/$name.env"
    process_start "$name" env -u KAFKA_HOME -u DATABASE_URL "${settings[@]}" "$bin/PlatformBench" serve
    ready "$name"
}

# The same services with nothing behind them: no message under way, no row of former work. Those not named stay down.
renew() { # NAME…
    local name
    stop_all
    for name in $(service_names); do empty "$name"; done
    profile=development broker=kafka kafka_bootstrap=127.0.0.1:$(cat "$STATE/run/kafka.port")
    export TOPIC_PREFIX=bench-$(date +%s%N)
    ports
    services_configure
    topics_apply
    for name; do service_start "$name"; done
    for name; do ready "$name"; done
}

# The first COUNT persons after the demonstration's three; the third of these is the ministry's official.
tokens() { # citizen|official COUNT [IIN]
    local kid claims='"capacity":"citizen"' subjects
    kid=$(jq -r '.keys[] | select(.owner == "sign-in") | .kid' "$keys/keys.jwks")
    subjects=$(sed -n "4,$((3 + $2))p" "$STATE/data/iins")
    [ -z "${3:-}" ] || subjects=$3
    if [ "$1" = official ]; then
        claims='"capacity":"official","body":"ministry-of-justice","position":"specialist"'
        subjects=$(sed -n 3p "$STATE/data/iins")
    fi
    "$limits/tokens" "$keys/sign-in.pem" "$kid" natural-persons,e-license,platform-bench "$claims" "$2" <<<"$subjects"
}

ulimit -n "$(ulimit -Hn)"
[ -n "$bin" ] || bin=$(cat "$STATE/run/bin" 2>/dev/null || true)
postgres_find || true
postgres_host=/tmp/shanyraq-$(state_hash)
if [ -d "$STATE/postgres" ]; then
    postgres_place
    backup_prepare
    postgres_address "$(cat "$STATE/run/postgres.port")"
fi
case ${1:-} in
    up) up "${2:-100000}" && environment ;;
    env) environment ;;
    tokens) tokens "${2:-citizen}" "${3:-32}" "${4:-}" ;;
    start) service_start "$2" && ready "$2" ;;
    serve) serve "${@:2}" ;;
    stop) process_stop "$2" 15 ;;
    empty) empty "$2" ;;
    renew) renew "${@:2}" ;;
    platform) platform ;;
    copy) database_copy "${@:2}" ;;
    down | remove)
        stop_all
        [ "$1" = down ] || exec "$root/deploy/servers.sh" remove
        ;;
    *) sed -n '2,/^set/p' "$0" | sed -e '$d' -e 's/^# \{0,1\}//' ;;
esac
