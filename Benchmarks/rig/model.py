"""A line of the table: contestants that do the same work, and the ratios that they must reach."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

# A contestant is a command (a list of words), a command with its environment (words, dict), a finished result (dict),
# or a function of the rig that gives one of these before every run.
Contestant = object


@dataclass
class Bar:
    """`of` by `to` in `measure` is at least, or at most, so much; without `to` the measure of `of` itself.

    Measures are the fields that a contestant prints, and cpu_V: its processor time per operation in P-256 verifications.
    """

    measure: str
    of: str
    to: str | None = None
    at_least: float | None = None
    at_most: float | None = None

    def describe(self) -> str:
        what = f"{self.of} {self.measure}" if self.to is None else f"{self.of}/{self.to} {self.measure}"
        limit = f">= {self.at_least:g}" if self.at_least is not None else f"<= {self.at_most:g}"
        return f"{what} {limit}"

    def holds(self, value: float) -> bool:
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)


@dataclass
class Line:
    """One work that several contestants do."""

    title: str
    contestants: dict[str, Contestant]
    bars: list[Bar] = field(default_factory=list)
    # What an operation is, for the table: "row", "request".
    unit: str = "operation"
    # Called with the rig: once before the line, before every run (with the contestant's name as well), once after it.
    set_up: Callable | None = None
    before: Callable | None = None
    tear_down: Callable | None = None
    # Fewer rounds than asked for, where one run takes minutes.
    most_rounds: int | None = None
    # Contestants that may be missing, with the reason, as they are said below the table.
    absent: dict[str, str] = field(default_factory=dict)
    # Seconds after which a run counts as hung.
    limit: float = 180
