#!/usr/bin/env bash
# compose.yaml, really run: builds, starts, walks the journey, takes everything down. See --help.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
for part in say state process packages services engine; do
    # shellcheck source=/dev/null
    . "$root/deploy/lib/$part.sh"
done

usage() {
    cat <<'HELP'
Usage: deploy/compose-test.sh [--binaries FOLDER] [--keep]

Starts a container engine if none runs (Debian's docker.io, by hand, as root, in a folder below /tmp), builds the images of
compose.yaml, brings the platform up, walks the journey through its published ports, kills a service, takes the platform
down and up again with its data, shows memory and image sizes, and removes everything it made. Ends with 'compose: passed';
where this machine cannot run containers it says why, ends with 'compose: skipped' and exits with 77.

  --binaries FOLDER  use executables built before (release, --static-swift-stdlib) instead of building
  --keep             leave the folder with the logs when it has failed
  --help             this text

Environment:
  KAFKA_HOME         the Apache Kafka for the image; else one is downloaded
  COMPOSE_PLUGIN     the Compose plugin, docker-compose, or its folder, where Docker has none of its own
HELP
}

keep='' prepare=()
while [ $# -gt 0 ]; do
    case $1 in
        --keep) keep=1 ;;
        --binaries)
            [ $# -ge 2 ] || die "--binaries needs a value"
            prepare=(--binaries "$2")
            shift
            ;;
        -h | --help)
            usage
            exit 0
            ;;
        *) die "unknown option $1" "deploy/compose-test.sh --help" ;;
    esac
    shift
done

STATE=$(mktemp -d /tmp/shanyraq-compose.XXXXXX)
chmod 711 "$STATE"
state_prepare
project=shanyraq-test-$(state_hash) child='' prepared=''

# Nothing of the caller's may lead this platform to a store or a bus that runs for real.
unset "${!POSTGRES_@}" "${!EGOVCTL_@}" KAFKA_BOOTSTRAP KAFKA_CONTAINERS KAFKA_MEMORY KAFKA_HEAP_OPTS PUBLISH_ADDRESS BUILD_NETWORK \
    TOPIC_PREFIX LOG_LEVEL DATA_DIRECTORY COMPOSE_PROFILES
export SHANYRAQ_STATE=$STATE SHANYRAQ_TAG=$project PROFILE=development
export COMPOSE_FILE=$root/compose.yaml COMPOSE_PROJECT_NAME=$project COMPOSE_DISABLE_ENV_FILE=1

# quietly NAME COMMAND…: output to run/NAME.log, its end shown when the command fails. In a session of its own, so that
# an interrupt neither waits for it nor leaves it behind.
quietly() {
    local name=$1 code=0
    shift
    setsid "$@" >"$STATE/run/$name.log" 2>&1 </dev/null 8>&- &
    child=$!
    wait "$child" || code=$?
    child=''
    [ "$code" = 0 ] || show_log "$STATE/run/$name.log" 40
    return "$code"
}

finish() {
    local code=$?
    trap '' INT TERM HUP
    [ -z "$child" ] || session_kill KILL "$child"
    if [ -n "$prepared" ]; then
        case $code in 0 | 77 | 130 | 143) ;; *) show_platform ;; esac
        docker compose --profile tools down --volumes --remove-orphans --timeout 20 >/dev/null 2>&1 || true
        images | xargs -r docker image rm --force >/dev/null 2>&1 || true
        [ -z "${base_made:-}" ] || docker image rm "$base" >/dev/null 2>&1 || true
    fi
    engine_stop || true
    if [ -n "$keep" ] && [ "$code" != 0 ]; then note "kept: $STATE"; else rm -rf --one-file-system "$STATE"; fi
    exit "$code"
}

images() { docker image ls --format '{{.Repository}}:{{.Tag}}' | grep ":$project\$"; }

show_platform() {
    docker compose ps --all --format 'table {{.Service}}\t{{.Status}}' >&2 || true
    docker compose logs --tail 15 >"$STATE/run/platform.log" 2>&1 || true
    show_log "$STATE/run/platform.log" 120
}

trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

up() { # WHAT OPTION…
    local what=$1 began=$EPOCHREALTIME
    shift
    quietly up docker compose up "$@" --wait --wait-timeout 240 || die "the platform did not come up healthy"
    step "$what: healthy after $(seconds_since "$began") s"
}

