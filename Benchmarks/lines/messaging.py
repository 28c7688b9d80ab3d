"""Outbox, relay, inbox: from a row that was committed to its effect elsewhere."""

from rig import Bar, Line, command

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
    ]
