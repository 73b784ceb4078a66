"""Servers as processes of their own, started on a free port and ended again."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.connection import Connection
from tests.bench.report import NotMeasured
from tests.environment import MACHINE_CODE, ROOT
from tests.server import COMMAND

HOST = "127.0.0.1"
START_SECONDS = 60
ENGINE_SECONDS = 300
POLL_SECONDS = 0.005


@dataclass(frozen=True)
class Server:
    """A server that answers. started: seconds from its command to the first page served."""

    port: int
    process_id: int
    started: float

    @property
    def address(self) -> str:
        """Its address without a slash at the end."""
        return f"http://{HOST}:{self.port}"

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON that one request over a connection of its own is answered with."""
        with Connection(HOST, self.port) as connection:
            return connection.request(method, path, body).json()

    def memory(self) -> int:
        """Bytes of memory that the process holds now."""
        described = Path(f"/proc/{self.process_id}/status")
        if not described.is_file():
            raise NotMeasured("only Linux tells a process's memory in /proc")
        for line in described.read_text(encoding="utf-8").splitlines():
            if line.startswith("VmRSS:"):
                return 1024 * int(line.split()[1])
        raise NotMeasured("this system does not tell a process's memory")

    def wait_for_engine(self) -> None:
        """Until the compiled engine is ready, or known not to become so."""
        begun = time.perf_counter()
        while time.perf_counter() - begun < ENGINE_SECONDS:
            engines = self.call("GET", "/api/catalog")["engines"]
            if not any(engine["state"] == "warming" for engine in engines):
                return
            time.sleep(10 * POLL_SECONDS)
        raise NotMeasured("the compiled engine was not made in time")


@contextmanager
def visualizer(warm: bool = True, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """The real command, in a new process, that keeps its sessions in a file of its own.

    warm: with its engine ready. settings: as variables.
    """
    if not COMMAND.exists():
        raise NotMeasured(f"{COMMAND.name} is not installed beside this Python")
    port = _free_port()
    command = [str(COMMAND), "--host", HOST, "--port", str(port)]
    variables = {"BACKPROP_MACHINE_CODE": str(MACHINE_CODE), **(settings or {})}
    with tempfile.TemporaryDirectory() as folder:
        command += ["--database", str(Path(folder, "sessions.sqlite3"))]
        with _running(command, port, "/", variables) as server:
            if warm:
                server.wait_for_engine()
            yield server


@contextmanager
def echo(reply: bytes) -> Iterator[Server]:
    """The bare FastAPI application of echo.py, under uvicorn, that answers with ``reply``."""
    with _bare("echo", {"ECHO_REPLY": reply.decode()}) as server:
        yield server


@contextmanager
def bare_stream(size: int) -> Iterator[Server]:
    """The bare FastAPI application of bare_stream.py, whose events are of so many bytes."""
    with _bare("bare_stream", {"STREAMED_BYTES": str(size)}) as server:
        yield server


@contextmanager
def _bare(module: str, variables: Mapping[str, str]) -> Iterator[Server]:
    port = _free_port()
    command = [sys.executable, "-m", "uvicorn", f"tests.bench.{module}:app", "--host", HOST]
    command += ["--port", str(port), "--log-level", "warning", "--no-access-log"]
    with _running(command, port, "/ready", variables) as server:
        yield server


@contextmanager
def _running(
    command: Sequence[str], port: int, page: str, variables: Mapping[str, str] | None = None
) -> Iterator[Server]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BACKPROP_")}
    begun = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=kept | dict(variables or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, page, process)
        yield Server(port, process.pid, time.perf_counter() - begun)
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int, page: str, process: subprocess.Popen[bytes]) -> None:
    """Ask for ``page`` until it is served, following where it leads."""
    begun = time.perf_counter()
    while process.poll() is None and time.perf_counter() - begun < START_SECONDS:
        try:
            with Connection(HOST, port) as connection:
                reply = connection.request("GET", page)
                if reply.location:
                    reply = connection.request("GET", reply.location)
        except OSError:
            time.sleep(POLL_SECONDS)
            continue
        if reply.status != 200:
            raise NotMeasured(f"{page} was answered with {reply.status}")
        return
    raise NotMeasured("the server did not start")


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind((HOST, 0))
        port: int = asked.getsockname()[1]
        return port