seconds_since() { awk -v from="$1" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.1f", to - from }'; }

# The platform's command line on this machine, through the published ports.
egovctl() { "$STATE/images/egovctl/program" "$@"; }

# Every container is closed as compose.yaml means it, and none shows a secret.
check_closed() {
    local containers open
    containers=$(docker compose ps --all --quiet)
    # shellcheck disable=SC2086
    docker inspect $containers >"$STATE/run/inspect.json"
    open=$(jq -r '.[] | select((.HostConfig.ReadonlyRootfs and .HostConfig.CapDrop == ["ALL"] and .HostConfig.Memory > 0
        and (.HostConfig.SecurityOpt | index("no-new-privileges:true")) and (.Config.User | test("^[1-9][0-9]+:"))
        and .HostConfig.LogConfig.Config["max-size"] != null
        and ([.HostConfig.PortBindings[]?[].HostIp] | all(. == "127.0.0.1"))) | not) | .Name' "$STATE/run/inspect.json")
    [ -z "$open" ] || die "not closed as they should be: $open" "see compose.yaml, x-closed"
    ! grep -qFf <(cat "$STATE/compose/postgres.password" <(echo) <(sed -n 's/.*:\([^@]*\)@.*/\1/p' "$STATE"/compose/*.database-url)) \
        "$STATE/run/inspect.json" || die "a password shows in docker inspect"
    step "$(jq length "$STATE/run/inspect.json") containers: nobody's user, root file system read only, no capabilities, limits, ports on 127.0.0.1"
}

journey() {
    egovctl demo --json >"$STATE/run/demo.json" 2>"$STATE/run/demo.log" || {
        show_log "$STATE/run/demo.log"
        die "the journey failed"
    }
    jq -r '.[] | "\(.name)\t\(.number // .licence // .entry.case // "")\t\(.status // "")"' "$STATE/run/demo.json" |
        while IFS=$'\t' read -r name about status; do note "$name  $about  $status"; done
    licence=$(jq -r '.[] | select(.name == "decide") | .licence' "$STATE/run/demo.json")
    [ -n "$licence" ] || die "the journey issued no licence"
}

check_licence() {
    egovctl licence check "$licence" --json | jq -e '.status == "active"' >/dev/null || die "the licence $licence is not active $1"
}

# Dies as by a fault of its own, which the engine must notice.
kill_service() {
    local container pid
    container=$(docker compose ps --quiet "$1")
    pid=$(docker inspect -f '{{.State.Pid}}' "$container")
    as_root kill -KILL "$pid"
    wait_until 60 '' restarted "$container" || die "$1 was killed and did not come back"
    step "$1, killed, is back and ready"
}
restarted() { [ "$(docker inspect -f '{{.RestartCount}} {{.State.Health.Status}}' "$1")" = '1 healthy' ]; }

cd "$root"
packages_to_run
engine_start
engine_base_image

step "Executables, build contexts, development keys"
began=$EPOCHREALTIME
quietly prepare deploy/compose-prepare.sh --development "${prepare[@]}" || die "the build failed"
NATURAL_PERSONS_PORT=$(port_choose natural-persons 28101)
E_LICENSE_PORT=$(port_choose e-license 28201)
export NATURAL_PERSONS_PORT E_LICENSE_PORT EGOVCTL_KEYS=$STATE/compose
export EGOVCTL_SERVICES=natural-persons=http://127.0.0.1:$NATURAL_PERSONS_PORT,e-license=http://127.0.0.1:$E_LICENSE_PORT
prepared=1
note "$(seconds_since "$began") s"

step "Images"
began=$EPOCHREALTIME
quietly images docker compose --profile tools build || die "the images do not build"
note "$(seconds_since "$began") s"
docker image ls --format '{{.Repository}}:{{.Tag}} {{.Size}}' | sed -n "s/:$project//p" | sort |
    while read -r name size; do note "$name  $size"; done

up "From nothing"
check_closed
egovctl persons generate --count 1000 --kato "$root/Services/NaturalPersons/Data/kato/kato-abai.csv" \
    --output "$STATE/data/persons.jsonl" >"$STATE/run/persons.log" 2>&1
quietly import docker compose run --rm -T --no-deps --volume "$STATE/data/persons.jsonl:/persons.jsonl:ro" natural-persons \
    natural-persons import /persons.jsonl --rejects /tmp/rejects.jsonl || die "the import failed"
step "1000 synthetic persons are in the register"
step "The journey, through the published ports"
journey
step "Memory at rest"
docker stats --no-stream --format '{{.Name}} {{.MemUsage}}' | sed -n "s/^$project-//p" | sort |
    while read -r name memory; do note "${name%-1}  $memory"; done
for name in postgres kafka natural-persons e-license; do kill_service "$name"; done
check_licence "after the kills"

quietly down docker compose down --timeout 60 || die "the platform cannot be taken down"
up "Down, and up again with its data, as an upgrade" --build
check_licence "after down and up"
journey
quietly status docker compose run --rm -T --no-deps egovctl egovctl status || die "egovctl finds faults"
printf 'compose: passed\n'
