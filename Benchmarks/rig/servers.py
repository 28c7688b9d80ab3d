"""The PostgreSQL and the broker of one run, in a folder that goes with it."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from .tools import Failed, command, sql


class Servers:
    """Private servers by deploy/servers.sh: fsync on, a real Apache Kafka."""

    def __init__(self, root: Path, folder: str | None):
        if "KAFKA_HOME" not in os.environ:
            raise Failed("KAFKA_HOME is not set: the benchmarks need a real Apache Kafka, and Java 17")
        self.script = root / "deploy" / "servers.sh"
        self.folder = Path(folder or tempfile.mkdtemp(prefix="shanyraq-bench-"))
        # PostgreSQL may run as another user, who must be able to enter.
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)
        self.environment = {"SHANYRAQ_STATE": str(self.folder)}

    def start(self) -> None:
        command([self.script, "start"], environment=self.environment, limit=180)
        values = dict(line.split("=", 1) for line in command([self.script, "env"], environment=self.environment).splitlines() if "=" in line)
        if values.get("TEST_BROKER") != "kafka":
            raise Failed(f"the broker is {values.get('TEST_BROKER')}, not Apache Kafka")
        self.superuser_url = values["TEST_DATABASE_URL"]
        self.kafka = values["TEST_KAFKA_BOOTSTRAP"]

    def database(self, name: str) -> str:
        """The URL of a database of that name, made new."""
        for text in (f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"'):
            sql(self.superuser_url, text)
        head, query = self.superuser_url.split("?", 1)
        return f"{head.rsplit('/', 1)[0]}/{name}?{query}"

    def restart_postgres(self, **settings: str) -> None:
        """Starts PostgreSQL anew with settings that need it; an empty one is the default again."""
        for name, value in settings.items():
            sql(self.superuser_url, f"ALTER SYSTEM SET {name} = '{value}'" if value else f"ALTER SYSTEM RESET {name}")
        for word in ("stop", "start"):
            command([self.script, word, "postgres"], environment=self.environment, limit=120)

    def remove(self) -> None:
        command([self.script, "remove"], environment=self.environment, limit=120)
        shutil.rmtree(self.folder, ignore_errors=True)

    def setting(self, name: str) -> str:
        return sql(self.superuser_url, f"SHOW {name}")
