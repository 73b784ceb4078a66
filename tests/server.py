"""Runs the real `backprop-visualizer` command as a child process."""

from __future__ import annotations

import os
import queue
import re
import subprocess
import sysconfig
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tests.environment import MACHINE_CODE

COMMAND = Path(sysconfig.get_path("scripts"), "backprop-visualizer")
READY = re.compile(r"Backprop visualizer is ready at (http://\S+?)/?\s*$")
DEFAULTS = {
    "PYTHONUNBUFFERED": "1",
    "BACKPROP_MACHINE_CODE": str(MACHINE_CODE),
    "BACKPROP_MEMORY": "true",  # whoever runs the tests has sessions of his own
}
START_SECONDS = 30
STOP_SECONDS = 15


@contextmanager
def running_server(
    *arguments: str, environment: Mapping[str, str] | None = None, log: Path
) -> Iterator[str]:
    """Start the command on a free port of this machine, yield its address, and end it.

    `arguments` and `environment` are added to the command's own; settings in the environment of
    whoever runs the tests are left out. `log` receives what the command prints. The address has
    no slash at its end: `http://127.0.0.1:41234`.
    """
    variables = {
        name: value for name, value in os.environ.items() if not name.startswith("BACKPROP_")
    }
    with log.open("w", encoding="utf-8") as printed:
        process = subprocess.Popen(
            [COMMAND, "--host", "127.0.0.1", "--port", "0", *arguments],
            env=variables | DEFAULTS | dict(environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        assert process.stdout is not None
        ready: queue.Queue[str | None] = queue.Queue()
        reader = threading.Thread(target=_copy, args=(process.stdout, printed, ready))
        reader.start()
        try:
            yield _address(ready, log)
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            finally:
                process.kill()
                process.wait()
                reader.join()
                process.stdout.close()


def _copy(source: IO[str], printed: IO[str], ready: queue.Queue[str | None]) -> None:
    """Copy line by line, so that the command never waits for a reader, and look for the address."""
    for line in source:
        printed.write(line)
        printed.flush()
        if found := READY.search(line):
            ready.put(found[1])
    ready.put(None)


def _address(ready: queue.Queue[str | None], log: Path) -> str:
    try:
        address = ready.get(timeout=START_SECONDS)
    except queue.Empty:
        address = None
    if address is None:
        raise RuntimeError(
            "The server ended, or was not ready in time. It printed:\n"
            + log.read_text(encoding="utf-8")
        )
    return address
