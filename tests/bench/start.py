"""From the command to the first page served, and what importing the server takes of that."""

from __future__ import annotations

import subprocess
import sys
from statistics import median

from tests.bench.processes import echo, visualizer
from tests.bench.report import Row
from tests.environment import ROOT

BOUND = 1.5
IMPORT_BOUND = 1.2

IMPORT = """
import time
begun = time.perf_counter()
import app.web.application
taken = time.perf_counter() - begun
import sys
print(taken, "numba" in sys.modules)
"""


def measure(quick: bool) -> list[Row]:
    """The median of several starts, each a new process; the page is asked for every 5 ms."""
    here, bare, imports = [], [], []
    compiler = False
    for _start in range(3 if quick else 9):
        with visualizer(warm=False) as server:
            here.append(server.started)
        with echo(b"{}") as server:
            bare.append(server.started)
        command = [sys.executable, "-c", IMPORT]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        taken, imported = done.stdout.split()
        imports.append(float(taken))
        compiler = compiler or imported == "True"
    started, importing = median(here), median(imports)
    return [
        Row(
            "from command to first page served",
            f"{started:.2f} s",
            f"bare FastAPI {median(bare):.2f} s; here {min(here):.2f} to {max(here):.2f} s",
            value=started,
            bound=BOUND,
            unit="s",
        ),
        Row(
            "import of the server",
            f"{importing:.2f} s",
            "the compiler with it" if compiler else "the compiler not yet",
            value=importing,
            bound=IMPORT_BOUND,
            unit="s",
        ),
    ]
