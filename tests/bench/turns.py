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
    """Seconds that one call of ``work`` takes, from as many as fill about ``fill`` seconds.

    The median of several stretches, so that what interrupts one of them does not count.
    """
    begun = time.perf_counter()
    work()
    count = max(1, round(fill / STRETCHES / (time.perf_counter() - begun)))
    taken = []
    for _stretch in range(STRETCHES):
        begun = time.perf_counter()
        for _call in range(count):
            work()
        taken.append((time.perf_counter() - begun) / count)
    return median(taken)


def percentile(values: Iterable[float], percent: float) -> float:
    """The value that ``percent`` in a hundred of ``values`` do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
