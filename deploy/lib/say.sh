# shellcheck shell=bash
# What the scripts tell people: one line a step, faults on standard error with what to do.

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' plain=$'\e[0m'
else
    bold='' dim='' red='' plain=''
fi

step() { printf '%s▸%s %s\n' "$bold" "$plain" "$*"; }
note() { printf '  %s%s%s\n' "$dim" "$*" "$plain"; }
warn() { printf '%s! %s%s\n' "$red" "$*" "$plain" >&2; }
die() {
    printf '%s✗ %s%s\n' "$red" "$1" "$plain" >&2
    shift
    [ $# -eq 0 ] || printf '  %s\n' "$@" >&2
    exit 1
}

# The last lines of a log, when what wrote it has failed.
show_log() {
    [ ! -s "$1" ] || {
        printf '  last lines of %s:\n' "$1" >&2
        tail -n "${2:-15}" "$1" | sed 's/^/    /' >&2
    }
}
