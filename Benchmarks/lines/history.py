"""A person's own access history among ten million entries of the journal."""

from rig import Bar, Line, sql

from ._services import down, services

ORDER = 70
ENTRIES = 10_000_000
MONTHS = 12
DATABASE = "natural-persons-history"

# A month as a table of its own, filled and indexed before it joins the journal: the way that costs least.
MONTH = """
CREATE TABLE {name} (LIKE journal INCLUDING DEFAULTS INCLUDING CONSTRAINTS) WITH (autovacuum_enabled = false);
INSERT INTO {name}
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(i % 4096), 3, '0') || '8' || lpad(to_hex(i), 15, '0'))::uuid,
       at, 'official:' || subject || ':ministry-of-justice', 'official', 'ministry-of-justice', NULL, subject, 'persons.read',
       'e-license/KZ72BCH' || lpad((i % 100000000)::text, 8, '0'), 'permits-law-2014', '{{name,birthDate,citizenship,status}}', 'shown', NULL, md5(i::text)
FROM (SELECT i, {first} + ({last} - {first}) * ((i - {low})::float8 / {count}) AS at, CASE
          -- One person has two thousand entries and one has twenty, spread over all months; the others share the rest.
          WHEN i % ({entries} / 2000) = 0 THEN (SELECT iin FROM holder WHERE place = 1)
          WHEN i % ({entries} / 20) = 1 THEN (SELECT iin FROM holder WHERE place = 2)
          ELSE other.iin END AS subject
      FROM generate_series({low}::bigint, {high}) AS i JOIN holder AS other ON other.place = 3 + (i * 7919) % 90000) AS entry;
ALTER TABLE {name} ADD PRIMARY KEY (id, at);
CREATE INDEX ON {name} (subject, id DESC);
ALTER TABLE journal ATTACH PARTITION {name} FOR VALUES FROM ({first}) TO ({last});
"""


def entries(rig):
    return ENTRIES // 20 if rig.quick else ENTRIES


def fill(rig, one):
    total = entries(rig)
    words = ["SET synchronous_commit = off", "SET maintenance_work_mem = '512MB'"]
    words.append("CREATE TABLE holder AS SELECT row_number() OVER (ORDER BY id) AS place, iin FROM person; CREATE UNIQUE INDEX ON holder (place); ANALYZE holder")
    share = total // MONTHS
    for month in range(MONTHS):
        first, last = (f"(date_trunc('month', now() AT TIME ZONE 'UTC') - interval '{MONTHS - month - back} months') AT TIME ZONE 'UTC'" for back in (0, 1))
        low = month * share
        high = total - 1 if month == MONTHS - 1 else low + share - 1
        words.append(MONTH.format(name=f"journal_past_{month}", first=first, last=last, low=low, high=high, count=high - low + 1, entries=total))
    words.append(f"VACUUM ANALYZE journal; COMMENT ON TABLE holder IS '{total}'; CHECKPOINT")
    one.statements("PERSONS_HISTORY_DB", ";\n".join(words))


def set_up(rig):
    one = services(rig)
    one.run("down")
    # In a folder that was kept it may be there, with as many or with others.
    one.run("copy", "natural-persons", "natural-persons-peer", DATABASE)
    if one.sql("PERSONS_HISTORY_DB", "SELECT obj_description(to_regclass('holder'))") != str(entries(rig)):
        sql(one.here()["SUPERUSER_DB"], f'DROP DATABASE "{DATABASE}" WITH (FORCE)')
        one.run("copy", "natural-persons", "natural-persons-peer", DATABASE)
        fill(rig, one)
    url = one.here()["PERSONS_HISTORY_DB"]
    one.run("serve", "natural-persons", "history", f"DATABASE_URL={url}")


def history(place):
    """The holder of that place asks for the first page, 32 connections at a hundred a second in all."""

    def contestant(rig):
        one = services(rig)
        iin = one.sql("PERSONS_HISTORY_DB", f"SELECT iin FROM holder WHERE place = {place}") if place else None
        words = one.load(["PERSONS_HISTORY"], "history", "--rate", 100, tokens=("citizen", 1000) if place is None else None)
        return [*words, *(["--tokens", one.tokens_of(iin)] if place else ["--fresh"])]

    return contestant


def lines(rig):
    return [
        Line(
            f"own access history, first page, among {entries(rig):,} entries of the journal, 100/s open loop",
            unit="page",
            contestants={"with 2,000 entries": history(1), "with 20": history(2), "a thousand others": history(None)},
            bars=[Bar("p95_ms", "with 2,000 entries", at_most=50), Bar("p95_ms", "with 20", at_most=50), Bar("p95_ms", "a thousand others", at_most=50)],
            set_up=set_up, tear_down=down, limit=900)
    ]
