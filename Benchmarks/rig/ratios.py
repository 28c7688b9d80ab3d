"""Medians with their spread, and whether a bar is reached."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from .model import Bar


@dataclass
class Spread:
    """The middle of several runs, and the least and the most of them."""

    middle: float
    least: float
    most: float

    @staticmethod
    def of(values: list[float]) -> "Spread | None":
        return Spread(median(values), min(values), max(values)) if values else None


def measured(runs: list[dict | None], measure: str) -> list[float | None]:
    return [run.get(measure) if run else None for run in runs]


def spread(runs: list[dict | None], measure: str) -> Spread | None:
    return Spread.of([value for value in measured(runs, measure) if value is not None])


def ratio(results: dict[str, list[dict | None]], measure: str, of: str, to: str) -> Spread | None:
    """Round by round: what both met in the same minute is compared."""
    pairs = zip(measured(results.get(of, []), measure), measured(results.get(to, []), measure))
    return Spread.of([a / b for a, b in pairs if a is not None and b])


def judged(bar: Bar, results: dict[str, list[dict | None]]) -> tuple[Spread | None, bool | None]:
    """A bar's value and whether its median reaches it; None where a run is missing."""
    value = spread(results.get(bar.of, []), bar.measure) if bar.to is None else ratio(results, bar.measure, bar.of, bar.to)
    return value, None if value is None else bar.holds(value.middle)
