"""The table that a run prints."""

from __future__ import annotations

from .model import Line
from .ratios import Spread, judged, ratio, spread

MEASURES = [("rate", "/s"), ("cpu_us", "µs"), ("cpu_V", "V"), ("p50_ms", "ms"), ("p95_ms", "ms"), ("p99_ms", "ms"), ("rss_mb", "MB"), ("ready_s", "s")]


def number(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def shown(value: Spread | None) -> str:
    if value is None:
        return "-"
    return f"{number(value.middle)} [{number(value.least)}–{number(value.most)}]"


def line_text(line: Line, record: dict) -> str:
    results = record["results"]
    out = [f"{line.title}   (per {line.unit}; V = {shown(Spread.of(record['V_us']))} µs; {record['took']:.0f} s)"]
    columns = [(name, unit) for name, unit in MEASURES if any(spread(runs, name) for runs in results.values())]
    first = next(iter(results), None)
    rows = [["", *(f"{name} {unit}" if not name.endswith(f"_{unit}") else name for name, unit in columns), f"rate to {first}"]]
    for name, runs in results.items():
        if any(runs):
            against = ratio(results, "rate", name, first)
            rows.append([name, *(shown(spread(runs, column)) for column, _ in columns), shown(against) if name != first else "1"])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    out += ["  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    for bar in line.bars:
        value, holds = judged(bar, results)
        verdict = {True: "reached", False: "MISSED", None: "not measured"}[holds]
        out.append(f"  {bar.describe():<34} {shown(value):<24} {verdict}")
    for name, fault in record["faults"].items():
        out.append(f"  {name}: {' / '.join(fault.splitlines())[:400]}")
    return "\n".join(out)
