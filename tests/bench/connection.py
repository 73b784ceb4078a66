"""A light HTTP client: one connection kept alive, no more done to a reply than is needed, so that
the time of a request is the server's.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_LOCATION = re.compile(rb"\r\nlocation: *(\S+)", re.IGNORECASE)
_CHUNK = 65536


@dataclass(frozen=True)
class Reply:
    """status: as HTTP counts. location: the path that a redirection leads to, or ""."""

    status: int
    body: bytes
    location: str

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Connection:
    """Requests to one server, one after the other. Raises OSError where it does not answer."""

    def __init__(self, host: str, port: int, timeout: float = 60.0) -> None:
        self._host = f"{host}:{port}"
        self._socket = socket.create_connection((host, port), timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = b""

    def request(self, method: str, path: str, body: Any = None) -> Reply:
        """The reply to one request. body: to be sent as JSON."""
        return self.exchange(self.prepare(method, path, body))

    def prepare(self, method: str, path: str, body: Any = None) -> bytes:
        """A request, ready to be sent as often as wanted."""
        content = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}"]
        if body is not None:
            lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
        return "\r\n".join([*lines, "", ""]).encode() + content

    def exchange(self, request: bytes) -> Reply:
        """The reply to a prepared request, which has to say its length."""
        self.send(request)
        return self.receive()

    def send(self, request: bytes) -> None:
        """Send a prepared request, whose reply is to be received afterwards."""
        self._socket.sendall(request)

    def receive(self) -> Reply:
        """The reply to what was sent."""
        head = self._until(b"\r\n\r\n")
        length = _LENGTH.search(head)
        location = _LOCATION.search(head)
        body = self._exactly(int(length[1]) if length else 0)
        return Reply(int(head[9:12]), body, location[1].decode() if location else "")

    def events(self, path: str) -> Iterator[tuple[str, bytes]]:
        """Server-sent events without end: each one's name, "" without one, and all its bytes."""
        self._socket.sendall(self.prepare("GET", path))
        self._until(b"\r\n\r\n")
        text = b""
        while True:
            size = int(self._until(b"\r\n"), 16)
            text += self._exactly(size + 2)[:size]
            *events, text = text.split(b"\n\n")
            for event in events:
                name = re.match(rb"(?:.*\n)*event: *(\S+)", event)
                yield name[1].decode() if name else "", event + b"\n\n"

    def _until(self, mark: bytes) -> bytes:
        """What comes up to ``mark`` and with it."""
        while mark not in self._received:
            self._receive()
        end = self._received.index(mark) + len(mark)
        return self._take(end)

    def _exactly(self, size: int) -> bytes:
        while len(self._received) < size:
            self._receive()
        return self._take(size)

    def _take(self, size: int) -> bytes:
        taken, self._received = self._received[:size], self._received[size:]
        return taken

    def _receive(self) -> None:
        received = self._socket.recv(_CHUNK)
        if not received:
            raise ConnectionError("the server closed the connection")
        self._received += received

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()
