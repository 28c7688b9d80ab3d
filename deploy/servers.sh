#!/usr/bin/env bash
# A private PostgreSQL and broker for tests run by hand, or one of them to take away in a test. See --help.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
STATE=${SHANYRAQ_STATE:-}
for part in say state process packages backup postgres kafka broker servers; do
    # shellcheck source=/dev/null
    . "$root/deploy/lib/$part.sh"
done

usage() {
    cat <<'HELP'
Usage: SHANYRAQ_STATE=FOLDER deploy/servers.sh start|stop|kill|remove|env [postgres|broker]

  start    starts them (data in FOLDER, ports chosen once); the environment for tests is printed by env
  stop     stops them, data stays
  kill     ends them as a crash would
  remove   stops them and deletes FOLDER
  env      prints TEST_DATABASE_URL, TEST_KAFKA_BOOTSTRAP and TEST_BROKER (kafka or dev-broker), a line each

  KAFKA_ADVERTISED  host:port under which clients are to reach the broker, where that is not its own address

    export SHANYRAQ_STATE=/tmp/my-tests
    deploy/servers.sh start && export $(deploy/servers.sh env) && swift test
HELP
}

case ${2:-} in '' | postgres | broker) ;; *) die "unknown server $2" "deploy/servers.sh --help" ;; esac
case ${1:-} in
    start | stop | kill | remove | env) [ -n "$STATE" ] || die "SHANYRAQ_STATE is not set" "deploy/servers.sh --help" ;;
    -h | --help)
        usage
        exit 0
        ;;
    *) die "unknown command '${1:-}'" "deploy/servers.sh --help" ;;
esac
state_prepare
case $1 in
    start)
        packages_to_run
        packages_postgres
        servers_start "${2:-}"
        ;;
    stop) servers_stop "${2:-}" ;;
    kill) servers_kill "${2:-}" ;;
    env) servers_environment ;;
    remove)
        servers_stop
        postgres_remove
        rm -rf "$STATE"
        ;;
esac
