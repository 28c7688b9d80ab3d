"""The command line of run.sh."""

from __future__ import annotations

import argparse
import importlib
import json
import platform
import re
import signal
import sys
import time
from pathlib import Path

from . import measure, table
from .build import Built
from .ratios import judged
from .rig import Rig
from .servers import Servers
from .tools import Failed, command

ROOT = Path(__file__).resolve().parents[2]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="Benchmarks/run.sh", description="Runs the lines of the benchmark interleaved and prints medians, ratios and bars. Needs KAFKA_HOME.")
    parser.add_argument("--rounds", type=int, default=5, help="how often each contestant runs (5)")
    parser.add_argument("--only", metavar="PATTERN", help="lines whose title or module fits this regular expression")
    parser.add_argument("--json", metavar="FILE", help="writes every run of every contestant there")
    parser.add_argument("--quick", action="store_true", help="2 rounds of 1.5 s: to see that everything works")
    parser.add_argument("--growth", action="store_true", help="how cost grows with rows, partitions and instances, instead of the table; with --json for picture.py")
    parser.add_argument("--list", action="store_true", help="names the lines and ends")
    parser.add_argument("--keep", metavar="FOLDER", nargs="?", const="", help="keeps the servers and their data, in FOLDER where one is named")
    return parser.parse_args()


def modules() -> list[str]:
    return sorted(path.stem for path in (ROOT / "Benchmarks" / "lines").glob("*.py") if not path.stem.startswith("_"))


def lines_of(rig: Rig, options: argparse.Namespace) -> list:
    """Lines of all modules, in the order of the modules' ORDER."""
    found = []
    for name in modules():
        module = importlib.import_module(f"lines.{name}")
        make = getattr(module, "growth" if options.growth else "lines", None)
        if make is None:
            continue
        for line in make(rig):
            if options.only is None or re.search(options.only, f"{name}: {line.title}", re.IGNORECASE):
                found.append((getattr(module, "ORDER", 100), name, line))
    found.sort(key=lambda entry: entry[0])
    return found


def heading(built: Built, servers: Servers) -> dict:
    facts = built.versions()
    facts["kernel"] = platform.release()
    facts["load"] = open("/proc/loadavg").read().split()[0]
    facts["commit"] = command(["git", "rev-parse", "--short", "HEAD"], directory=ROOT).strip()
    for name in ("server_version", "fsync", "synchronous_commit", "full_page_writes"):
        facts[f"postgres {name}"] = servers.setting(name)
    return facts


def main() -> int:
    options = arguments()
    built = Built(ROOT)
    if options.list:
        servers = None
    else:
        servers = Servers(ROOT, options.keep)
    rig = Rig(ROOT, servers, built, options.quick)
    chosen = lines_of(rig, options)
    if options.list:
        for _, name, line in chosen:
            print(f"{name}: {line.title}")
        return 0
    if not chosen:
        print("no line fits; --list names them", file=sys.stderr)
        return 2
    rounds = 2 if options.quick else options.rounds
    started = time.monotonic()
    records, texts, missed = [], [], 0
    try:
        measure.say(f"# servers in {servers.folder}")
        servers.start()
        facts = heading(built, servers)
        for _, name, line in chosen:
            record = measure.run(rig, line, rounds)
            bars = [(bar.describe(), *judged(bar, record["results"])) for bar in line.bars]
            missed += sum(1 for _, _, holds in bars if holds is False)
            record |= {"module": name, "bars": [{"bar": text, "value": value and vars(value), "reached": holds} for text, value, holds in bars]}
            records.append(record)
            texts.append(table.line_text(line, record))
            if options.json:
                Path(options.json).write_text(json.dumps({"facts": facts, "quick": options.quick, "rounds": rounds, "lines": records}, indent=1))
    finally:
        if options.keep is None:
            servers.remove()
        else:
            measure.say(f"# kept: SHANYRAQ_STATE={servers.folder} deploy/servers.sh remove takes it away")
    print("\n".join(f"{name}: {value}" for name, value in facts.items()))
    print(f"{rounds} rounds, interleaved; median [least–most]; {time.monotonic() - started:.0f} s in all\n")
    print("\n\n".join(texts))
    return 1 if missed and not options.quick else 0


if __name__ == "__main__":
    # An end from outside takes the servers away as any other does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(main())
    except Failed as fault:
        print(f"error: {fault}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
