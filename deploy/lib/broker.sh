# shellcheck shell=bash
# The broker is the first of: KAFKA_BOOTSTRAP, KAFKA_HOME, a download, DevBroker.

# Sets broker (running, kafka, dev-broker) and kafka_home; with 'own' as argument KAFKA_BOOTSTRAP is not considered.
broker_choose() {
    kafka_home=''
    if [ -n "${KAFKA_BOOTSTRAP:-}" ] && [ "${1:-}" != own ]; then
        broker=running
        return 0
    fi
    if [ -n "${KAFKA_HOME:-}" ]; then
        [ -x "$KAFKA_HOME/bin/kafka-server-start.sh" ] ||
            die "KAFKA_HOME=$KAFKA_HOME has no bin/kafka-server-start.sh" "point it to an Apache Kafka, or unset it"
        kafka_home=$(cd "$KAFKA_HOME" && pwd)
    elif [ "${SHANYRAQ_BROKER:-}" != dev-broker ]; then
        kafka_download || true
    fi
    if [ -n "$kafka_home" ] && [ "${SHANYRAQ_BROKER:-}" != dev-broker ]; then
        packages_java
        broker=kafka
    else
        broker=dev-broker
        # A broker in memory in place of one that keeps what was accepted: only by starting over.
        [ ! -d "$STATE/kafka" ] || die "this platform has its messages in an Apache Kafka, which is not to be found now" \
            "set KAFKA_HOME as before, or start over with --fresh"
    fi
}

# Starts the chosen broker and sets kafka_bootstrap; broker_wait announces it once it answers.
broker_start() {
    [ "$broker" = kafka ] || process_stop kafka 30
    [ "$broker" = dev-broker ] || process_stop dev-broker 5
    case $broker in
        running) kafka_bootstrap=$KAFKA_BOOTSTRAP ;;
        kafka) kafka_start "${1:-9092}" ;;
        dev-broker) dev_broker_start "${1:-9092}" ;;
    esac
}

dev_broker_start() {
    kafka_bootstrap=127.0.0.1:$(port_choose kafka "$1")
    ! process_pid dev-broker >/dev/null || return 0
    kafka_bootstrap=127.0.0.1:$(port_claim kafka "$1")
    process_start dev-broker "$bin/dev-broker" serve --listen "$kafka_bootstrap" --prefix "${TOPIC_PREFIX:-egov}"
}

broker_wait() {
    local reason='no KAFKA_HOME, and no Kafka could be downloaded'
    [ "${SHANYRAQ_BROKER:-}" != dev-broker ] || reason='asked for by SHANYRAQ_BROKER'
    case $broker in
        running)
            wait_until 15 '' kafka_answers "$kafka_bootstrap" ||
                die "no broker answers on KAFKA_BOOTSTRAP=$kafka_bootstrap" "start it, or unset KAFKA_BOOTSTRAP"
            step "Broker: the one that runs on $kafka_bootstrap (KAFKA_BOOTSTRAP)"
            ;;
        kafka)
            kafka_wait
            step "Broker: Apache Kafka from $kafka_home on $kafka_bootstrap"
            ;;
        dev-broker)
            wait_until 15 dev-broker kafka_answers "$kafka_bootstrap" || {
                show_log "$STATE/run/dev-broker.log"
                die "DevBroker did not become ready on $kafka_bootstrap"
            }
            step "Broker: DevBroker on $kafka_bootstrap: in memory, NO PLACE FOR DATA ($reason)"
            ;;
    esac
}

broker_stop() {
    process_stop kafka 30
    process_stop dev-broker 5
}
