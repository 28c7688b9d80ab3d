#!/usr/bin/env bash
# Judge: the running services against their OpenAPI documents, by schemathesis: no 5xx, no answer that is not documented, bodies and media types
# as documented, what does not fit is refused, what fits is not, no other method, nobody let in without a token.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
# shellcheck source=/dev/null
. "$root/deploy/judges/lib/python.sh"
judges_bin
for binary in natural-persons e-license; do [ -x "$bin/$binary" ] || leave_out "no $bin/$binary: swift build"; done
[ -n "${TEST_KAFKA_BOOTSTRAP:-}" ] || leave_out "no broker: TEST_KAFKA_BOOTSTRAP"
[ "${TEST_BROKER:-kafka}" = kafka ] || leave_out "DevBroker makes no topics of a prefix of one's own"
judges_python

place=$(mktemp -d "${TEST_STATE:-/tmp}/schemathesis.XXXXXX")
chmod 711 "$place"
export SHANYRAQ_STATE=$place/platform KAFKA_BOOTSTRAP=$TEST_KAFKA_BOOTSTRAP TOPIC_PREFIX=fuzz-${place##*.}
unset KAFKA_HOME
trap '"$root/deploy/down.sh" --delete-data >/dev/null 2>&1 || true; rm -rf "$place"' EXIT
"$root/deploy/up.sh" --binaries "$bin" --persons 50 >"$place/up.log" 2>&1 || {
    tail -n 20 "$place/up.log"
    echo "the platform did not come up"
    exit 1
}
url() { sed -n 's/^HTTP_LISTEN=/http:\/\//p' "$SHANYRAQ_STATE/config/$1.env"; }
token() { "$root/deploy/egovctl" token "$@"; }

# world FILE BODY: with an official of that state body.
world() {
    "$python" "$root/deploy/judges/lib/fuzz_world.py" "$(url e-license)" "citizen=$(token citizen 850315300019)" \
        "official=$(token official 791231304552 --body "$2")" "operator=$(token operator fuzz)" "notary=$(token notary 850315300019)" >"$1"
}

failed=0
# fuzz SERVICE OPTION…: output only where something is found.
fuzz() {
    local service=$1 log=$place/run.log
    shift
    (cd "$place" && SCHEMATHESIS_HOOKS="$root/deploy/judges/lib/fuzz_callers.py" FUZZ_WORLD="$place/$service.world.json" \
        "${python%/*}/schemathesis" --config-file "$root/deploy/judges/lib/schemathesis.toml" run "$place/$service.json" --url "$(url "$service")" \
        --checks all --no-color --generation-database none --continue-on-failure --request-timeout 20 --seed "${TEST_SEED:-20240516}" "$@") >"$log" 2>&1 || {
        failed=1
        sed -n '/= FAILURES =\|= ERRORS =/,$p' "$log" | head -n 300
        grep -q '= FAILURES =\|= ERRORS =' "$log" || tail -n 20 "$log"
    }
    grep -o '[0-9]\+ generated, .*' "$log" | sed "s/^/$service: /" || true
}
for service in natural-persons e-license; do
    body=ministry-of-justice
    [ "$service" = e-license ] || body=civil-registration
    "$bin/egovctl" contracts openapi "$service" >"$place/$service.json"
    world "$place/$service.world.json" "$body"
    fuzz "$service" --phases examples,coverage,fuzzing --max-examples 25
    FUZZ_STRANGER=1 fuzz "$service" --phases examples,coverage
done

# What went wrong inside is found even where the answer hid it.
for service in natural-persons e-license; do
    curl -fsS --max-time 10 -o /dev/null "$(url "$service")/readyz" || { echo "$service is not ready any more" && failed=1; }
    ! grep '"level":"error"' "$SHANYRAQ_STATE/run/$service.log" || { echo "$service has logged errors" && failed=1; }
done
exit "$failed"
