"""What a service holds and how soon it is there: idle connections, memory at rest and under load, start to ready."""

import socket
import statistics
import time

from rig import Bar, Line
from rig.tools import Failed

from ._services import down, is_long, run, services

ORDER = 60
PERSONS, LICENCES = "natural-persons", "e-license"
IDLE = 10_000


def idle(connections, seconds=20):
    """Each connection asks once and is then silent; processor time and memory of the seconds after."""

    def contestant(rig):
        one = services(rig)
        one.renew(PERSONS)
        words = one.load(["PERSONS"], "alive", "--idle", tokens=None, connections=connections)
        result = run([*words, "--warmup", "5", "--seconds", str(seconds)])
        # Nothing is asked while it is measured, so there is nothing to divide by.
        return {key: result[key] for key in ("rss_mb", "cpu_seconds", "errors")}

    return contestant


def memory(service, word, template):
    """At rest, then under full load: the peak, and how much more it holds in the last quarter than in the second."""

    def contestant(rig):
        one = services(rig)
        one.renew(PERSONS, LICENCES)
        time.sleep(5)
        rest = resident(one.here()[f"{word}_PID"])
        seconds = 600 if is_long() else 15 if rig.quick else 60
        result = run([*one.load([word], template), "--seconds", str(seconds), "--sample", str(seconds / 40)], limit=seconds + 60)
        samples = result["rss_mb_samples"]
        quarter = len(samples) // 4
        grown = statistics.median(samples[-quarter:]) - statistics.median(samples[quarter : 2 * quarter])
        return {
            "rest_mb": rest, "rss_mb": result["rss_mb"], "peak_mb": result["peak_mb"], "grown_mb": grown, "rate": result["rate"],
            "seconds": result["seconds"], "errors": result["errors"], "rss_mb_samples": samples}

    return contestant


def resident(pid):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise Failed(f"process {pid} tells no VmRSS")


def start(service, word):
    """From the start of the process to the first 200 of /readyz, asked for each millisecond."""

    def contestant(rig):
        one = services(rig)
        one.renew(PERSONS, LICENCES)
        address = one.here()[word]
        one.run("stop", service)
        process, began = one.launch(service)
        try:
            while not is_ready(address):
                if time.monotonic() - began > 20 or process.poll() is not None:
                    raise Failed(f"{service} did not become ready")
                time.sleep(0.001)
            return {"ready_s": time.monotonic() - began, "errors": 0}
        finally:
            process.terminate()
            process.wait(15)

    return contestant


def is_ready(address):
    host, port = address.split(":")
    try:
        with socket.create_connection((host, int(port)), timeout=1) as connection:
            connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return connection.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def lines(rig):
    common = dict(set_up=lambda rig: services(rig), tear_down=down)
    load = "ten minutes" if is_long() else "a minute"
    return [
        Line(
            "10,000 idle keep-alive connections, over twenty seconds",
            contestants={"10,000 idle": idle(IDLE), "one idle": idle(1)}, unit="service",
            bars=[Bar("rss_mb", "10,000 idle", at_most=110), Bar("cpu_seconds", "10,000 idle", "one idle", at_most=1.5)], most_rounds=2, **common),
        Line(
            f"resident memory at rest, and after {load} of full load",
            contestants={"reads": memory(PERSONS, "PERSONS", "read"), "applications": memory(LICENCES, "LICENCES", "apply")}, unit="request",
            bars=[Bar(measure, name, at_most=most) for name in ("reads", "applications") for measure, most in (("rest_mb", 25), ("peak_mb", 80), ("grown_mb", 3))],
            most_rounds=1, limit=900, **common),
        Line(
            "start to ready, database there",
            contestants={PERSONS: start(PERSONS, "PERSONS"), LICENCES: start(LICENCES, "LICENCES")}, unit="start",
            bars=[Bar("ready_s", PERSONS, at_most=0.1), Bar("ready_s", LICENCES, at_most=0.1)], **common),
    ]
