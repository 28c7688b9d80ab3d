"""What the services write, read off them once, so that pgbench writes the same rows: the variables of limits/*.sql."""

from __future__ import annotations

import json
import time
import urllib.request

from rig.tools import Failed

# Everything that goes through the outbox, whose rows are gone once Kafka has them.
CAPTURE = """
    CREATE TABLE captured (LIKE outbox);
    CREATE FUNCTION capture() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN INSERT INTO captured SELECT NEW.*; RETURN NULL; END $$;
    CREATE TRIGGER capture AFTER INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION capture();
"""
RELEASE = "DROP TRIGGER IF EXISTS capture ON outbox; DROP FUNCTION IF EXISTS capture; DROP TABLE IF EXISTS captured;"


def asked(method: str, url: str, token: str, body: dict | None = None) -> dict:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Accept-Language": "ru"}
    if body is not None:
        headers["Idempotency-Key"] = f"capture-{time.time_ns()}"
    request = urllib.request.Request(f"http://{url}", json.dumps(body).encode() if body is not None else None, headers, method=method)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


class Rows:
    """One application from its submission to its licence, as it stands in the tables."""

    def __init__(self, services):
        self.services = services
        # The register comes up later, so that its answer does not change what was accepted before it is read here.
        services.renew("e-license")
        self.sql(RELEASE + CAPTURE)
        try:
            self._live()
        finally:
            self.sql(RELEASE)

    def sql(self, text: str) -> str:
        return self.services.sql("LICENCES_DB", text)

    def rows(self, query: str) -> list[dict]:
        return [json.loads(line) for line in self.sql(f"SELECT to_jsonb(r) FROM ({query}) AS r").splitlines()]

    def _live(self) -> None:
        here = self.services.here()
        # Numbers that begin with 0 pgbench would shorten.
        everyone = [line.split() for line in open(self.services.tokens("citizen", 32)) if not line.startswith("0")]
        self.iins = [iin for iin, _ in everyone[:8]]
        citizen, official = everyone[0][1], open(self.services.tokens("official", 1)).read().split()[1]
        number = asked("POST", f"{here['LICENCES']}/v1/applications", citizen, {"kind": "advocate", "language": "ru"})["number"]
        text = "convert_from(%s, 'UTF8') AS %s"
        messages = f"SELECT aggregatetype, aggregateid, type, {text % ('payload', 'payload')}, headers FROM captured ORDER BY seq"
        self.submitted, self.asked = self.rows(messages)[:2]
        self.accepted = self.rows("SELECT * FROM application")[0]
        self.derivation = self.sql("SELECT derivation FROM deadline").strip()
        self.accepted_key = self.rows(f"SELECT caller, {text % ('answer', 'answer')} FROM idempotency")[0]
        self.accepted_entry = self.rows("SELECT fields::text, trace FROM journal WHERE operation = 'applications.submit'")[0]
        timers = {row["type"]: row for row in self.rows(f"SELECT type, fire_at, {text % ('payload', 'payload')} FROM timer")}
        self.due, self.again = timers["decision-due"], timers["inquiry-ask-again"]
        self.inquiry = self.rows("SELECT fields::text, type FROM inquiry")[0]
        self.services.run("start", "natural-persons")
        asked("GET", f"{self.services.here()['PERSONS']}/v1/persons/me", citizen)
        self.read_entry = json.loads(self.services.sql("PERSONS_DB", "SELECT to_jsonb(r) FROM (SELECT fields::text, trace FROM journal WHERE operation = 'persons.own') AS r"))
        self._wait("SELECT status = 'under-review' FROM application")
        self.reviewed = self.rows("SELECT * FROM application")[0]
        asked("POST", f"{here['LICENCES']}/v1/applications/{number}/decision", official, {"outcome": "issue"})
        self.decided, self.issued = self.rows(messages)[-2:]
        self.final = self.rows("SELECT * FROM application")[0]
        self.licence = self.rows("SELECT * FROM licence")[0]
        self.decided_key = self.rows(f"SELECT caller, {text % ('answer', 'answer')} FROM idempotency WHERE caller LIKE 'official%'")[0]
        self.decided_entry = self.rows("SELECT fields::text, trace FROM journal WHERE operation = 'applications.decide'")[0]

    def _wait(self, question: str) -> None:
        until = time.monotonic() + 60
        while self.sql(question) != "t":
            if time.monotonic() > until:
                raise Failed(f"after a minute still not so: {question}")
            time.sleep(0.1)

    # What stands for a hash of a request: as long as one.
    _hash = "x" * 32

    def of_read(self) -> dict[str, str]:
        return {f"iin{i}": iin for i, iin in enumerate(self.iins, 1)} | {"fields": self.read_entry["fields"], "trace": self.read_entry["trace"]}

    def of_apply(self) -> dict[str, str]:
        row = self.accepted
        return {
            "caller": self.accepted_key["caller"], "hash": self._hash, "answer": self.accepted_key["answer"], "kind": row["kind"],
            "licensor": row["licensor"], "applicant": row["applicant"], "deadline_at": row["deadline_at"],
            **{name: json.dumps(row[name], ensure_ascii=False) for name in ("rules", "facts", "history")},
            "deadline": row["deadline"], "derivation": self.derivation,
            "event_topic": self.submitted["aggregatetype"], "event_type": self.submitted["type"], "event": self.submitted["payload"],
            "event_headers": json.dumps(self.submitted["headers"]), "due": self.due["payload"], "again": self.again["payload"],
            "inquiry_type": self.inquiry["type"], "inquiry_fields": self.inquiry["fields"], "request": json.dumps({"iin": row["applicant"]}),
            "inquiry_topic": self.asked["aggregatetype"], "inquiry": self.asked["payload"], "inquiry_headers": json.dumps(self.asked["headers"]),
            "fields": self.accepted_entry["fields"], "trace": self.accepted_entry["trace"],
        }

    def of_decide(self) -> dict[str, str]:
        row = self.final
        return {
            "item": "-1", "caller": self.decided_key["caller"], "hash": self._hash, "answer": self.decided_key["answer"], "kind": row["kind"],
            "licensor": row["licensor"], "holder": row["applicant"], "kinds_edition": self.licence["kinds_edition"],
            "holder_name": json.dumps(self.licence["holder_name"], ensure_ascii=False),
            "decision": json.dumps(row["decision"], ensure_ascii=False), "steps": json.dumps(row["history"][-1:], ensure_ascii=False),
            "event_topic": self.decided["aggregatetype"], "decided_type": self.decided["type"], "decided": self.decided["payload"],
            "decided_headers": json.dumps(self.decided["headers"]), "issued_type": self.issued["type"], "issued": self.issued["payload"],
            "issued_headers": json.dumps(self.issued["headers"]), "fields": self.decided_entry["fields"], "trace": self.decided_entry["trace"],
        }

    def to_decide(self, database: str, count: int, numbers: str) -> None:
        """So many applications whose file is complete, each with its timer; `numbers` is SQL for the number of the i-th."""
        row = json.dumps(self.reviewed, ensure_ascii=False)
        others = [name for name in self.reviewed if name not in ("id", "number", "is_open")]
        self.services.sql(database, f"""
            INSERT INTO deadline VALUES ('{self.reviewed['deadline']}', $j${self.derivation}$j$) ON CONFLICT DO NOTHING;
            WITH one AS MATERIALIZED (SELECT * FROM jsonb_populate_record(NULL::application, $j${row}$j$))
            INSERT INTO application (id, number, {", ".join(others)})
            SELECT lpad(to_hex(i), 32, '0')::uuid, {numbers}, {", ".join(others)} FROM one, generate_series(0, {count - 1}) AS i;
            INSERT INTO timer SELECT lpad(to_hex(i), 32, '0')::uuid, '{self.due['fire_at']}', 'decision-due', lpad(to_hex(i), 32, '0')::uuid::text,
                convert_to($j${self.due['payload']}$j$, 'UTF8') FROM generate_series(0, {count - 1}) AS i;
            ANALYZE application; ANALYZE timer; CHECKPOINT;""")


# The number of an application with its check digits (ISO 7064 mod 97-10), in SQL; letters stand for 10 and up: BCH is 11, 12, 17; KZ is 20, 35.
NUMBER = "'KZ' || lpad((98 - (('111217' || lpad(i::text, 8, '0') || '203500')::numeric % 97))::text, 2, '0') || 'BCH' || lpad(i::text, 8, '0')"


def rows(rig, services) -> Rows:
    """Read off once a run."""
    if "rows" not in rig.notes:
        rig.notes["rows"] = Rows(services)
    return rig.notes["rows"]
