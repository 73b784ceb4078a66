"""Servers that are killed while several write to them, and what must be there afterwards.

Each writer has a session of its own and notes what was acknowledged. The server is killed at a
random moment and started again on the same file; then every session has to be where a run that was
never killed is after the same operations, to the bit: those that were acknowledged, and perhaps the
one that was under way.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from app.session.errors import OutOfOrder
from app.session.parsing import parsed_spec
from app.session.session import Session
from app.session.spec import merged
from tests.conftest import XOR
from tests.server import COMMAND, DEFAULTS, READY

SPECS: tuple[dict[str, Any], ...] = (
    XOR,
    XOR | {"optimizer": "adam", "batch_size": 1},
    XOR | {"data": {"source": "circle", "samples": 60, "test_fraction": 0.5}, "batch_size": 10},
)

Operation = tuple[str, str, dict[str, Any] | None]
"""Method, path below the session's, body."""


class KillableServer:
    """The real command on a database, as a process."""

    def __init__(self, database: Path, environment: Mapping[str, str] | None = None) -> None:
        kept = {name: v for name, v in os.environ.items() if not name.startswith("BACKPROP_")}
        self.process = subprocess.Popen(
            [COMMAND, "--host", "127.0.0.1", "--port", "0", "--database", str(database)],
            env=kept | DEFAULTS | dict(environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = READY.search(line)
        if found is None:
            raise RuntimeError(f"the server did not start: {line!r}")
        self.address = found[1]

    def kill(self) -> None:
        """End it as a power cut would end it: it gets no say in it."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextmanager
def served(
    database: Path, environment: Mapping[str, str] | None = None
) -> Iterator[KillableServer]:
    """A server that is stopped in the end, unless it was killed."""
    server = KillableServer(database, environment)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


@dataclass
class Writer:
    """One session: what was done to it, and perhaps what was under way when the server ended."""

    spec: dict[str, Any]
    random: random.Random
    id: str = ""
    done: list[Operation] = field(default_factory=list)
    under_way: Operation | None = None

    def write(self, address: str, ended: threading.Event) -> None:
        """Act until the server is gone."""
        try:
            with httpx.Client(base_url=f"{address}/api", trust_env=False, timeout=60) as client:
                if not self.id:
                    self.id = client.post("/sessions", json=self.spec).json()["id"]
                while not ended.is_set():
                    self.under_way = method, path, body = self._operation()
                    reply = client.request(method, f"/sessions/{self.id}{path}", json=body)
                    if reply.status_code == 200:
                        self.done.append(self.under_way)
                    else:
                        assert reply.status_code in (409, 422), reply.text
                    self.under_way = None
        except httpx.TransportError:
            pass

    def _operation(self) -> Operation:
        chance, draw = self.random.random(), self.random
        if chance < 0.5:
            unit = draw.choice(["epoch", "batch", "phase"])
            return "POST", "/step", {"unit": unit, "count": draw.randint(1, 20)}
        if chance < 0.65:
            return "POST", f"/{draw.choice(['forward', 'backward', 'update'])}", None
        if chance < 0.75:
            return "PATCH", "/parameters", {f"1.bias.{draw.randint(0, 2)}": draw.uniform(-2, 2)}
        if chance < 0.85:
            rate = {"optimizer": {"learning_rate": draw.uniform(0.01, 1)}}
            return "PATCH", "/spec", rate
        if chance < 0.95:
            return "POST", "/rewind", {"epoch": draw.randint(0, 30)}
        return "POST", "/reset", None

    def expected(self) -> list[dict[str, Any]]:
        """What may be there: all that was acknowledged, or that and what was under way."""
        session = Session(parsed_spec(self.spec))
        for operation in self.done:
            _act(session, operation)
        outcomes = [_seen(session)]
        if self.under_way is not None and _act(session, self.under_way):
            outcomes.append(_seen(session))
        return outcomes

    def goes_on_from(self, outcome: int) -> None:
        """What was under way was done, if it is the second of the outcomes that is there."""
        if outcome == 1:
            assert self.under_way is not None
            self.done.append(self.under_way)
        self.under_way = None


def _act(session: Session, operation: Operation) -> bool:
    """Do what a request asks for; False where it cannot be done, as the server answers too."""
    _method, path, body = operation
    body = body or {}
    try:
        match path:
            case "/step":
                session.step(body["unit"], body["count"])
            case "/forward" | "/backward" | "/update" | "/reset":
                getattr(session, path[1:])()
            case "/parameters":
                session.edit_parameters(body)
            case "/spec":
                session.change_spec(parsed_spec(merged(session.spec, body)))
            case "/rewind":
                session.rewind(**body)
    except (ValueError, RuntimeError, LookupError, OutOfOrder):
        return False
    return True


def _seen(session: Session) -> dict[str, Any]:
    """What the API tells of a session."""
    state = session.state()
    layers = session.run.training.views
    return {
        "position": state["position"],
        "recorded": state["recorded"],
        "branch": state["branch"],
        "engine": state["engine"],
        "metrics": state["metrics"],
        "spec": state["spec"],
        "kernels": [layer.kernel.tolist() for layer in layers],
    }


def found(client: httpx.Client, session_id: str) -> dict[str, Any]:
    """The same, as the server tells it."""
    state = client.get(f"/sessions/{session_id}").json()
    layers = client.get(f"/sessions/{session_id}/parameters").json()["layers"]
    names = ("position", "recorded", "branch", "engine", "metrics", "spec")
    return {name: state[name] for name in names} | {
        "kernels": [layer["kernel"] for layer in layers]
    }


def write_until_killed(server: KillableServer, writers: Sequence[Writer], seconds: float) -> None:
    """Let all write at once, and kill the server after so many seconds."""
    ended = threading.Event()
    threads = [
        threading.Thread(target=writer.write, args=(server.address, ended)) for writer in writers
    ]
    for thread in threads:
        thread.start()
    ended.wait(seconds)
    server.kill()
    ended.set()
    for thread in threads:
        thread.join()


def lost(server: KillableServer, writers: Sequence[Writer]) -> int:
    """How many sessions are not where they have to be."""
    missing = 0
    with httpx.Client(base_url=f"{server.address}/api", trust_env=False, timeout=120) as client:
        for writer in writers:
            if not writer.id:
                continue
            outcomes, there = writer.expected(), found(client, writer.id)
            if there in outcomes:
                writer.goes_on_from(outcomes.index(there))
            else:
                differing = [name for name in there if there[name] != outcomes[0][name]]
                print(f"session {writer.id} differs in {differing}", file=sys.stderr)
                missing += 1
                writer.id, writer.done, writer.under_way = "", [], None  # told once
    return missing
