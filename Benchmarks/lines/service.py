"""The services over HTTP, beside pgbench that runs the same statements: a read, an application, a decision."""

from rig import Bar, Line

from ._rows import NUMBER, rows
from ._services import CONNECTIONS, FRESH, PIPELINE_CLIENTS, down, run, services

ORDER = 50
PERSONS, LICENCES = "natural-persons", "e-license"
# In names of contestants: this one runs while nobody answers the inquiries.
ALONE = "register stopped"


def load(names, template, *more, tokens=("citizen", CONNECTIONS)):
    return lambda rig: services(rig).load(names, template, *more, tokens=tokens)


def pgbench(script, database, variables, prepare=None):
    """The better of two numbers of clients; `prepare` comes before each."""

    def best(rig):
        one = services(rig)
        runs = []
        for clients in PIPELINE_CLIENTS:
            if prepare:
                prepare(rig)
            runs.append(one.pgbench(database, script, variables(rows(rig, one)), clients))
        return max(runs, key=lambda result: result["rate"])

    return best


def reads(rig, name):
    one = services(rig)
    one.run("empty", PERSONS)


def read_lines():
    peer = pgbench("read", "PERSONS_PEER_DB", lambda rows: rows.of_read())

    def set_up(rig):
        rows(rig, services(rig))
        services(rig).renew(PERSONS)

    both = dict(set_up=set_up, before=reads, tear_down=down, unit="request")
    return [
        Line(
            "HTTP read of a person with its journal entry, 32 connections, token remembered",
            contestants={"ours": load(["PERSONS"], "read"), "pgbench": peer, "ours, 1,000/s": load(["PERSONS"], "read", "--rate", 1000)},
            bars=[Bar("rate", "ours", "pgbench", at_least=0.75), Bar("cpu_V", "ours", at_most=0.6), Bar("p99_ms", "ours, 1,000/s", at_most=3)],
            **both,
        ),
        Line(
            "HTTP read of a person with its journal entry, 32 connections, every token new",
            contestants={"ours": load(["PERSONS"], "read", "--fresh", tokens=("citizen", FRESH)), "pgbench": peer},
            bars=[Bar("rate", "ours", "pgbench", at_least=0.35), Bar("cpu_V", "ours", at_most=1.7)],
            **both,
        ),
    ]


def anew(rig, name):
    """Every run begins with the same tables and nothing in Kafka that the last one left."""
    services(rig).renew(LICENCES, *([] if ALONE in name else [PERSONS]))


def apply_lines():
    peer = pgbench("apply", "LICENCES_PEER_DB", lambda rows: rows.of_apply())
    apply = lambda *more, **options: load(["LICENCES"], "apply", *more, **options)  # noqa: E731
    slow = dict(set_up=lambda rig: rows(rig, services(rig)), before=anew, tear_down=down, unit="application")
    fresh = dict(tokens=("citizen", FRESH))
    return [
        Line(
            "HTTP application accepted, 32 connections, token remembered, relay running",
            contestants={
                "ours": apply(), f"ours, {ALONE}": apply(), "pgbench": peer, "ours, 1,000/s": apply("--rate", 1000),
                f"ours, 1,000/s, {ALONE}": apply("--rate", 1000),
            },
            bars=[
                Bar("rate", "ours", "pgbench", at_least=0.55), Bar("cpu_V", "ours", at_most=1.2), Bar("p99_ms", "ours, 1,000/s", at_most=5),
                Bar("rate", f"ours, {ALONE}", "pgbench", at_least=0.55), Bar("cpu_V", f"ours, {ALONE}", at_most=1.2),
                Bar("p99_ms", f"ours, 1,000/s, {ALONE}", at_most=5),
            ],
            **slow,
        ),
        Line(
            "HTTP application accepted, 32 connections, every token new, relay running",
            contestants={"ours": apply("--fresh", **fresh), f"ours, {ALONE}": apply("--fresh", **fresh), "pgbench": peer},
            most_rounds=3, **slow,
        ),
        Line(
            "applications of which 10 % are retries of the same key",
            contestants={f"with retries, {ALONE}": apply("--repeat", 10), f"without, {ALONE}": apply()},
            bars=[Bar("rate", f"with retries, {ALONE}", f"without, {ALONE}", at_least=0.6)],
            **slow,
        ),
    ]


def to_decide(rig, database, numbers):
    """More applications than the fastest decides in the time of a run; without one left, pgbench would fail aloud."""
    one = services(rig)
    one.run("empty", LICENCES)
    rows(rig, one).to_decide(database, round(12_000 * (float(rig.seconds) + float(rig.warm_up))), numbers)


def decide_lines():
    def before(rig, name):
        services(rig).renew(LICENCES)
        if name == "ours":
            to_decide(rig, "LICENCES_DB", NUMBER)

    def ours(rig):
        one = services(rig)
        path = rig.servers.folder / "numbers"
        path.write_text(one.sql("LICENCES_DB", "SELECT number FROM application ORDER BY id") + "\n")
        return one.load(["LICENCES"], "decide", "--items", path, tokens=("official", 1))

    def peer_before(rig):
        to_decide(rig, "LICENCES_PEER_DB", "'bench-' || i")

    return [
        Line(
            "operation with a lease (lock, decide, store), 32 connections, each decision on an application of its own",
            unit="decision",
            contestants={"ours": ours, "pgbench": pgbench("decide", "LICENCES_PEER_DB", lambda rows: rows.of_decide(), peer_before)},
            bars=[Bar("rate", "ours", "pgbench", at_least=1.0), Bar("cpu_V", "ours", at_most=0.7)],
            set_up=lambda rig: rows(rig, services(rig)),
            before=before,
            tear_down=down,
        )
    ]


def instance_lines():
    """What a second process of a service adds, on a machine whose cores the database and the load share."""

    def two(service, word, template):
        def contestant(rig):
            one = services(rig)
            one.run("serve", service, "2")
            try:
                return run(one.load([word, f"{word}_2"], template))
            finally:
                one.run("stop", f"{service}-2")

        return contestant

    common = dict(set_up=lambda rig: services(rig), before=lambda rig, name: services(rig).renew(PERSONS, LICENCES), tear_down=down, unit="request", most_rounds=3)
    return [
        Line("two instances: HTTP read", contestants={"two": two(PERSONS, "PERSONS", "read"), "one": load(["PERSONS"], "read")}, **common),
        Line(
            "two instances: HTTP application accepted",
            contestants={"two": two(LICENCES, "LICENCES", "apply"), "one": load(["LICENCES"], "apply")}, **common),
    ]


def lines(rig):
    return [*read_lines(), *apply_lines(), *decide_lines(), *instance_lines()]
