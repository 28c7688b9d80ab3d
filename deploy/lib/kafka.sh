# shellcheck shell=bash
# Apache Kafka as one durable broker in KRaft mode below $STATE/kafka, from the distribution in $kafka_home.

kafka_version=4.3.1

# Downloads the distribution with its checksum into $STATE/downloads; fails when there is no network. Sets kafka_home.
# The checksum comes from the project's own server, the archive possibly from a mirror.
kafka_download() {
    local name=kafka_2.13-$kafka_version folder=$STATE/downloads base url wanted found
    if [ ! -x "$folder/$name/bin/kafka-server-start.sh" ]; then
        mkdir -p "$folder"
        for base in https://downloads.apache.org/kafka https://archive.apache.org/dist/kafka; do
            url=$base/$kafka_version/$name.tgz
            # GNU's and GnuPG's writing of a checksum: 'sum  file', or 'file: SUM SUM …' over several lines.
            wanted=$(curl -fsSL --connect-timeout 5 --max-time 30 "$url.sha512" 2>/dev/null) || continue
            wanted=$(printf '%s' "$wanted" | sed -e 's/^[^:]*://' | tr -d ' \n' | tr 'A-F' 'a-f' | grep -oE '^[0-9a-f]{128}') || continue
            step "Downloading Apache Kafka $kafka_version"
            curl -fL --connect-timeout 10 --retry 3 -C - -o "$folder/$name.tgz.part" "$url" || continue
            found=$(sha512sum "$folder/$name.tgz.part" | cut -d' ' -f1)
            if [ "$found" != "$wanted" ]; then
                rm -f "$folder/$name.tgz.part"
                die "the SHA-512 of $url is not the published one" "published $wanted" "received  $found"
            fi
            tar -xzf "$folder/$name.tgz.part" -C "$folder" && rm -f "$folder/$name.tgz.part"
            break
        done
    fi
    [ -x "$folder/$name/bin/kafka-server-start.sh" ] && kafka_home=$folder/$name
}

kafka_configure() { # PORT CONTROLLER-PORT
    cat >"$STATE/kafka/server.properties" <<CONF
# Written by deploy/ at every start: change it there.
controller.quorum.bootstrap.servers=127.0.0.1:$2
listeners=PLAINTEXT://127.0.0.1:$1,CONTROLLER://127.0.0.1:$2
advertised.listeners=PLAINTEXT://${KAFKA_ADVERTISED:-127.0.0.1:$1}
log.dirs=$STATE/kafka/log
$(cat "$root/deploy/lib/kafka.properties")
CONF
}

kafka_answers() { kcat -b "$1" -m 3 -L -J 2>/dev/null | jq -e '.brokers | length > 0' >/dev/null; }

# kafka_start [FIRST-PORT]: sets kafka_bootstrap. Returns before it is ready: see kafka_wait.
kafka_start() {
    local port controller
    kafka_bootstrap=127.0.0.1:$(port_choose kafka "${1:-9092}")
    ! process_pid kafka >/dev/null || return 0
    port=$(port_claim kafka "${1:-9092}")
    kafka_bootstrap=127.0.0.1:$port
    [ "$(cat "$STATE/run/kafka-controller.port" 2>/dev/null)" != "$port" ] || rm -f "$STATE/run/kafka-controller.port"
    controller=$(port_claim kafka-controller $((port + 1)))
    mkdir -p "$STATE/kafka"
    kafka_configure "$port" "$controller"
    export KAFKA_HEAP_OPTS=${KAFKA_HEAP_OPTS:--Xms256m -Xmx512m} LOG_DIR=$STATE/kafka/server-log
    if [ ! -e "$STATE/kafka/log/meta.properties" ]; then
        "$kafka_home/bin/kafka-storage.sh" format --standalone -t "$("$kafka_home/bin/kafka-storage.sh" random-uuid)" \
            -c "$STATE/kafka/server.properties" >"$STATE/run/kafka-format.log" 2>&1 || {
            show_log "$STATE/run/kafka-format.log"
            die "Kafka's storage could not be formatted in $STATE/kafka"
        }
    fi
    process_start kafka "$kafka_home/bin/kafka-server-start.sh" "$STATE/kafka/server.properties"
}

kafka_wait() {
    wait_until 60 kafka kafka_answers "$kafka_bootstrap" || {
        show_log "$STATE/run/kafka.log"
        die "Apache Kafka did not become ready on $kafka_bootstrap"
    }
}
