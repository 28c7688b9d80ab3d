# shellcheck shell=bash
# PostgreSQL and a broker for tests, below a $STATE of their own. Roles that a suite makes may enter any database.

servers_start() { # [postgres|broker]
    local part=${1:-} first=$((20000 + RANDOM % 10000)) # several runs at once are not to race for one port
    if [ "$part" != broker ]; then
        postgres_connections=300
        postgres_rules='local all all scram-sha-256'$'\n''host all all 127.0.0.1/32 scram-sha-256'
        postgres_start $first
    fi
    if [ "$part" != postgres ]; then
        broker_choose own
        [ "$broker" != dev-broker ] || bin=${bin:-$(cd "$root" && swift build --show-bin-path)}
        [ "$broker" != dev-broker ] || [ -x "$bin/dev-broker" ] || (cd "$root" && swift build --product dev-broker)
        broker_start $((first + 1))
        broker_wait
        printf 'TEST_KAFKA_BOOTSTRAP=%s\nTEST_BROKER=%s\n' "$kafka_bootstrap" "$broker" >"$STATE/run/broker.env"
    fi
    [ "$part" = broker ] || printf 'TEST_DATABASE_URL=%s\n' "$postgres_superuser_url" >"$STATE/run/postgres.env"
}

servers_environment() { cat "$STATE/run/"{postgres,broker}.env 2>/dev/null || true; }

servers_stop() { # [postgres|broker]
    [ "${1:-}" = broker ] || postgres_stop
    [ "${1:-}" = postgres ] || broker_stop
}

# As a loss of power would, but for the disk: PostgreSQL without a checkpoint, the broker by SIGKILL.
servers_kill() {
    local name pid
    [ "${1:-}" = broker ] || postgres_stop immediate
    [ "${1:-}" = postgres ] || for name in kafka dev-broker; do
        ! pid=$(process_pid "$name") || kill -KILL "$pid"
        process_stop "$name"
    done
}
