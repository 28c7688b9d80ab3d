#!/usr/bin/env bash
# Every line of the benchmark beside its limit in C and its peers, in one run. See --help and README.md.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/env python3 -m rig "$@"
