#!/usr/bin/env bash
# Makes what compose.yaml needs: build contexts of the images, and secrets. See --help.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
STATE=${SHANYRAQ_STATE:-$root/.state}
for part in say state packages build kafka services images; do
    # shellcheck source=/dev/null
    . "$root/deploy/lib/$part.sh"
done

usage() {
    cat <<'HELP'
Usage: deploy/compose-prepare.sh [options]

Makes what 'docker compose up --build --wait' needs, below the state folder: in images/ the build contexts (stripped
executables, data files, Apache Kafka), in compose/ the secrets. Run again it renews the contexts and keeps the secrets.

  --development      a key too with which egovctl can speak for anybody; start with PROFILE=development. Without it only the
                     services get keys, and the key of those who sign people in is to be added to compose/keys.jwks
  --keys FOLDER      use these keys: keys.jwks, and <service>.signing.pem and <service>.opening.pem of each service
  --binaries FOLDER  use executables built before, with --static-swift-stdlib, instead of building
  --in-container     build inside the official Swift image (SWIFT_IMAGE, swift:6.3-bookworm): no toolchain is needed here
  --help             this text

Secrets are made once and then yours to change, each in compose/: postgres.password is the superuser's, empty when roles and
databases are made elsewhere; <service>.database-url may point to any PostgreSQL; kafka.properties has librdkafka settings
(TLS, SASL) of a Kafka elsewhere. Only the folder is closed to others, the files are not: they are mounted one by one into
containers that run as nobody's user.

Environment:
  KAFKA_HOME         the Apache Kafka to put into the image; else one is downloaded, its checksum verified
  POSTGRES_HOST, POSTGRES_PORT   where new database-urls point to (postgres and 5432: the one in compose.yaml)
  SHANYRAQ_STATE     the state folder (.state in the checkout); compose.yaml reads the same variable
HELP
}

development='' given_keys='' bin=${SHANYRAQ_BIN:-} in_container=''
while [ $# -gt 0 ]; do
    case $1 in
        --development) development=1 ;;
        --in-container) in_container=1 ;;
        --keys | --binaries)
            [ -d "${2:-}" ] || die "$1 needs a folder" "deploy/compose-prepare.sh --help"
            case $1 in
                --keys) given_keys=$(cd "$2" && pwd) ;;
                --binaries) bin=$(cd "$2" && pwd) ;;
            esac
            shift
            ;;
        -h | --help)
            usage
            exit 0
            ;;
        *) die "unknown option $1" "deploy/compose-prepare.sh --help" ;;
    esac
    shift
done
state_prepare
mapfile -t products < <(service_names)
products+=(egovctl)
if [ -n "$in_container" ]; then build_in_container; else build_release; fi
kafka_home=${KAFKA_HOME:-}
[ -n "$kafka_home" ] || kafka_download || die "there is no Apache Kafka for the image" "set KAFKA_HOME to one"
[ -d "$kafka_home/libs" ] || die "KAFKA_HOME=$kafka_home has no libs/" "point it to an Apache Kafka"

images_gather
secrets_make
step "Ready in $STATE/images and $STATE/compose"
note "${development:+PROFILE=development }docker compose up --build --wait"
