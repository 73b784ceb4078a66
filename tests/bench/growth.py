"""How an epoch's cost grows with units, layers, examples and the size of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.bench import here, peers
from tests.bench.here import TITLES
from tests.bench.jobs import Job
from tests.bench.peers import TORCH
from tests.bench.report import Row
from tests.bench.turns import in_a_row, one_by_one, take_turns


@dataclass(frozen=True)
class Growth:
    """jobs: by what grows. what: what does, and what stays."""

    what: str
    jobs: Mapping[int, Job]


@dataclass(frozen=True)
class Curves:
    """lines: of each engine, microseconds per epoch by what grows."""

    what: str
    lines: Mapping[str, Mapping[int, float]]


GROWTHS = (
    Growth(
        "units of each of two layers",
        {n: Job("", (2, n, n, 1), 250, 10) for n in (2, 4, 8, 16, 32, 64, 128, 256)},
    ),
    Growth(
        "layers of 8 units",
        {n: Job("", (2, *[8] * n, 1), 250, 10) for n in (1, 2, 4, 8, 15)},
    ),
    Growth(
        "examples, on 2-8-8-1",
        {n: Job("", (2, 8, 8, 1), n, min(10, n)) for n in (4, 16, 64, 256, 1024, 4096, 16384)},
    ),
    Growth(
        "examples in a batch, of 1,000, on 2-8-8-1",
        {n: Job("", (2, 8, 8, 1), 1000, n) for n in (1, 3, 10, 32, 100, 316, 1000)},
    ),
)
"""Where nothing else is said: 250 examples in batches of 10, as TensorFlow Playground begins."""


def curves(quick: bool) -> list[Curves]:
    """The engines here, and PyTorch where it is installed."""
    return [_curves(growth, quick) for growth in GROWTHS]


def _curves(growth: Growth, quick: bool) -> Curves:
    lines: dict[str, dict[int, float]] = {}
    for size, job in growth.jobs.items():
        for title, taken in _taken(job, quick).items():
            lines.setdefault(title, {})[size] = taken
    return Curves(growth.what, lines)


def _taken(job: Job, quick: bool) -> dict[str, float]:
    rounds, fill = (1, 0.02) if quick else (3, 0.1)
    sides = [in_a_row(TITLES[name], here.training_of(job, name), fill) for name in here.engines()]
    if epoch := peers.torch(job):
        sides.append(one_by_one(TORCH, epoch, fill))
    return take_turns(sides, rounds)


def rows(measured: list[Curves]) -> list[Row]:
    """The compiled engine beside NumPy's, or NumPy's alone."""
    found = []
    compiled, numpy = TITLES["compiled"], TITLES["numpy"]
    for curve in measured:
        for size, beside in curve.lines[numpy].items():
            ours = curve.lines.get(compiled, {}).get(size)
            what = f"epoch; {curve.what}: {size:,}"
            if ours is None:
                found.append(Row(f"{what}, {numpy}", f"{beside:,.1f} us"))
            else:
                others = f"{numpy} {beside:,.1f} us"
                found.append(
                    Row(f"{what}, {compiled}", f"{ours:,.1f} us", others, ratio=ours / beside)
                )
    return found
