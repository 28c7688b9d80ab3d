"""The import of persons, checks included, beside psql's raw COPY of the same rows into the same table."""

import os
import resource
import subprocess
import time

from rig import Bar, Line, command
from rig.tools import Failed

from ._services import down, services

ORDER = 55
COLUMNS = (
    "id, iin, surname_kk, given_kk, patronymic_kk, surname_ru, given_ru, patronymic_ru, sex, birth_date, citizenship, kato, address_text, "
    "status, version, recorded_at, import_id")


def timed(words, environment, rows):
    """A command from its start to its end, and the processor time of it and what it started."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run([str(word) for word in words], env={**os.environ, **environment}, capture_output=True, text=True, timeout=300)
    seconds, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise Failed(f"{words[0]}: {(done.stderr or done.stdout)[-400:]}")
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"rate": rows / seconds, "seconds": seconds, "operations": rows, "cpu_us": used * 1e6 / rows, "errors": 0}


def set_up(rig):
    one = services(rig)
    here = one.here()
    rig.notes["persons"] = rig.servers.folder / "persons.copy"
    command(["psql", "-X", "-q", here["PERSONS_DB"], "-c", f"\\copy (SELECT {COLUMNS} FROM person ORDER BY id) TO '{rig.notes['persons']}'"])
    rig.notes["count"] = sum(1 for _ in open(rig.notes["persons"]))


def before(rig, name):
    services(rig).sql("PERSONS_EMPTY_DB", "TRUNCATE person CASCADE; TRUNCATE person_import; CHECKPOINT")


def ours(rig):
    one = services(rig)
    here = one.here()
    file, rejects = rig.servers.folder / "data" / "persons.jsonl", rig.servers.folder / "rejects.jsonl"
    data = rig.root / "Services" / "NaturalPersons" / "Data"
    words = [f"{here['BIN']}/natural-persons", "import", "--rejects", rejects, file]
    result = timed(words, {"DATABASE_URL": here["PERSONS_EMPTY_DB"], "DATA_DIRECTORY": str(data)}, rig.notes["count"])
    return checked(one, rig, result)


def copy(rig):
    one = services(rig)
    words = ["psql", "-X", "-q", one.here()["PERSONS_EMPTY_DB"], "-c", f"\\copy person ({COLUMNS}) FROM '{rig.notes['persons']}'"]
    return checked(one, rig, timed(words, {}, rig.notes["count"]))


def checked(one, rig, result):
    there = int(one.sql("PERSONS_EMPTY_DB", "SELECT count(*) FROM person"))
    if there != rig.notes["count"]:
        raise Failed(f"{there} persons are there, not {rig.notes['count']}")
    return result


def lines(rig):
    return [
        Line(
            "person import, 100,000 persons", unit="row", contestants={"ours": ours, "copy": copy},
            bars=[Bar("rate", "ours", "copy", at_least=0.5)], set_up=set_up, before=before, tear_down=down)
    ]
