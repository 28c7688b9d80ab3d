#!/usr/bin/env bash
# Brings the platform up on this machine. See --help.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
STATE=${SHANYRAQ_STATE:-$root/.state}
for part in say state process packages build backup postgres kafka broker services data; do
    # shellcheck source=/dev/null
    . "$root/deploy/lib/$part.sh"
done

usage() {
    cat <<'HELP'
Usage: deploy/up.sh [options]

Installs what is missing (Debian packages; the Swift toolchain is only checked for), builds, starts a private
PostgreSQL and a broker, makes databases and topics, migrates, loads reference data, starts the services; then makes
development keys, imports synthetic persons and runs the demonstration. Run again, it does only what is left to do.

  --bare            an empty platform: production profile, no synthetic persons, development keys or demonstration
  --fresh           stops everything, deletes the state folder with ALL DATA, and starts over
  --persons N       how many synthetic persons (100000)
  --keys FOLDER     use these keys: keys.jwks, <service>.signing.pem, <service>.opening.pem
  --synchronous-archive  a commit is acknowledged once its WAL is in BACKUP_DIRECTORY too: nothing accepted is lost with the
                    disk of the database, and each commit waits for a second one (remembered; SYNCHRONOUS_ARCHIVE= turns it off)
  --binaries FOLDER use executables built before instead of building
  --help            this text

Environment:
  KAFKA_BOOTSTRAP   host:port of a broker that runs; else
  KAFKA_HOME        an Apache Kafka to start (needs Java 17); else one is downloaded; else DevBroker (in memory) stands in
  SHANYRAQ_BROKER   'dev-broker' takes DevBroker although there is a Kafka
  SHANYRAQ_STATE    the state folder (.state in the checkout)
  BACKUP_DIRECTORY  where egovctl backup and the WAL archive go, best on another disk; remembered, 'none' turns it off. Without
                    it there is no archive and no backup
  TOPIC_PREFIX      first word of every topic (egov)

Stop it with deploy/down.sh, which keeps the data. Logs and pid files: .state/run.
HELP
}

bare='' fresh='' persons=100000 given_keys='' bin=${SHANYRAQ_BIN:-}
while [ $# -gt 0 ]; do
    case $1 in
        --bare) bare=1 ;;
        --fresh) fresh=1 ;;
        --synchronous-archive) export SYNCHRONOUS_ARCHIVE=1 ;;
        --persons | --keys | --binaries)
            [ $# -ge 2 ] || die "$1 needs a value" "deploy/up.sh --help"
            case $1 in
                --persons) persons=$2 ;;
                --keys) given_keys=$2 ;;
                --binaries) bin=$(cd "$2" && pwd) ;;
            esac
            shift
            ;;
        -h | --help)
            usage
            exit 0
            ;;
        *) die "unknown option $1" "deploy/up.sh --help" ;;
    esac
    shift
done
[[ $persons =~ ^[1-9][0-9]{0,7}$ ]] || die "--persons takes a number from 1 to 99999999, not '$persons'"
profile=development
[ -z "$bare" ] || profile=production

[ -z "$fresh" ] || "$root/deploy/down.sh" --delete-data
state_prepare
state_lock

step "Shanyraq comes up ($profile profile), state in $STATE"
packages_to_run
packages_postgres
build_release
broker_choose
broker_start
postgres_start
for name in $(service_names); do postgres_database "$name"; done
step "PostgreSQL: private cluster on 127.0.0.1:$postgres_port and $postgres_host"
broker_wait

keys_prepare "$given_keys"
services_configure
topics_apply
step "Migrating and loading reference data"
services_migrate
reference_data
[ -n "$bare" ] || synthetic_persons "$persons"
step "Starting the services"
services_start

if [ -n "$bare" ]; then
    step "Up, and empty. Stop it with deploy/down.sh"
elif state_marked demo; then
    step "Up. The demonstration ran before; again: deploy/egovctl demo"
else
    egovctl demo
    state_mark demo
    step "Up. Stop it with deploy/down.sh; the platform's command line: deploy/egovctl --help"
fi
