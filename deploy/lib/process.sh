# shellcheck shell=bash
# Background processes with pid files in $STATE/run. A pid alone may have been given to another process since,
# so a pid file also holds when its process began; only a process that fits both is ever signalled.

process_began() { # field 22 of /proc/PID/stat, counted after the name, which may hold spaces
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    stat=${stat##*) }
    # shellcheck disable=SC2086
    set -- $stat
    # A zombie that still has threads has not let go of its ports and files yet.
    [ "$1" != Z ] || [ "${18}" -gt 1 ] || return 1
    printf '%s\n' "${20}"
}

# Prints the pid of NAME when it runs and is ours.
process_pid() {
    local pid began boot
    read -r pid began boot 2>/dev/null <"$STATE/run/$1.pid" || return 1
    [ "$boot" = "$(cat /proc/sys/kernel/random/boot_id)" ] || return 1
    [ "$(process_began "$pid")" = "$began" ] || return 1
    printf '%s\n' "$pid"
}

process_keep() { # NAME PID
    printf '%s %s %s\n' "$2" "$(process_began "$2")" "$(cat /proc/sys/kernel/random/boot_id)" >"$STATE/run/$1.pid"
}

# process_start NAME COMMAND…: detached from the terminal, output to run/NAME.log.
process_start() {
    local name=$1
    shift
    setsid "$@" >>"$STATE/run/$name.log" 2>&1 </dev/null 9>&- &
    process_keep "$name" $!
}

# process_stop NAME [SECONDS]: SIGTERM, and SIGKILL when the time is over.
process_stop() {
    local name=$1 limit=${2:-15} pid turn
    if pid=$(process_pid "$name"); then
        kill -TERM "$pid" 2>/dev/null || true
        for ((turn = 0; turn < limit * 10; turn++)); do
            process_pid "$name" >/dev/null || break
            sleep 0.1
        done
        if process_pid "$name" >/dev/null; then
            warn "$name did not stop within $limit s; it is killed"
            kill -KILL "$pid" 2>/dev/null || true
        fi
    fi
    rm -f "$STATE/run/$name.pid"
}

# wait_until SECONDS NAME COMMAND…: until COMMAND succeeds; fails at once when the process NAME has ended ('' = none to watch).
wait_until() {
    local deadline=$((SECONDS + $1)) name=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ -z "$name" ] || process_pid "$name" >/dev/null || return 1
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.1
    done
}

# Every process of the session that PID began with setsid: those too that made themselves a group of their own.
session_kill() { # SIGNAL PID
    local stat pid fields
    for stat in /proc/[0-9]*/stat; do
        pid=${stat#/proc/} pid=${pid%/stat}
        read -r -a fields 2>/dev/null <<<"$(sed 's/^.*) //' "$stat" 2>/dev/null)" || continue
        [ "${fields[3]:-}" != "$2" ] || kill "-$1" "$pid" 2>/dev/null || true
    done
}

port_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

port_free() { ! port_answers "$1"; }

# port_choose NAME FIRST: the port that NAME has had before, else the first free one from FIRST; kept in run/NAME.port.
port_choose() {
    local file=$STATE/run/$1.port port=$2
    if [ ! -s "$file" ]; then
        # Not one that answers, nor one that another part of this platform has chosen and not taken yet.
        while port_answers "$port" || grep -qsx "$port" "$STATE"/run/*.port; do port=$((port + 1)); done
        printf '%s\n' "$port" >"$file"
    fi
    cat "$file"
}

# port_claim NAME FIRST: the same for a server about to start: its port must be free. One that has just ended may hold
# it for a moment; when it is somebody else's by now, another is chosen.
port_claim() {
    local port
    port=$(port_choose "$@")
    wait_until 3 '' port_free "$port" || rm -f "$STATE/run/$1.port"
    port_choose "$1" "$port"
}
