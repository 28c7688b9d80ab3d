# shellcheck shell=bash
# A container engine for tests: the one that runs, else Debian's docker.io started by hand below $STATE/engine and nowhere else.

# Ends a test that this machine cannot run, which is not the same as one that passed.
skip() {
    warn "$1"
    shift
    [ $# -eq 0 ] || printf '  %s\n' "$@" >&2
    printf 'compose: skipped\n'
    exit 77
}

# Sets engine to 'running' or 'own'; from then on docker and docker compose work.
engine_start() {
    command -v docker >/dev/null && docker info >/dev/null 2>&1 && {
        engine=running
        engine_compose_plugin
        step "Container engine: the one that runs, $(docker version -f '{{.Server.Version}}')"
        return 0
    }
    [ "$(id -u)" = 0 ] || skip "no container engine answers, and starting one needs root" "start Docker, or run this as root"
    engine_install || skip "no container engine runs here, and docker.io cannot be installed"
    # Two engines started by hand would undo each other's network rules.
    exec 8>/tmp/shanyraq-engine.lock
    flock -w 1800 8 || die "another engine of a test has been running for half an hour" "end it, then run this again"
    engine_network_remember
    mkdir -p "$STATE/engine"
    export DOCKER_HOST=unix://$STATE/engine/docker.sock
    engine=own
    process_start dockerd dockerd --data-root "$STATE/engine/data" --exec-root "$STATE/engine/exec" \
        --pidfile "$STATE/engine/dockerd.pid" --host "$DOCKER_HOST" --log-level warn 8>&-
    wait_until 60 dockerd docker info >/dev/null 2>&1 || {
        show_log "$STATE/run/dockerd.log" 5
        skip "dockerd does not start here: is this a container without privileges?" \
            "run it where root may mount file systems and change network rules"
    }
    engine_compose_plugin
    step "Container engine: dockerd $(docker version -f '{{.Server.Version}}'), started by hand in $STATE/engine"
}

# Debian starts what it installs, which is not wanted of a test.
engine_install() {
    local guard=/usr/sbin/policy-rc.d made='' code=0
    [ -e "$guard" ] || has_package docker.io || {
        printf '#!/bin/sh\nexit 101\n' >"$guard"
        chmod +x "$guard"
        made=1
    }
    (packages_install docker.io iptables iproute2) || code=$?
    [ -z "$made" ] || rm -f "$guard"
    return "$code"
}

# Debian 12 has no Compose 2: COMPOSE_PLUGIN is the plugin's file, or the folder that it lies in.
engine_compose_plugin() {
    local plugin=${COMPOSE_PLUGIN:-}
    if [ -n "$plugin" ]; then
        [ ! -d "$plugin" ] || plugin=$plugin/docker-compose
        [ -f "$plugin" ] || die "COMPOSE_PLUGIN=$COMPOSE_PLUGIN is no docker-compose"
        export DOCKER_CONFIG=$STATE/docker
        mkdir -p "$DOCKER_CONFIG/cli-plugins"
        install -m 755 "$plugin" "$DOCKER_CONFIG/cli-plugins/docker-compose"
    fi
    docker compose version >/dev/null 2>&1 || skip "Docker has no Compose plugin here" "set COMPOSE_PLUGIN to one"
    # Without its plugin for BuildKit, Docker builds with the classic builder.
    docker buildx version >/dev/null 2>&1 || export DOCKER_BUILDKIT=0
}

base=debian:bookworm-slim

# Debian's own image; where no registry can be reached, the same made of Debian's packages. Sets base_made in the second case.
engine_base_image() {
    local tree=$STATE/base root_command=()
    [ "$(id -u)" = 0 ] || root_command=(sudo)
    base_made=''
    if ! docker image inspect "$base" >/dev/null 2>&1 && ! timeout 180 docker pull -q "$base" >"$STATE/run/pull.log" 2>&1; then
        step "Base image: $base cannot be pulled; it is made of Debian's packages"
        packages_install debootstrap
        quietly debootstrap "${root_command[@]}" debootstrap --variant=minbase bookworm "$tree" || skip "$base can neither be pulled nor made"
        printf 'deb http://deb.debian.org/%s main\n' 'debian bookworm' 'debian bookworm-updates' 'debian-security bookworm-security' |
            as_root tee "$tree/etc/apt/sources.list" >/dev/null
        as_root rm -rf "$tree"/var/{cache,lib/apt/lists,log}/* "$tree"/usr/share/{doc,man,locale,info}/*
        as_root tar -C "$tree" --numeric-owner -c . | docker import - "$base" >"$STATE/run/import.log" 2>&1 || {
            show_log "$STATE/run/import.log"
            skip "no image can be unpacked here"
        }
        as_root rm -rf "$tree"
        base_made=1
    fi
    docker run --rm --network none "$base" true >"$STATE/run/probe.log" 2>&1 || {
        show_log "$STATE/run/probe.log"
        skip "no container can be run here"
    }
    # Some machines let only the host's own network out.
    docker run --rm "$base" timeout 10 bash -c 'exec 3<>/dev/tcp/deb.debian.org/80' 2>/dev/null || export BUILD_NETWORK=host
}

# What dockerd changes outside its folder: rules, the bridge, forwarding.
engine_network_remember() {
    network_had_docker=$(iptables-save 2>/dev/null | grep -c -e DOCKER -e docker0 || true)
    network_forward=$(iptables -S FORWARD 2>/dev/null | sed -n 's/^-P FORWARD //p' || true)
    network_ip_forward=$(cat /proc/sys/net/ipv4/ip_forward)
}

engine_network_restore() {
    [ "$network_had_docker" = 0 ] && iptables-save 2>/dev/null | grep -q DOCKER || return 0
    iptables-save | grep -v -e DOCKER -e docker0 | iptables-restore
    iptables -P FORWARD "${network_forward:-ACCEPT}"
    ip link delete docker0 2>/dev/null || true
    echo "$network_ip_forward" >/proc/sys/net/ipv4/ip_forward
}

# Stops an engine of our own and removes everything of it.
engine_stop() {
    local place
    [ "${engine:-}" = own ] || return 0
    process_stop dockerd 30
    while read -r _ place _; do
        case $place in "$STATE"/*) umount -l "$place" || true ;; esac
    done </proc/mounts
    rm -rf --one-file-system "$STATE/engine"
    engine_network_restore
}
