"""What a run has at hand, as the lines see it."""

from __future__ import annotations

from pathlib import Path

from .build import Built
from .servers import Servers


class Rig:
    """Servers, built programs and durations."""

    def __init__(self, root: Path, servers: Servers, built: Built, quick: bool):
        self.root = root
        self.servers = servers
        self.built = built
        self.quick = quick
        self._databases: dict[str, str] = {}
        self._last = 0
        # Whatever a line wants to remember between its hooks.
        self.notes: dict[str, object] = {}

    @property
    def seconds(self) -> str:
        """How long a contestant measures."""
        return "1.5" if self.quick else "4"

    @property
    def warm_up(self) -> str:
        return "0.5" if self.quick else "1"

    @property
    def kafka(self) -> str:
        return self.servers.kafka

    def database(self, name: str = "bench") -> str:
        """The URL of a database of that name; made empty when it is first asked for."""
        if name not in self._databases:
            self._databases[name] = self.servers.database(name)
        return self._databases[name]

    def fresh(self, word: str) -> str:
        """A name that no run had before: a topic prefix, a group."""
        self._last += 1
        return f"{word}{self._last}"

    def swift(self, product: str) -> str:
        return self.built.swift(product)

    def limit(self, program: str) -> str:
        return self.built.limit(program)

    def peer(self, name: str) -> list[str]:
        return self.built.peer(name)

    @property
    def scratch(self) -> Path:
        return self.built.scratch
