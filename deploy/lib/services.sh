# shellcheck shell=bash
# The services: configuration files, migration, start, readiness.

# name, default port, folder in Services/. Ports run in the order of the house, so later services keep theirs.
services=(
    'natural-persons 8101 NaturalPersons'
    'e-license 8108 ELicense'
)

service_folder() { printf '%s\n' "${services[@]}" | awk -v name="$1" '$1 == name { print $3 }'; }

service_names() { printf '%s\n' "${services[@]}" | cut -d' ' -f1; }

# Writes config/NAME.env for each service and config/egovctl.env. $profile is development or production, $keys a folder or empty.
services_configure() {
    local name port folder urls=()
    for service in "${services[@]}"; do
        read -r name port folder <<<"$service"
        port=$(port_choose "$name" "$port")
        {
            echo "PROFILE=$profile"
            echo "HTTP_LISTEN=127.0.0.1:$port"
            echo "DATABASE_URL_FILE=$STATE/secrets/$name.database-url"
            echo "KAFKA_BOOTSTRAP=$kafka_bootstrap"
            echo "TOPIC_PREFIX=${TOPIC_PREFIX:-egov}"
            # Of each size so many free pieces stay at hand; the usual seven cost a request a twentieth of its processor time.
            echo "GLIBC_TUNABLES=glibc.malloc.tcache_count=256"
            # One instance of each: with a name of its own it has its partitions back at once after a crash.
            echo "KAFKA_INSTANCE_ID=$name-1"
            echo "DATA_DIRECTORY=$root/Services/$folder/Data"
            echo "TOKEN_KEYS=$keys/keys.jwks"
            echo "SIGNING_KEY_FILE=$keys/$name.signing.pem"
            echo "OPENING_KEY_FILE=$keys/$name.opening.pem"
        } | state_write "$STATE/config/$name.env"
        urls+=("$name=http://127.0.0.1:$port")
    done
    {
        echo "PROFILE=$profile"
        echo "KAFKA_BOOTSTRAP=$kafka_bootstrap"
        echo "TOPIC_PREFIX=${TOPIC_PREFIX:-egov}"
        echo "EGOVCTL_KEYS=$keys"
        echo "EGOVCTL_SERVICES=$(IFS=,; echo "${urls[*]}")"
        echo "EGOVCTL_POSTGRES=$postgres_superuser_url"
        echo "EGOVCTL_POSTGRES_DATA=$postgres_data"
        [ -z "$backup_folder" ] || echo "BACKUP_DIRECTORY=$backup_folder"
        echo "EGOVCTL_BINARY=$bin/egovctl" # for deploy/egovctl
    } | state_write "$STATE/config/egovctl.env"
}

# with_config NAME COMMAND…: runs a command in the environment of config/NAME.env and nothing of ours besides.
with_config() {
    local settings=()
    mapfile -t settings <"$STATE/config/$1.env"
    shift
    env -u KAFKA_HOME -u DATABASE_URL "${settings[@]}" "$@"
}

egovctl() { with_config egovctl "$bin/egovctl" "$@"; }

# One whose version has changed is stopped first: over the schema of another version it would misread what it is asked.
services_migrate() {
    local name
    for name in $(service_names); do
        service_stop_changed "$name"
        with_config "$name" "$bin/$name" migrate >"$STATE/run/$name-migrate.log" 2>&1 || {
            show_log "$STATE/run/$name-migrate.log"
            die "$name could not migrate its database"
        }
    done
}

service_start() { # NAME
    local settings=()
    mapfile -t settings <"$STATE/config/$1.env"
    process_start "$1" env -u KAFKA_HOME -u DATABASE_URL "${settings[@]}" "$bin/$1" serve
}

service_url() { sed -n 's/^HTTP_LISTEN=/http:\/\//p' "$STATE/config/$1.env"; }

# What a running service was started from; when it changes, the service is started anew.
service_fingerprint() { cat "$STATE/config/$1.env" "$bin/$1" "$root/Services/$(service_folder "$1")"/Data/*/* "$keys/keys.jwks" | sha1sum | cut -c1-16; }

service_stop_changed() { # NAME
    process_pid "$1" >/dev/null || return 0
    [ "$(cat "$STATE/run/$1.started" 2>/dev/null)" != "$(service_fingerprint "$1")" ] || return 0
    note "$1 has changed: it is restarted"
    process_stop "$1"
}

services_start() {
    local name
    for name in $(service_names); do
        service_stop_changed "$name"
        process_pid "$name" >/dev/null && continue
        : >"$STATE/run/$name.log"
        service_start "$name"
        service_fingerprint "$name" >"$STATE/run/$name.started"
    done
    for name in $(service_names); do
        wait_until 30 "$name" curl -fsS -o /dev/null --max-time 2 "$(service_url "$name")/readyz" || {
            show_log "$STATE/run/$name.log"
            die "$name did not become ready at $(service_url "$name")/readyz"
        }
        note "$name $(service_url "$name")"
    done
}

services_stop() {
    local name
    for name in $(service_names | tac); do process_stop "$name" 12; done
}
