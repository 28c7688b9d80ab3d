#!/usr/bin/env bash
# Judge: what running services have shown on /metrics (kept by the tests of EndToEnd) and deploy/prometheus.yml, by Prometheus' own promtool.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
# shellcheck source=/dev/null
. "$root/deploy/judges/lib/python.sh"
place=${TEST_STATE:-/tmp}

# Out of Debian's package, which is not installed: it would start a Prometheus.
promtool=$(command -v promtool) || {
    promtool=$place/promtool/usr/bin/promtool
    mkdir -p "$place/promtool"
    [ -x "$promtool" ] || (cd "$place/promtool" && apt-get -qq download prometheus && dpkg-deb -x prometheus_*.deb .) ||
        leave_out "no promtool (Debian: prometheus)"
}
compgen -G "$place/metrics-*.txt" >/dev/null || leave_out "the tests of the metrics have not run here: $place/metrics-*.txt"

"$promtool" check config --syntax-only "$root/deploy/prometheus.yml"
for text in "$place"/metrics-*.txt; do
    "$promtool" check metrics <"$text"
    printf '%s: %d families\n' "$(basename "$text" .txt)" "$(grep -c '^# TYPE' "$text")"
done
# It does see a fault.
! printf 'egov_x 1\negov_x 2\n' | "$promtool" check metrics 2>/dev/null || {
    echo "promtool does not see a sample that stands twice" >&2
    exit 1
}
