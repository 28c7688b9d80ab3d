#!/usr/bin/env bash
# Judge: what the main journey's test has left on the broker is read by kcat and parsed by the CloudEvents SDK for Python.
# Key, headers and JSON of events are there for everyone to see; of a sealed extract nothing is.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
# shellcheck source=/dev/null
. "$root/deploy/judges/lib/python.sh"
judges_bin
command -v kcat >/dev/null || leave_out "no kcat"
[ -n "${TEST_KAFKA_BOOTSTRAP:-}" ] || leave_out "no broker: TEST_KAFKA_BOOTSTRAP"
journey=${TEST_STATE:-/tmp}/journey.txt
[ -s "$journey" ] || leave_out "the journey's test has not run here: $journey"
judges_python

place=$(mktemp -d "${TEST_STATE:-/tmp}/cloudevents.XXXXXX")
trap 'rm -rf "$place"' EXIT
while read -r kind topic; do
    case $kind in
        clear | sealed) kcat -b "$TEST_KAFKA_BOOTSTRAP" -C -t "$topic" -o beginning -e -q -J >"$place/$kind-$topic.jsonl" ;;
    esac
done <"$journey"
EGOVCTL="$bin/egovctl" "$python" "$root/deploy/judges/lib/cloudevents_on_topics.py" "$journey" "$place"
