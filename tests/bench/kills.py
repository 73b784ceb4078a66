"""Whether anything is lost that was acknowledged, where the server is killed under load."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from app.session.engines import ENGINES
from tests.bench.report import NotMeasured, Row
from tests.conftest import wait_for_engines
from tests.environment import MACHINE_CODE
from tests.killing import SPECS, KillableServer, Writer, lost, write_until_killed
from tests.server import COMMAND

BOUND = 0.0
KILLS = 50
WRITERS = 6
SECONDS = (0.2, 2.0)
"""After which the server is killed, at random."""


def measure(quick: bool) -> list[Row]:
    """Operations that were acknowledged and are not there again after a ``kill -9``."""
    if not COMMAND.exists():
        raise NotMeasured(f"{COMMAND.name} is not installed beside this Python")
    ENGINES.warm_up(MACHINE_CODE)
    kills = 5 if quick else KILLS
    draw = random.Random(50)
    missing = acknowledged = cut_off = 0
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder, "sessions.sqlite3")
        server = KillableServer(database)
        wait_for_engines(server.address)
        writers = _writers(draw)
        for kill in range(kills):
            if kill % 10 == 9:  # others, so that none becomes longer than it takes to compare
                acknowledged += sum(len(writer.done) for writer in writers)
                writers = _writers(draw)
            write_until_killed(server, writers, draw.uniform(*SECONDS))
            cut_off += sum(writer.under_way is not None for writer in writers)
            server = KillableServer(database)
            missing += lost(server, writers)
        server.stop()
    acknowledged += sum(len(writer.done) for writer in writers)
    return [
        Row(
            f"acknowledged steps lost over {kills} kill -9",
            f"{missing}",
            f"{acknowledged:,} acknowledged by {WRITERS} writers at once, {cut_off} cut off",
            value=float(missing),
            bound=BOUND,
            unit="lost",
        )
    ]


def _writers(draw: random.Random) -> list[Writer]:
    return [
        Writer(SPECS[number % len(SPECS)], random.Random(draw.random()))
        for number in range(WRITERS)
    ]
