# shellcheck shell=bash
# Backups of the private cluster below BACKUP_DIRECTORY: base/ (egovctl backup), wal/ (archive_command) and, with
# SYNCHRONOUS_ARCHIVE, live/ (pg_receivewal). Without BACKUP_DIRECTORY there is none.

# Sets backup_folder to BACKUP_DIRECTORY, or to the one of the last time; empty when there is none.
backup_prepare() {
    local kept=$STATE/config/backup.directory
    backup_folder=${BACKUP_DIRECTORY:-$(cat "$kept" 2>/dev/null || true)}
    backup_synchronous=${SYNCHRONOUS_ARCHIVE:-$(cat "$STATE/config/backup.synchronous" 2>/dev/null || true)}
    [ "$backup_folder" != none ] || backup_folder=''
    if [ -n "$backup_folder" ]; then
        mkdir -p "$backup_folder"/{base,wal,live}
        backup_folder=$(cd "$backup_folder" && pwd -P)
        case $backup_folder in *[\'\"%\\]*) die "BACKUP_DIRECTORY=$backup_folder has a quote, percent sign or backslash in it" ;; esac
        cp "$root/deploy/lib/archive-wal" "$backup_folder/archive-wal.new"
        mv -f "$backup_folder/archive-wal.new" "$backup_folder/archive-wal"
        [ "$(id -u)" != 0 ] || chown postgres: "$backup_folder" "$backup_folder"/{base,wal,live,archive-wal}
        chmod 700 "$backup_folder"/{base,wal,live}
        postgres_as test -w "$backup_folder/wal" ||
            die "user $(postgres_user) cannot write to $backup_folder" "open its parent folders, or choose another BACKUP_DIRECTORY"
    fi
    printf '%s\n' "${backup_folder:-none}" >"$kept"
    printf '%s\n' "$backup_synchronous" >"$STATE/config/backup.synchronous"
}

# What the cluster's configuration gets.
backup_settings() {
    [ -n "$backup_folder" ] || return 0
    cat <<CONF
archive_mode = on
archive_command = 'sh "$backup_folder/archive-wal" "%p" "$backup_folder/wal/%f"'
archive_timeout = 60s
CONF
    # A commit is acknowledged once its WAL is in live/ too, on disk.
    [ -z "$backup_synchronous" ] || echo "synchronous_standby_names = 'archive'"
}

# The second copy of the WAL as it is written. The slot keeps what has not arrived there yet.
backup_receive() {
    local receive=("$postgres_bin/pg_receivewal" -d "$postgres_superuser_url&application_name=archive" --slot=archive)
    [ -n "$backup_folder" ] && [ -n "$backup_synchronous" ] || return 0
    ! process_pid wal-receiver >/dev/null || return 0
    postgres_as "${receive[@]}" --create-slot --if-not-exists
    if [ "$(id -u)" = 0 ]; then receive=(runuser -u postgres -- "${receive[@]}"); fi
    process_start wal-receiver env LC_ALL=C.UTF-8 "${receive[@]}" -D "$backup_folder/live" --synchronous
}
