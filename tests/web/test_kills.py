"""A real server is killed mid-write, several times over: what was acknowledged is there again.

The bench does the same 50 times (``python -m tests.bench --only kills``).
"""

from __future__ import annotations

import random
from pathlib import Path

from tests.conftest import wait_for_engines
from tests.killing import SPECS, KillableServer, Writer, lost, write_until_killed

KILLS = 3


def test_what_was_acknowledged_survives_kills(engine: str, tmp_path: Path) -> None:
    database = tmp_path / "sessions.sqlite3"
    environment = {"BACKPROP_ENGINE": "auto" if engine == "compiled" else "numpy"}
    draw = random.Random(6)
    writers = [Writer(spec, random.Random(number)) for number, spec in enumerate(SPECS)]
    server = KillableServer(database, environment)
    wait_for_engines(server.address)
    for _kill in range(KILLS):
        write_until_killed(server, writers, seconds=draw.uniform(0.5, 2))
        server = KillableServer(database, environment)
        assert lost(server, writers) == 0
    server.stop()
    assert all(len(writer.done) > 10 for writer in writers)
