"""What the peers share: options, the window that is measured, the line of JSON."""

import argparse
import json
import resource
import time


def options(**more):
    parser = argparse.ArgumentParser()
    for name, default in {"database": None, "kafka": None, "topic": "bench-records", "warm_up": 1.0, "seconds": 3.0, **more}.items():
        parser.add_argument("--" + name.replace("_", "-"), default=default, type=str if default is None else type(default))
    return parser.parse_args()


class Window:
    """Counts what is done between two moments."""

    def __init__(self):
        self.begin()

    def begin(self):
        self.operations = 0
        self.began = time.monotonic()
        self.used = self._processor()

    def _processor(self):
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return usage.ru_utime + usage.ru_stime

    def print(self):
        seconds, used = time.monotonic() - self.began, self._processor() - self.used
        print(json.dumps({
            "rate": self.operations / seconds, "seconds": seconds, "operations": self.operations, "cpu_us": used * 1e6 / max(self.operations, 1),
            "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "errors": 0}))


def values(count=1024, size=500):
    """Values of 500 bytes, half of them varying."""
    fixed = ('{"field":"value"},' * 20).encode()[:250]
    state, made = 0x9E3779B97F4A7C15, []
    for _ in range(count):
        value = bytearray(fixed)
        while len(value) < size:
            state ^= (state << 13) & 0xFFFFFFFFFFFFFFFF
            state ^= state >> 7
            state ^= (state << 17) & 0xFFFFFFFFFFFFFFFF
            value += f"{state:x}".encode()
        made.append(bytes(value[:size]))
    return made


QUERY = "SELECT id, number, name, version, changed, note FROM holder WHERE id = "
HOLDERS = 100_000
