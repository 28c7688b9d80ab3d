"""Outbox, relay, inbox: from a row that was committed to its effect elsewhere."""

import subprocess
import time

from rig import Bar, Failed, Line, command, sql

ORDER = 30
ROWS = 200_000


def rows(rig):
    return 40_000 if rig.quick else ROWS


def prepare(*more):
    """Tables emptied, a new topic and a new group for each run."""

    def before(rig, _):
        rig.notes["prefix"] = rig.fresh("messages")
        command([
            rig.swift("LibraryBench"), "prepare", "--database", rig.database(), "--kafka", rig.kafka, "--prefix", rig.notes["prefix"],
            *[word(rig) if callable(word) else word for word in more]])

    return before


def where(rig):
    return ["--database", rig.database(), "--kafka", rig.kafka, "--prefix", rig.notes["prefix"]]


def ours(work, *more):
    return lambda rig: [rig.swift("LibraryBench"), work, *where(rig), *[word(rig) if callable(word) else word for word in more]]


def in_c(work, *more):
    return lambda rig: [rig.limit("outbox"), "--work", work, *where(rig), *[word(rig) if callable(word) else word for word in more]]


def lines(rig):
    backlog = ("--rows", rows)
    pace = ("--rate", 200, "--warm-up", lambda rig: rig.warm_up, "--seconds", lambda rig: "3" if rig.quick else "10")
    return [
        Line(
            f"outbox row, Kafka, inbox and effect: one process, a backlog of {rows(rig):,}",
            unit="row",
            contestants={"ours": ours("effect", *backlog), "c": in_c("effect", *backlog)},
            bars=[Bar("rate", "ours", at_least=45_000), Bar("cpu_V", "ours", at_most=0.07)],
            before=prepare("--backlog", rows),
        ),
        Line(
            f"relay alone: a backlog of {rows(rig):,}",
            unit="row",
            contestants={"ours": ours("relay", *backlog), "c": in_c("relay", *backlog)},
            bars=[Bar("rate", "ours", "c", at_least=0.7)],
            before=prepare("--backlog", rows),
        ),
        Line(
            "commit to effect at the consumer, 200 messages/s",
            unit="message",
            contestants={"ours": ours("latency", *pace), "c": in_c("latency", *pace)},
            bars=[Bar("p50_ms", "ours", at_most=3), Bar("p99_ms", "ours", at_most=12)],
            before=prepare(),
        ),
        Line(
            f"relay alone beside Debezium's outbox router (embedded, through its Python bridge; wal_level = logical): {rows(rig):,}",
            unit="row",
            contestants={"ours": ours("relay", *backlog), "debezium": lambda rig: [*rig.peer("debezium_relay"), *where(rig), *words(rig, backlog)]},
            set_up=logical,
            before=slot,
            tear_down=physical,
            most_rounds=3,
        ),
    ]


def words(rig, options):
    return [word(rig) if callable(word) else word for word in options]


def logical(rig):
    """What Debezium needs: a log that can be decoded, a role that may read it over TCP, a publication."""
    rig.servers.restart_postgres(wal_level="logical")
    sql(rig.servers.superuser_url, "CREATE ROLE debezium SUPERUSER LOGIN PASSWORD 'debezium'")
    prepare()(rig, "")
    sql(rig.database(), "CREATE PUBLICATION debezium FOR TABLE outbox WITH (publish = 'insert')")


def slot(rig, name):
    """The slot begins before the backlog, and is not there to hold anything up when ours runs."""
    sql(rig.database(), "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = 'debezium' AND NOT active")
    if name == "debezium":
        prepare()(rig, name)
        sql(rig.database(), "SELECT pg_create_logical_replication_slot('debezium', 'pgoutput')")
        command([rig.swift("LibraryBench"), "backlog", "--database", rig.database(), "--backlog", rows(rig)])
    else:
        prepare("--backlog", rows)(rig, name)


def physical(rig):
    time.sleep(2)  # the walsender notices that its client is gone
    sql(rig.database(), "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = 'debezium'")
    sql(rig.database(), "DROP PUBLICATION IF EXISTS debezium")
    sql(rig.servers.superuser_url, "DROP ROLE IF EXISTS debezium")
    rig.servers.restart_postgres(wal_level="")


def processor(pid):
    """Seconds of processor time of a running process, user and system."""
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def instances(count, partitions=4):
    """So many processes of one service over one database: one relays, all consume. Measured from outside, from the backlog's commit to its last effect."""

    def run(rig):
        prepare("--partitions", partitions)(rig, "")
        total = rows(rig)
        running = [subprocess.Popen([rig.swift("LibraryBench"), "instance", *where(rig)], stdout=subprocess.PIPE, text=True) for _ in range(count)]
        try:
            for one in running:
                one.stdout.readline()
            time.sleep(3)  # the last to join takes partitions from the others
            command([rig.swift("LibraryBench"), "backlog", "--database", rig.database(), "--backlog", total])
            began, used = time.monotonic(), sum(processor(one.pid) for one in running)
            first = int(sql(rig.database(), "SELECT count(*) FROM effect"))
            while int(sql(rig.database(), "SELECT count(*) FROM effect")) < total:
                if time.monotonic() - began > 150:
                    raise Failed("the effects did not come within 150 s")
                time.sleep(0.05)
            seconds = time.monotonic() - began
            used = sum(processor(one.pid) for one in running) - used
            done = total - first
            return {"rate": done / seconds, "seconds": seconds, "operations": done, "cpu_us": used * 1e6 / done, "errors": 0}
        finally:
            for one in running:
                one.terminate()
            for one in running:
                try:
                    one.wait(20)
                except subprocess.TimeoutExpired:
                    one.kill()

    return run


def growth(rig):
    """The cost of an effect as backlog, partitions and instances grow."""
    sizes = (10_000, 40_000) if rig.quick else (20_000, 200_000, 1_000_000)

    def waiting(size):
        def run(rig):
            prepare("--backlog", size)(rig, "")
            return [rig.swift("LibraryBench"), "relay", *where(rig), "--rows", size]

        return run

    return [
        Line("rows: relay, rows that wait in the outbox", unit="row", contestants={f"{size:,}": waiting(size) for size in sizes}, most_rounds=3, limit=600),
        Line("partitions: outbox to effect, partitions of the topic", unit="row", contestants={str(n): instances(1, n) for n in (1, 4, 16, 64)}, most_rounds=3, limit=600),
        Line("instances: outbox to effect, processes of the service", unit="row", contestants={str(n): instances(n) for n in (1, 2, 4)}, most_rounds=3, limit=600),
    ]
