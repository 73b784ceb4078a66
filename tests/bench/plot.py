"""The growth of an epoch's cost as a picture: a small SVG, light and dark, without a library."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from textwrap import wrap

from tests.bench.growth import Curves

WIDTH, TOP, BOTTOM = 760, 58, 36
PANEL_WIDTH, PANEL_HEIGHT = 300, 170
LEFT, BETWEEN_COLUMNS, BETWEEN_ROWS = 58, 62, 66
RADIUS = 3

STYLE = """
:root { color-scheme: light dark }
rect { fill: #fff }
text { font: 12px system-ui, sans-serif; fill: #24292f }
.small { font-size: 11px; fill: #57606a }
.title { font-size: 13px; font-weight: 600 }
.grid { stroke: #d8dee4; fill: none }
.line { fill: none; stroke-width: 2; stroke-linejoin: round }
.c0 { color: #0b62a8 } .c1 { color: #b35900 } .c2 { color: #6b6b73 }
.line, .mark { stroke: currentcolor }
.mark { fill: currentcolor }
@media (prefers-color-scheme: dark) {
  rect { fill: #0d1117 }
  text { fill: #e6edf3 }
  .small { fill: #9da7b3 }
  .grid { stroke: #30363d }
  .c0 { color: #5cb3ff } .c1 { color: #f0a04b } .c2 { color: #a8a8b3 }
}
"""

UNITS = ((1.0, "µs"), (1e3, "ms"), (1e6, "s"))
"""Microseconds in each."""


def svg(measured: Sequence[Curves], machine: str) -> str:
    """Panels with one growth each, on axes where each step is a tenfold, all of one height."""
    times = [
        value for curve in measured for line in curve.lines.values() for value in line.values()
    ]
    low, high = math.floor(math.log10(min(times))), math.ceil(math.log10(max(times)))
    titles = list(dict.fromkeys(title for curve in measured for title in curve.lines))
    caption = wrap(f"Measured on {machine}.", 110)
    rows = -(-len(measured) // 2)
    height = TOP + rows * (PANEL_HEIGHT + BETWEEN_ROWS) + BOTTOM + 15 * (len(caption) - 2)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" aria-labelledby="title">',
        '<title id="title">Time of a training epoch as the network and its data grow</title>',
        f"<style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{height}"/>',
        *_legend(titles),
    ]
    for number, curve in enumerate(measured):
        row, column = divmod(number, 2)
        x = LEFT + column * (PANEL_WIDTH + BETWEEN_COLUMNS)
        y = TOP + row * (PANEL_HEIGHT + BETWEEN_ROWS)
        parts += [f'<g transform="translate({x} {y})">', *_panel(curve, titles, low, high), "</g>"]
    first = height - 15 * len(caption)
    parts += [
        _text(LEFT, first + 15 * number, line, "small", "start")
        for number, line in enumerate(caption)
    ]
    return "\n".join([*parts, "</svg>", ""])


def _legend(titles: Sequence[str]) -> Iterable[str]:
    yield _text(LEFT, 22, "Time of an epoch", "title", "start")
    for number, title in enumerate(titles):
        x = LEFT + 200 + 160 * number
        points = [(x - 24.0, 18.0), (x - 6.0, 18.0)]
        yield f'<g class="c{number}">'
        yield _line(points)
        yield _mark(number, x - 15.0, 18.0)
        yield f"</g>{_text(x, 22, title, '', 'start')}"


def _panel(curve: Curves, titles: Sequence[str], low: int, high: int) -> Iterable[str]:
    sizes = sorted({size for line in curve.lines.values() for size in line})
    first, last = math.log10(sizes[0]), math.log10(sizes[-1])

    def place(size: float, value: float) -> tuple[float, float]:
        x = (math.log10(size) - first) / (last - first) * PANEL_WIDTH
        return x, (high - math.log10(value)) / (high - low) * PANEL_HEIGHT

    for power in range(low, high + 1):
        _x, y = place(sizes[0], 10.0**power)
        yield f'<path class="grid" d="M0 {y:.1f}h{PANEL_WIDTH}"/>'
        yield _text(-8, y + 4, _duration(10.0**power), "small", "end")
    shown = float("-inf")
    for size in sizes:
        x, _y = place(size, 10.0**low)
        if x - shown >= 34:
            yield f'<path class="grid" d="M{x:.1f} {PANEL_HEIGHT}v4"/>'
            yield _text(x, PANEL_HEIGHT + 17, f"{size:,}", "small", "middle")
            shown = x
    yield _text(PANEL_WIDTH / 2, PANEL_HEIGHT + 35, curve.what, "", "middle")
    for number, title in enumerate(titles):
        line: Mapping[int, float] = curve.lines.get(title, {})
        points = [place(size, value) for size, value in sorted(line.items())]
        if points:
            yield f'<g class="c{number}">'
            yield _line(points)
            yield from (_mark(number, x, y) for x, y in points)
            yield "</g>"


def _line(points: Sequence[tuple[float, float]]) -> str:
    return f'<path class="line" d="M{" ".join(f"{x:.1f} {y:.1f}" for x, y in points)}"/>'


def _mark(number: int, x: float, y: float) -> str:
    """A disc, a square or a triangle, so that lines are told apart without their colours."""
    r = RADIUS
    if number == 0:
        return f'<circle class="mark" cx="{x:.1f}" cy="{y:.1f}" r="{r}"/>'
    if number == 1:
        return f'<path class="mark" d="M{x - r:.1f} {y - r:.1f}h{2 * r}v{2 * r}h{-2 * r}z"/>'
    return f'<path class="mark" d="M{x:.1f} {y - r:.1f}l{r} {2 * r}h{-2 * r}z"/>'


def _text(x: float, y: float, text: str, kind: str, anchor: str) -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{named} text-anchor="{anchor}">{escape(text)}</text>'


def _duration(microseconds: float) -> str:
    scale, unit = next(
        (scale, unit) for scale, unit in reversed(UNITS) if microseconds >= scale or scale == 1.0
    )
    return f"{microseconds / scale:g} {unit}"
