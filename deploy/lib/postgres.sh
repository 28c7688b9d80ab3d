# shellcheck shell=bash
# A private PostgreSQL cluster below $STATE/postgres: never the machine's own, fsync on.
#
# Who may connect: over the socket and over loopback TCP, each service's role to the database of the same name with
# its password (SCRAM); and the superuser only over the socket and only for the system user who made the cluster or root (peer).

postgres_find() {
    local folder
    postgres_bin=''
    for folder in /usr/lib/postgresql/*/bin; do
        [ -x "$folder/initdb" ] && [ "$(basename "${folder%/bin}")" -ge 15 ] && postgres_bin=$folder
    done
    [ -n "$postgres_bin" ]
}

# PostgreSQL refuses to run as root: the system user 'postgres' then runs it.
postgres_as() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && runuser -u postgres -- env LC_ALL=C.UTF-8 "$@" 9>&-)
    else
        LC_ALL=C.UTF-8 "$@" 9>&-
    fi
}
postgres_user() { if [ "$(id -u)" = 0 ]; then echo postgres; else id -un; fi; }

# The data folder, in $postgres_data. A folder that 'postgres' cannot reach is replaced by one below /var/lib, with a link to it.
postgres_place() {
    local elsewhere
    postgres_data=$STATE/postgres
    if [ ! -e "$postgres_data" ]; then
        if postgres_as test -x "$STATE"; then
            mkdir "$postgres_data"
        else
            elsewhere=/var/lib/shanyraq-$(state_hash)
            note "user postgres cannot enter $STATE (a parent folder is closed to others): the cluster lives in $elsewhere"
            mkdir -p "$elsewhere"
            ln -s "$elsewhere" "$postgres_data"
        fi
        postgres_as_owner "$postgres_data"
    fi
    postgres_data=$(cd "$postgres_data" && pwd -P)
}
postgres_as_owner() {
    [ "$(id -u)" != 0 ] || chown postgres: "$1/."
    chmod 700 "$1/."
}

# The folder of the socket: short, since a socket's path ends at 107 bytes, and ours, since /tmp is everybody's.
postgres_socket() {
    postgres_host=/tmp/shanyraq-$(state_hash)
    mkdir -m 755 "$postgres_host" 2>/dev/null && { [ "$(id -u)" != 0 ] || chown postgres: "$postgres_host"; }
    [ -d "$postgres_host" ] && [ ! -L "$postgres_host" ] && [ "$(stat -c %U "$postgres_host")" = "$(postgres_user)" ] ||
        die "$postgres_host belongs to somebody else" "remove it, or set SHANYRAQ_STATE to another folder"
}

postgres_configure() {
    local include="include 'shanyraq.conf'" user
    user=$(id -un)
    grep -qxF "$include" "$postgres_data/postgresql.conf" || echo "$include" >>"$postgres_data/postgresql.conf"
    cat >"$postgres_data/shanyraq.conf" <<CONF
# Written by deploy/ at every start: change it there.
listen_addresses = '127.0.0.1'
port = $postgres_port
unix_socket_directories = '$postgres_host'
max_connections = ${postgres_connections:-100}
$(cat "$root/deploy/lib/postgresql.conf")
$(backup_settings)
CONF
    cat >"$postgres_data/pg_hba.conf" <<CONF
# Written by deploy/ at every start. The first line that fits decides.
local  all,replication  postgres         peer map=owner
local  sameuser  all                     scram-sha-256
host   sameuser  all       127.0.0.1/32  scram-sha-256
${postgres_rules:-}
CONF
    printf 'owner %s postgres\n' root postgres "$user" | sort -u >"$postgres_data/pg_ident.conf"
}

postgres_address() { # PORT
    postgres_port=$1
    postgres_superuser_url="postgresql:///postgres?host=$postgres_host&port=$postgres_port&user=postgres"
}

# Starts the cluster, made first when there is none; sets postgres_host, postgres_port and postgres_superuser_url.
postgres_start() {
    postgres_find || die "PostgreSQL 15 or later is not installed"
    postgres_place
    postgres_socket
    backup_prepare
    if postgres_runs; then
        postgres_address "$(port_choose postgres "${1:-54329}")"
        backup_receive
        return 0
    fi
    postgres_address "$(port_claim postgres "${1:-54329}")"
    if [ ! -s "$postgres_data/PG_VERSION" ]; then
        postgres_as "$postgres_bin/initdb" -D "$postgres_data" -U postgres --encoding=UTF8 --locale=C.UTF-8 --data-checksums \
            --auth-local=peer --auth-host=scram-sha-256 >"$STATE/run/initdb.log" 2>&1 || {
            show_log "$STATE/run/initdb.log"
            die "initdb could not make the cluster in $postgres_data"
        }
    elif [ "$(cat "$postgres_data/PG_VERSION")" != "$(basename "${postgres_bin%/bin}")" ]; then
        die "the cluster in $postgres_data is of PostgreSQL $(cat "$postgres_data/PG_VERSION"), installed is $postgres_bin" \
            "move it with pg_upgrade, or start over with --fresh"
    fi
    postgres_configure
    postgres_as "$postgres_bin/pg_ctl" -D "$postgres_data" -l "$postgres_data/server.log" -w -t 60 start >/dev/null || {
        show_log "$postgres_data/server.log"
        die "PostgreSQL did not start"
    }
    backup_receive
}

postgres_runs() { postgres_as "$postgres_bin/pg_ctl" -D "$postgres_data" status >/dev/null 2>&1; }

postgres_end() { postgres_as "$postgres_bin/pg_ctl" -D "$postgres_data" -m "$1" -w -t 60 stop >/dev/null; }

# postgres_stop [fast|immediate]: immediate is a crash, for tests.
postgres_stop() {
    [ -e "$STATE/postgres/PG_VERSION" ] && postgres_find || return 0
    postgres_data=$(cd "$STATE/postgres" && pwd -P)
    # A commit that waits for the archive would hold the stop up, so the receiver goes last.
    if postgres_runs && ! postgres_end "${1:-fast}" 2>/dev/null; then
        # Asked to stop in the midst of its recovery from a backend's crash, PostgreSQL 15 waits for ever for its own checkpointer.
        warn "PostgreSQL has not stopped within a minute; it is ended, and recovers with its next start"
        postgres_end immediate
    fi
    process_stop wal-receiver
}

# Removes the cluster for good.
postgres_remove() {
    local target
    target=$(readlink "$STATE/postgres" || true)
    rm -rf "$STATE/postgres" "/tmp/shanyraq-$(state_hash)"
    case $target in /var/lib/shanyraq-*) rm -rf "$target" ;; esac
}

# SQL as the superuser, from standard input or -c.
postgres_sql() {
    "$postgres_bin/psql" -X -q -At -v ON_ERROR_STOP=1 "$postgres_superuser_url" "$@"
}

# postgres_database NAME: the role and database of a service, made when missing; no other role may connect.
# Leaves its URL in secrets/NAME.database-url.
postgres_database() {
    local name=$1 password
    password=$(state_secret "$name.password")
    # The password goes in by standard input: an argument would show in the process list.
    { printf "\\set password '%s'\n" "$password" && cat "$root/deploy/lib/database.sql"; } | postgres_sql -v name="$name" >/dev/null
    printf 'postgresql://%s:%s@/%s?host=%s&port=%s\n' "$name" "$password" "$name" "$postgres_host" "$postgres_port" |
        state_write "$STATE/secrets/$name.database-url"
}
