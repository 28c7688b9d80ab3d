"""Draws how cost grows from the JSON of `run.sh --growth`: python3 -m rig.picture growth.json growth.svg

Each line of the run is one panel: what grows along the bottom, operations a second as bars, processor time an operation as dots.
"""

from __future__ import annotations

import json
import sys
from xml.sax.saxutils import escape

from .ratios import spread

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 420, 260, 56, 46, 44
INK, RATE, COST, FAINT = "#333333", "#7fa7c9", "#b3402a", "#dddddd"


def nice(most: float) -> float:
    """The next of 1, 2, 5 × 10ⁿ."""
    step = 1e-9
    while True:
        for factor in (1, 2, 5):
            if step * factor >= most:
                return step * factor
        step *= 10


def short(value: float) -> str:
    for limit, suffix in ((1e6, " M"), (1e3, " k")):
        if value >= limit:
            return f"{value / limit:g}{suffix}"
    return f"{value:.3g}"


def text(x: float, y: float, words: str, *, size: int = 12, anchor: str = "middle", fill: str = INK, weight: str = "normal") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{fill}" font-weight="{weight}">{escape(words)}</text>'


def panel(record: dict, x0: float, y0: float) -> list[str]:
    points = [(name, spread(runs, "rate"), spread(runs, "cpu_us")) for name, runs in record["results"].items()]
    points = [(name, rate, cost) for name, rate, cost in points if rate]
    out = [text(x0 + 12, y0 + 20, record["title"], size=12, anchor="start", weight="bold")]
    if not points:
        return [*out, text(x0 + LEFT, y0 + 60, "not measured", anchor="start")]
    most_rate = nice(max(rate.most for _, rate, _ in points))
    most_cost = nice(max((cost.most for _, _, cost in points if cost), default=1))
    width, height = WIDTH - 2 * LEFT, HEIGHT - TOP - BOTTOM
    left, base = x0 + LEFT, y0 + TOP + height

    def up(value: float, most: float) -> float:
        return base - height * value / most

    for share in (0, 0.5, 1):
        y = base - height * share
        out.append(f'<line x1="{left}" y1="{y:.1f}" x2="{left + width}" y2="{y:.1f}" stroke="{FAINT}"/>')
        out.append(text(left - 6, y + 4, short(most_rate * share), size=11, anchor="end", fill=RATE))
        out.append(text(left + width + 6, y + 4, short(most_cost * share), size=11, anchor="start", fill=COST))
    step = width / len(points)
    track = []
    for index, (name, rate, cost) in enumerate(points):
        x = left + step * (index + 0.5)
        bar = min(46, step * 0.6)
        out.append(f'<rect x="{x - bar / 2:.1f}" y="{up(rate.middle, most_rate):.1f}" width="{bar:.1f}" height="{base - up(rate.middle, most_rate):.1f}" fill="{RATE}"/>')
        out.append(f'<line x1="{x:.1f}" y1="{up(rate.least, most_rate):.1f}" x2="{x:.1f}" y2="{up(rate.most, most_rate):.1f}" stroke="{INK}"/>')
        out.append(text(x, base + 16, name))
        if cost:
            y = up(cost.middle, most_cost)
            track.append(f"{x:.1f},{y:.1f}")
            out.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{COST}"/>')
    out.append(f'<polyline points="{" ".join(track)}" fill="none" stroke="{COST}" stroke-width="1.5"/>')
    out.append(text(left, base + 34, f"{record['unit']}s a second", size=11, anchor="start", fill=RATE))
    out.append(text(left + width, base + 34, f"processor time, µs a {record['unit']}", size=11, anchor="end", fill=COST))
    return out


def picture(run: dict) -> str:
    records = run["lines"]
    rows = (len(records) + 1) // 2
    wide, high = 2 * WIDTH + 20, rows * HEIGHT + 40
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" font-family="sans-serif">', f'<rect width="{wide}" height="{high}" fill="white"/>']
    for index, record in enumerate(records):
        out += panel(record, 10 + index % 2 * WIDTH, index // 2 * HEIGHT)
    facts = run["facts"]
    out.append(text(16, high - 14, f"{facts['processor']}, {facts['cores']} cores for everything; median of {run['rounds']}, thin line: least to most; commit {facts['commit']}", size=11, anchor="start"))
    return "\n".join([*out, "</svg>", ""])


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1]) as source:
        drawn = picture(json.load(source))
    with open(sys.argv[2], "w") as target:
        target.write(drawn)
