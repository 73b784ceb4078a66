"""How many processors there are for threads."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from app.processors import processors
from tests.environment import ROOT


def test_there_is_at_least_one() -> None:
    assert 1 <= processors() <= (os.cpu_count() or 1)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no affinity")
def test_those_that_a_process_may_not_run_on_do_not_count() -> None:
    program = (
        "import os\n"
        "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "from app.processors import processors\n"
        "from app.core.compiled.training import THREADS\n"
        "print(processors(), THREADS)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["1", "1"]
