#!/usr/bin/env bash
# The fault campaign for longer than the tests run it, and the proof that it can fail. See --help.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
for part in say state process packages build postgres kafka broker; do
    # shellcheck source=/dev/null
    . "$root/deploy/lib/$part.sh"
done

usage() {
    cat <<'HELP'
Usage: deploy/faults.sh [--minutes N] [--seed S] [--keep] | --prove [NAME…]

Clients apply, decide and read at full speed, at two instances of each service, while services, PostgreSQL and the broker
are killed, stopped and restarted, connections cut, delayed and silenced, and messages delivered again, at moments of a seed.
After each round everything that was promised is looked up in databases and topics. Prints what was done and what was
found; ends with 0 when nothing was found.

  --minutes N   how long new rounds begin (10 unless given)
  --seed S      of the first round; the others follow from it, and each prints its own
  --keep        leave the folder (logs of the services) when something was found
  --prove       break the services in each way of Tests/EndToEnd/Faults/Mutations, one at a time, in a copy of the checkout
                as it was last committed, and see that the campaign notices; NAME…: only these
  --help        this text

Environment:
  KAFKA_HOME    an Apache Kafka; else one is downloaded. DevBroker will not do: it keeps nothing over a restart.
HELP
}

minutes=10 seed='' keep='' prove='' names=()
while [ $# -gt 0 ]; do
    case $1 in
        --minutes | --seed)
            [[ ${2:-} =~ ^[0-9]+$ ]] || die "$1 needs a number"
            declare "${1#--}=$2"
            shift
            ;;
        --keep) keep=1 ;;
        --prove) prove=1 ;;
        -h | --help)
            usage
            exit 0
            ;;
        -*) die "unknown option $1" "deploy/faults.sh --help" ;;
        *) names+=("$1") ;;
    esac
    shift
done
[ -n "$prove" ] || [ ${#names[@]} = 0 ] || die "${names[0]}: names are for --prove"

STATE=$(mktemp -d /tmp/shanyraq-faults.XXXXXX)
chmod 711 "$STATE"
state_prepare
child='' copy=''

finish() {
    local code=$?
    trap '' INT TERM HUP
    [ -z "$child" ] || session_kill KILL "$child"
    [ -z "$copy" ] || git -C "$root" worktree remove --force "$copy" 2>/dev/null || true
    if [ -n "$keep" ] && [ "$code" != 0 ]; then
        note "kept: $STATE"
    else
        rm -rf "$STATE"
    fi
    exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# run LOG COMMAND…: in a session of its own, so that nothing that it starts outlives it.
run() {
    local log=$1 code=0
    shift
    setsid "$@" >"$log" 2>&1 </dev/null &
    child=$!
    wait "$child" || code=$?
    session_kill KILL "$child"
    child=''
    return "$code"
}

# campaign BINARIES NAME MINUTES: shows what the campaign says of itself; fails when it does. Logs are run/NAME.log and, shorter, run/NAME.report.
campaign() {
    local report=$STATE/run/$2.report teller code=0
    : >"$report"
    tail -n +1 -f "$report" 9>&- &
    teller=$!
    TEST_FAULT_MINUTES=$3 TEST_FAULT_REPORT=$report TEST_BINARIES=$1 TEST_STATE=$STATE \
        run "$STATE/run/$2.log" swift test --skip-build --disable-xctest --filter EndToEnd/FaultTests || code=$?
    sleep 0.5 # the last lines
    kill "$teller" 2>/dev/null || true
    return "$code"
}

swift_check
packages_to_run
packages_to_build
packages_postgres
broker_choose own
[ "$broker" = kafka ] || die "there is no Apache Kafka here" "set KAFKA_HOME"
# Servers of its own are started by the test; the campaign needs none beside them.
export KAFKA_HOME=$kafka_home TEST_DATABASE_URL=own TEST_KAFKA_BOOTSTRAP=own TEST_BROKER=kafka
[ -z "$seed" ] || export TEST_SEED=$seed

cd "$root"
step "Building the tests"
run "$STATE/run/build.log" swift build --build-tests || {
    show_log "$STATE/run/build.log" 30
    die "the tests do not build"
}
if [ -z "$prove" ]; then
    step "Campaign of $minutes minutes"
    campaign "$(swift build --show-bin-path)" campaign "$minutes" || {
        grep -q '^finding' "$STATE/run/campaign.report" || show_log "$STATE/run/campaign.log" 40
        die "the campaign failed"
    }
    exit 0
fi

mutations=$root/Tests/EndToEnd/Faults/Mutations
[ ${#names[@]} -gt 0 ] || for patch in "$mutations"/*.patch; do names+=("$(basename "$patch" .patch)"); done
copy=$STATE/copy
git worktree add --quiet --detach "$copy" HEAD
for name in "${names[@]}"; do
    git -C "$copy" apply --check "$mutations/$name.patch" || die "$name.patch does not apply" "make it anew: see Tests/EndToEnd/Faults/Mutations/README.md"
done
unnoticed=0
for name in "${names[@]}"; do
    step "Breaking: $name"
    note "$(sed '/^diff /,$d' "$mutations/$name.patch")"
    git -C "$copy" apply "$mutations/$name.patch"
    # The tests stay whole: only the services are broken.
    for product in natural-persons e-license; do
        run "$STATE/run/build.log" swift build --package-path "$copy" --product $product || {
            show_log "$STATE/run/build.log" 30
            die "the broken $product does not build"
        }
    done
    if campaign "$(swift build --package-path "$copy" --show-bin-path)" "prove-$name" 2; then
        warn "$name: NOT noticed"
        unnoticed=$((unnoticed + 1))
    elif grep -q '^finding' "$STATE/run/prove-$name.report"; then
        note "noticed: $(grep -c '^finding' "$STATE/run/prove-$name.report") findings"
    else
        show_log "$STATE/run/prove-$name.log" 40
        die "$name: the campaign broke off and found nothing"
    fi
    git -C "$copy" apply -R "$mutations/$name.patch"
done
[ "$unnoticed" = 0 ] || die "$unnoticed of ${#names[@]} mutations were not noticed"
step "All ${#names[@]} mutations were noticed"
