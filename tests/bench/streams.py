"""Many event streams read at once, by one process that does no more with them than is needed."""

from __future__ import annotations

import contextlib
import selectors
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.bench.processes import HOST, Server
from tests.bench.report import NotMeasured

_CHUNK = 1 << 20
_SECONDS = 60.0
END = b"\n\n\r\n"
"""An event's end, and then that of the chunk it came in."""


class Streams:
    """Streams of one server that are read together."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._selector = selectors.DefaultSelector()
        self.received: dict[socket.socket, bytes] = {}

    def open(self, path: str, count: int = 1) -> None:
        """Begin to read so many streams; each has brought something when this returns."""
        request = f"GET {path} HTTP/1.1\r\nHost: {HOST}:{self._server.port}\r\n\r\n".encode()
        for _stream in range(count):
            stream = socket.create_connection((HOST, self._server.port))
            stream.sendall(request)
            stream.setblocking(False)
            self._selector.register(stream, selectors.EVENT_READ)
            self.received[stream] = b""

    def until(self, has_come: Callable[[bytes], bool]) -> float:
        """Read until what came since ``forget`` is enough on every stream; gives that time."""
        waiting = {stream for stream, text in self.received.items() if not has_come(text)}
        limit = time.perf_counter() + _SECONDS
        while waiting:
            if time.perf_counter() > limit:
                raise NotMeasured(f"{len(waiting)} streams did not bring what they should")
            for stream in self._read(1.0):
                if stream in waiting and has_come(self.received[stream]):
                    waiting.remove(stream)
        return time.perf_counter()

    def for_a_while(self, seconds: float) -> None:
        """Read whatever comes."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            for _stream in self._read(left):
                pass

    def forget(self) -> None:
        """What has come until now does not count any more."""
        self.received = dict.fromkeys(self.received, b"")

    def close(self) -> None:
        """Leave them all."""
        for stream in self.received:
            stream.close()
        self._selector.close()

    def _read(self, seconds: float) -> Iterator[socket.socket]:
        for key, _ready in self._selector.select(seconds):
            stream = key.fileobj
            assert isinstance(stream, socket.socket)
            with contextlib.suppress(BlockingIOError):
                text = stream.recv(_CHUNK)
                if not text:
                    raise NotMeasured("the server closed a stream")
                self.received[stream] += text
                yield stream


@contextmanager
def streams(server: Server) -> Iterator[Streams]:
    """Streams of one server, left at the end."""
    read = Streams(server)
    try:
        yield read
    finally:
        read.close()
