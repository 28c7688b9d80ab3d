#!/usr/bin/env bash
# Judge: what the services say of their operations is OpenAPI 3.1, by openapi-spec-validator.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
# shellcheck source=/dev/null
. "$root/deploy/judges/lib/python.sh"
judges_bin
judges_python

place=$(mktemp -d "${TEST_STATE:-/tmp}/openapi.XXXXXX")
trap 'rm -rf "$place"' EXIT
for service in natural-persons e-license; do
    "$bin/egovctl" contracts openapi "$service" >"$place/$service.json"
    "$python" "$root/deploy/judges/lib/openapi.py" "$place/$service.json"
done
