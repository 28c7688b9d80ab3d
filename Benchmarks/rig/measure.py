"""Runs a line: contestants in turn, round after round, so that a slow minute of the machine meets all of them."""

from __future__ import annotations

import json
import sys
import time

from .model import Line
from .tools import Failed, command
from .verification import verification


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def outcome(rig, line: Line, contestant) -> dict:
    """One run: the JSON object on the last line of standard output."""
    if callable(contestant):
        contestant = contestant(rig)
    if isinstance(contestant, dict):
        return contestant
    words, environment = contestant if isinstance(contestant, tuple) else (contestant, {})
    text = command(words, environment=environment, limit=line.limit)
    last = text.strip().splitlines()[-1] if text.strip() else ""
    try:
        result = json.loads(last)
    except ValueError:
        raise Failed(f"{words[0]} printed no JSON object last, but {last[:200]!r}") from None
    if result.get("errors"):
        raise Failed(f"{words[0]} met {result['errors']} errors")
    return result


def run(rig, line: Line, rounds: int) -> dict:
    """All rounds of a line: for every contestant its results in order, and what went wrong."""
    rounds = min(rounds, line.most_rounds or rounds)
    results: dict[str, list[dict | None]] = {name: [] for name in line.contestants}
    faults: dict[str, str] = dict(line.absent)
    units = []
    started = time.monotonic()
    say(f"\n# {line.title}")
    try:
        if line.set_up:
            line.set_up(rig)
        for turn in range(rounds):
            unit = verification()
            units.append(unit)
            for name, contestant in line.contestants.items():
                try:
                    if line.before:
                        line.before(rig, name)
                    result = outcome(rig, line, contestant)
                    if "cpu_us" in result:
                        result["cpu_V"] = result["cpu_us"] / unit
                    results[name].append(result)
                    say(f"  {turn + 1}/{rounds} {name:<22} " + " ".join(f"{key}={value:.4g}" for key, value in result.items() if isinstance(value, (int, float))))
                except Exception as fault:  # one contestant that fails must not end a run of an hour
                    results[name].append(None)
                    faults[name] = f"{fault}" if isinstance(fault, Failed) else repr(fault)
                    say(f"  {turn + 1}/{rounds} {name}: {fault}")
    except Exception as fault:
        faults["set-up"] = str(fault)
        say(f"  set-up: {fault}")
    finally:
        if line.tear_down:
            try:
                line.tear_down(rig)
            except Exception as fault:
                faults["tear-down"] = str(fault)
    return {"title": line.title, "unit": line.unit, "results": results, "faults": faults, "V_us": units, "took": time.monotonic() - started}
