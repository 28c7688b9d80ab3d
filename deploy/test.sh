#!/usr/bin/env bash
# All tests, against a private PostgreSQL and broker. See --help.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
for part in say state process packages build backup postgres kafka broker servers count; do
    # shellcheck source=/dev/null
    . "$root/deploy/lib/$part.sh"
done

usage() {
    cat <<'HELP'
Usage: deploy/test.sh [--filter PATTERN] [--keep]

Installs what is missing, builds the tests (debug), starts a private PostgreSQL and Kafka in a folder below /tmp, runs
'swift test' and then deploy/judges/*.sh, takes everything down again, and ends with 'N passed, N failed, N skipped'.

  --filter PATTERN  only the tests that fit (as of swift test); judges are left out
  --keep            leave the folder (and its logs) when a test has failed
  --help            this text

Environment:
  KAFKA_HOME        an Apache Kafka to run the tests on; else one is downloaded; else they run on DevBroker, and the tests
                    that need more are left out and named. A broker that runs for real (KAFKA_BOOTSTRAP) is never used.
HELP
}

filter='' keep=''
while [ $# -gt 0 ]; do
    case $1 in
        --filter)
            [ $# -ge 2 ] || die "--filter needs a value"
            filter=$2
            shift
            ;;
        --keep) keep=1 ;;
        -h | --help)
            usage
            exit 0
            ;;
        *) die "unknown option $1" "deploy/test.sh --help" ;;
    esac
    shift
done

STATE=$(mktemp -d /tmp/shanyraq-test.XXXXXX)
chmod 711 "$STATE"
state_prepare
passed=0 failed=0 skipped=0 child='' broker=''

finish() {
    local code=$?
    trap '' INT TERM HUP
    [ -z "$child" ] || session_kill KILL "$child"
    servers_stop || true
    postgres_remove
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

# run LOG COMMAND…: in a session of its own, so that nothing that a test starts outlives it; output shown and kept.
run() {
    local log=$1 code=0
    shift
    setsid "$@" > >(tee "$log") 2>&1 </dev/null &
    child=$!
    wait "$child" || code=$?
    session_kill KILL "$child"
    child=''
    return "$code"
}

cd "$root"
swift_check
packages_to_run
packages_to_build
packages_postgres
packages_install libfaketime

step "Building the tests"
run "$STATE/run/build.log" swift build --build-tests || die "the tests do not build"

bin=$(swift build --show-bin-path)
servers_start
# shellcheck disable=SC2046
export $(servers_environment) TEST_BINARIES="$bin" TEST_STATE="$STATE"

step "Running the tests"
code=0
run "$STATE/run/test.log" swift test --skip-build --disable-xctest ${filter:+--filter "$filter"} || code=$?
sleep 0.2 # tee's last lines
count_swift_tests "$STATE/run/test.log" "$code"

if [ -z "$filter" ] && compgen -G "$root/deploy/judges/*.sh" >/dev/null; then
    packages_install python3-venv
    for judge in "$root"/deploy/judges/*.sh; do
        name=$(basename "$judge" .sh) code=0
        step "Judge: $name"
        run "$STATE/run/judge-$name.log" bash "$judge" || code=$?
        case $code in
            0) passed=$((passed + 1)) ;;
            77) skipped=$((skipped + 1)) ;; # as in automake: what it needs is not there
            *)
                failed=$((failed + 1))
                warn "judge $name failed ($code)"
                ;;
        esac
    done
fi

if [ "$skipped" -gt 0 ]; then
    step "Left out$([ "$broker" = kafka ] || echo ' (no Apache Kafka here, the tests ran on DevBroker)'):"
    skipped_tests "$STATE/run/test.log"
fi
if [ "$failed" -gt 0 ]; then
    step "Failed:"
    failed_tests "$STATE/run/test.log"
fi
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" = 0 ]
