"""The platform where there is next to no service in it (Benchmarks/Platform): a note is accepted, a note is decided; beside it pgbench."""

import json

from rig import Bar, Line

from ._rows import CAPTURE, RELEASE, asked
from ._services import CONNECTIONS, PIPELINE_CLIENTS, down, services

ORDER = 45
DATABASE = "PLATFORM_DB"


class Notes:
    """One note from its acceptance to its decision, as it stands in the tables: the variables of limits/note.sql and close.sql."""

    def __init__(self, one):
        self.one = one
        one.run("platform")
        one.sql(DATABASE, RELEASE + CAPTURE)
        try:
            self.owner, token = open(one.tokens("citizen", 1)).read().split()
            address = one.here()["PLATFORM"]
            note = asked("POST", f"{address}/v1/notes", token, {"text": "A note that waits for its decision"})
            asked("POST", f"{address}/v1/notes/{note['id']}/decision", token, {})
            self.text = note["text"]
            self.events = self.rows("SELECT aggregatetype, type, convert_from(payload, 'UTF8') AS payload, headers FROM captured ORDER BY seq")
            self.keys = self.rows("SELECT caller, convert_from(answer, 'UTF8') AS answer FROM idempotency ORDER BY at")
            self.entries = self.rows("SELECT fields::text, basis, trace FROM journal ORDER BY at")
        finally:
            one.sql(DATABASE, RELEASE)

    def rows(self, query):
        return [json.loads(line) for line in self.one.sql(DATABASE, f"SELECT to_jsonb(r) FROM ({query}) AS r").splitlines()]

    def variables(self, step):
        """Of the acceptance (0) or the decision (1)."""
        event, key, entry = self.events[step], self.keys[step], self.entries[step]
        return {
            "item": "-1", "caller": key["caller"], "hash": "x" * 32, "answer": key["answer"], "owner": self.owner, "text": self.text,
            "topic": event["aggregatetype"], "type": event["type"], "event": event["payload"], "headers": json.dumps(event["headers"]),
            "fields": entry["fields"], "basis": entry["basis"], "trace": entry["trace"]}


def notes(rig):
    """Read off once a run."""
    if "notes" not in rig.notes:
        rig.notes["notes"] = Notes(services(rig))
    return rig.notes["notes"]


def load(template, *more):
    return lambda rig: services(rig).load(["PLATFORM"], template, *more)


def waiting(rig, database):
    """More notes than the fastest decides in the time of a run."""
    count = round(20_000 * (float(rig.seconds) + float(rig.warm_up)))
    services(rig).sql(database, f"""
        TRUNCATE note;
        INSERT INTO note SELECT lpad(to_hex(i), 32, '0')::uuid, '{notes(rig).owner}', '{notes(rig).text}', 'open', now()
        FROM generate_series(0, {count - 1}) AS i;
        ANALYZE note; CHECKPOINT""")


def pgbench(script, step, before=None):
    def best(rig):
        one, runs = services(rig), []
        for clients in PIPELINE_CLIENTS:
            if before:
                before(rig, "PLATFORM_PEER_DB")
            runs.append(one.pgbench("PLATFORM_PEER_DB", script, notes(rig).variables(step), clients))
        return max(runs, key=lambda result: result["rate"])

    return best


def decide(rig):
    one = services(rig)
    path = rig.servers.folder / "notes"
    path.write_text(one.sql(DATABASE, "SELECT id FROM note ORDER BY id") + "\n")
    return one.load(["PLATFORM"], "close", "--items", path, tokens=("citizen", 1))


def lines(rig):
    def set_up(rig):
        for product in ("PlatformBench", "LibraryBench"):
            rig.swift(product)
        notes(rig)

    def before(rig, name):
        services(rig).run("platform")

    def before_decisions(rig, name):
        before(rig, name)
        if name == "ours":
            waiting(rig, DATABASE)

    common = dict(set_up=set_up, tear_down=down, unit="request")
    return [
        Line(
            f"a note accepted by four inserts, {CONNECTIONS} connections, token remembered, relay running",
            contestants={"ours": load("note"), "pgbench": pgbench("note", 0), "ours, 1,000/s": load("note", "--rate", 1000)},
            bars=[Bar("rate", "ours", "pgbench", at_least=0.55), Bar("cpu_V", "ours", at_most=1.2), Bar("p99_ms", "ours, 1,000/s", at_most=5)],
            before=before, **common),
        Line(
            f"a note decided (lock, decide, store), {CONNECTIONS} connections, each a note of its own",
            contestants={"ours": decide, "pgbench": pgbench("close", 1, waiting)},
            bars=[Bar("rate", "ours", "pgbench", at_least=1.0), Bar("cpu_V", "ours", at_most=0.7)],
            before=before_decisions, **common),
    ]
