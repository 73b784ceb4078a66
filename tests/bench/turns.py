"""Taking turns: what is to be compared is measured in alternation, so that both sides see the same
weather on a machine that others use too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median

Figures = Mapping[str, float]
"""What one side measured at its turn, by name."""

STRETCHES = 5


def take_turns(sides: Sequence[Callable[[], Figures]], rounds: int) -> dict[str, float]:
    """Let each side measure ``rounds`` times, A B A B ..., and give the median of each figure.

    Each goes once before that, uncounted, to warm up.
    """
    for measure in sides:
        measure()
    taken: dict[str, list[float]] = {}
    for _round in range(rounds):
        for measure in sides:
            for name, value in measure().items():
                taken.setdefault(name, []).append(value)
    return {name: median(values) for name, values in taken.items()}


def seconds_each(work: Callable[[], object], fill: float) -> float:
    """Seconds that one call of ``work`` takes, from as many as fill about ``fill`` seconds."""

    def call(times: int) -> None:
        for _call in range(times):
            work()

    return seconds_of_each(call, fill)


def seconds_of_each(run: Callable[[int], object], fill: float) -> float:
    """Seconds of each of the ``n`` pieces that ``run(n)`` does in one go; they fill ``fill``.

    The median of several stretches, so that what interrupts one of them does not count.
    """
    stretch, count = fill / STRETCHES, 1
    while (taken := _seconds(run, count)) < stretch / 2:
        count = max(count + 1, min(8 * count, round(count * stretch / max(taken, 1e-9))))
    return median(_seconds(run, count) / count for _stretch in range(STRETCHES))


def _seconds(run: Callable[[int], object], count: int) -> float:
    begun = time.perf_counter()
    run(count)
    return time.perf_counter() - begun


def in_a_row(name: str, run: Callable[[int], object], fill: float) -> Callable[[], Figures]:
    """A side that measures microseconds of each piece that ``run(n)`` does ``n`` of."""
    return lambda: {name: 1e6 * seconds_of_each(run, fill)}


def one_by_one(name: str, work: Callable[[], object], fill: float) -> Callable[[], Figures]:
    """A side that measures microseconds of one call of ``work``."""
    return lambda: {name: 1e6 * seconds_each(work, fill)}


def percentile(values: Iterable[float], percent: float) -> float:
    """The value that ``percent`` in a hundred of ``values`` do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
