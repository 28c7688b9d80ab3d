#!/usr/bin/env bash
# The patches by which deploy/faults.sh --prove breaks the services still apply to them.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
for patch in "$root"/Tests/EndToEnd/Faults/Mutations/*.patch; do
    git -C "$root" apply --check "$patch" || {
        echo "${patch##*/} does not apply any more: make it anew, see Tests/EndToEnd/Faults/Mutations/README.md" >&2
        exit 1
    }
done
