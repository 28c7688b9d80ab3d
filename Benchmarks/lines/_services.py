"""The two release services on the rig's servers, the load on them, and pgbench beside them."""

from __future__ import annotations

import json
import os
import re
import resource
import shlex
import subprocess
import time
from pathlib import Path

from rig import command, sql
from rig.tools import Failed

# So many tokens come before one comes back; a service remembers the last 4,096 that it verified.
FRESH = 40_000
CONNECTIONS = 32
PIPELINE_CLIENTS = (16, 32)


class Services:
    """By rig/service.sh, in the folder of the rig's servers."""

    def __init__(self, rig):
        self.rig = rig
        self.environment = {"SHANYRAQ_STATE": str(rig.servers.folder)}
        self.script = rig.root / "Benchmarks" / "rig" / "service.sh"
        for product in ("egovctl", "natural-persons", "dev-broker"):
            rig.swift(product)
        self.environment["SHANYRAQ_BIN"] = str(Path(rig.swift("e-license")).parent)
        self.limits = str(Path(rig.limit("load")).parent)
        self.run("up")

    def run(self, *words) -> str:
        return command([self.script, *words], environment=self.environment, limit=900)

    def here(self) -> dict[str, str]:
        """Where everything is now: addresses, process ids, database URLs."""
        return dict(word.split("=", 1) for word in shlex.split(self.run("env")))

    def renew(self, *names: str) -> None:
        """Those services and no others, with no message and no row of former work."""
        self.run("renew", *names)

    def tokens(self, kind: str, count: int) -> str:
        """A file of so many tokens that hold for five minutes at least."""
        path = Path(self.rig.servers.folder) / f"tokens-{kind}-{count}"
        if not path.exists() or time.time() - path.stat().st_mtime > 600:
            path.write_text(self.run("tokens", kind, str(count)))
        return str(path)

    def tokens_of(self, iin: str) -> str:
        path = Path(self.rig.servers.folder) / f"token-{iin}"
        path.write_text(self.run("tokens", "citizen", "1", iin))
        return str(path)

    def launch(self, service: str) -> tuple[subprocess.Popen, float]:
        """The service as service.sh starts it, and the moment before."""
        settings = Path(self.rig.servers.folder, "config", f"{service}.env").read_text().splitlines()
        words, environment = [f"{self.environment['SHANYRAQ_BIN']}/{service}", "serve"], dict(line.split("=", 1) for line in settings)
        began = time.monotonic()
        quiet = subprocess.DEVNULL
        return subprocess.Popen(words, env={"PATH": os.environ["PATH"], **environment}, stdin=quiet, stdout=quiet, stderr=quiet), began

    def load(self, services: list[str], template: str, *more, tokens=("citizen", CONNECTIONS), connections=CONNECTIONS) -> list[str]:
        """The load's command on services as `here` names them: PERSONS, LICENCES, PERSONS_2."""
        here = self.here()
        words = [self.rig.limit("load"), "--template", f"{here['TEMPLATES']}/{template}.http", "--connections", str(connections)]
        for name in services:
            words += ["--address", here[name], "--pid", here[f"{name}_PID"]]
        if tokens:
            words += ["--tokens", self.tokens(*tokens)]
        return [*words, "--seconds", self.rig.seconds, "--warmup", self.rig.warm_up, *map(str, more)]

    def pgbench(self, database: str, script: str, variables: dict[str, str], clients: int) -> dict:
        """pgbench with prepared statements over the same socket, as long as the load runs."""
        words = ["pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-f", str(self.rig.root / "Benchmarks" / "limits" / f"{script}.sql")]
        words += ["-T", str(max(1, round(float(self.rig.seconds))))]
        for name, value in {"n": str(time.time_ns() // 1_000_000 << 16), "clients": str(clients), **variables}.items():
            words += ["-D", f"{name}={value}"]
        before = processor_time()
        text = command([*words, self.here()[database]], limit=300)
        used = processor_time() - before
        found = re.search(r"tps = ([\d.]+)", text)
        failed = re.search(r"number of failed transactions: (\d+)", text)
        done = re.search(r"number of transactions actually processed: (\d+)", text)
        latency = re.search(r"latency average = ([\d.]+)", text)
        if not found or not done or (failed and failed.group(1) != "0"):
            raise Failed(f"pgbench: {text[-400:]}")
        return {
            "rate": float(found.group(1)), "operations": int(done.group(1)), "mean_ms": float(latency.group(1)), "clients": clients,
            "cpu_us": used * 1e6 / int(done.group(1)), "errors": 0}

    def sql(self, database: str, text: str) -> str:
        """SQL as the superuser, in a database as `here` names it."""
        return sql(self._superuser(database), text)

    def statements(self, database: str, text: str) -> None:
        """The same for many statements, each its own transaction."""
        path = Path(self.rig.servers.folder) / "script.sql"
        path.write_text(text)
        command(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", path, self._superuser(database)], limit=1800)

    def _superuser(self, database: str) -> str:
        here = self.here()
        name = re.search(r"@/([\w-]+)\?", here[database]).group(1)
        return here["SUPERUSER_DB"].replace("/postgres?", f"/{name}?")


def processor_time() -> float:
    """Seconds that ended children have used: between two looks, the command that ran."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def services(rig) -> Services:
    """Brought up when the first line asks for them."""
    if "services" not in rig.notes:
        rig.notes["services"] = Services(rig)
    return rig.notes["services"]


def down(rig) -> None:
    """After a line: what follows is measured without them."""
    if "services" in rig.notes:
        rig.notes["services"].run("down")


def run(words: list[str], limit: float = 300) -> dict:
    """A command's JSON, for contestants that do more than run it."""
    return json.loads(command(words, limit=limit).strip().splitlines()[-1])


def is_long() -> bool:
    """BENCH_LONG=1 in the environment: ten minutes where else one will do."""
    return os.environ.get("BENCH_LONG") == "1"
