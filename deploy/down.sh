#!/usr/bin/env bash
# Stops what deploy/up.sh started. See --help.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
STATE=${SHANYRAQ_STATE:-$root/.state}
for part in say state process backup postgres broker services; do
    # shellcheck source=/dev/null
    . "$root/deploy/lib/$part.sh"
done

usage() {
    cat <<'HELP'
Usage: deploy/down.sh [--delete-data]

Stops the services, then the broker and PostgreSQL that deploy/up.sh started, by their own pid files, and keeps the data.

  --delete-data     deletes the state folder too: databases, topics, keys, logs (a downloaded Kafka stays)
  --help            this text

Environment: SHANYRAQ_STATE, the state folder (.state in the checkout)
HELP
}

delete=''
case ${1:-} in
    '') ;;
    --delete-data) delete=1 ;;
    -h | --help)
        usage
        exit 0
        ;;
    *) die "unknown option $1" "deploy/down.sh --help" ;;
esac

[ -d "$STATE" ] || {
    step "Nothing runs here: there is no $STATE"
    exit 0
}
state_prepare
state_lock
services_stop
broker_stop
postgres_stop
if [ -n "$delete" ]; then
    postgres_remove
    find "$STATE" -mindepth 1 -maxdepth 1 ! -name downloads ! -name lock -exec rm -rf {} +
    step "Stopped; the data in $STATE is deleted"
else
    step "Stopped; the data stays in $STATE"
fi
