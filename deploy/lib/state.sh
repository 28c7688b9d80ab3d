# shellcheck shell=bash
# The state folder: everything a running platform leaves behind lives below $STATE and nowhere else.
#   postgres/ kafka/   data          run/      pid files, ports, logs
#   config/            *.env         secrets/  one secret a file, mode 0600
#   keys/              development   data/     generated persons       marks/  steps done once

state_prepare() {
    mkdir -p "$STATE"
    STATE=$(cd "$STATE" && pwd -P)
    mkdir -p "$STATE"/{run,config,secrets,data,marks}
    chmod 700 "$STATE/secrets" "$STATE/config"
}

# One up or down at a time. What is started must not inherit the lock: see process_start.
state_lock() {
    exec 9>"$STATE/lock"
    flock -n 9 || die "another deploy script works on $STATE" "wait for it to end, then run this again"
}

state_mark() { touch "$STATE/marks/$1"; }
state_marked() { [ -e "$STATE/marks/$1" ]; }

# A random secret in a file that only its owner reads; made once.
state_secret() {
    local file=$STATE/secrets/$1
    [ -s "$file" ] || (
        umask 077
        head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$file"
    )
    cat "$file"
}

# Writes standard input to a file that only its owner reads, whole or not at all.
state_write() {
    (
        umask 077
        cat >"$1.new"
    )
    mv -f "$1.new" "$1"
}

# A short name of this state folder, for paths that have a limit.
state_hash() { printf '%s' "$STATE" | sha1sum | cut -c1-8; }
