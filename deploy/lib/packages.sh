# shellcheck shell=bash
# What is needed from Debian. Nothing is installed that is there already; the package lists are fetched once a run.

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "this needs root: $*" "run the script as root, or install sudo"
    fi
}

has_package() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

packages_install() { # PACKAGE…
    local missing=() package
    for package in "$@"; do has_package "$package" || missing+=("$package"); done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null ||
        die "missing: ${missing[*]}" "this machine has no apt-get: install their equivalents by hand"
    step "Installing from Debian: ${missing[*]}"
    [ -n "${packages_listed:-}" ] || as_root apt-get -qq update
    packages_listed=1
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends "${missing[@]}" >/dev/null ||
        die "apt-get could not install ${missing[*]}" "see its message above"
}

# Debian's package makes and starts a cluster of the machine's own, 'main', unless told otherwise beforehand.
packages_postgres() {
    local fragment=/etc/postgresql-common/createcluster.d/shanyraq.conf
    postgres_find && return 0
    as_root mkdir -p "${fragment%/*}"
    echo 'create_main_cluster = false' | as_root tee "$fragment" >/dev/null
    packages_install postgresql-15
    as_root rm -f "$fragment"
    postgres_find || die "PostgreSQL 15 or later is not to be found after its installation"
}

packages_to_build() {
    packages_install librdkafka-dev libpq-dev libmicrohttpd-dev libcurl4-openssl-dev libssl-dev pkg-config
}

packages_to_run() { packages_install curl jq kcat ca-certificates openssl; }

# Java 17 or later: JAVA_HOME's, then the one of PATH, then Debian's.
java_ready() {
    local java=${JAVA_HOME:+$JAVA_HOME/bin/}java version
    command -v "$java" >/dev/null || return 1
    version=$("$java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1)
    [ "${version:-0}" -ge 17 ]
}

packages_java() {
    java_ready && return 0
    packages_install default-jre-headless
    java_ready || die "Java 17 or later is needed for Apache Kafka" "set JAVA_HOME, or unset KAFKA_HOME to go without"
}
