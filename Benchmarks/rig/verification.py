"""V: the processor time of one P-256 verification, the unit in which processor time is counted."""

from __future__ import annotations

import re

from .tools import Failed, command


def verification() -> float:
    """Microseconds a verification, as `openssl speed` measures it now."""
    text = command(["openssl", "speed", "-seconds", "1", "ecdsap256"])
    row = re.search(r"256 bits ecdsa \(nistp256\)\s+([\d.]+)s\s+([\d.]+)s\s+([\d.]+)\s+([\d.]+)", text)
    if not row:
        raise Failed("openssl speed printed no figure for ecdsap256")
    return 1e6 / float(row.group(4))
