"""From the command to the first page served, beside a bare FastAPI server."""

from __future__ import annotations

from statistics import median

from tests.bench.processes import echo, visualizer
from tests.bench.report import Row

BOUND = 1.5


def measure(quick: bool) -> list[Row]:
    """The median of several starts, each a new process; the page is asked for every 5 ms."""
    here, bare = [], []
    for _start in range(3 if quick else 9):
        with visualizer() as server:
            here.append(server.started)
        with echo(b"{}") as server:
            bare.append(server.started)
    started = median(here)
    return [
        Row(
            "from command to first page served",
            f"{started:.2f} s",
            f"bare FastAPI {median(bare):.2f} s; here {min(here):.2f} to {max(here):.2f} s",
            value=started,
            bound=BOUND,
            unit="s",
        )
    ]
