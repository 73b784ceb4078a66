"""Operations of a session one at a time, and those who follow told of each."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Literal, TypeVar

import anyio
import anyio.to_thread

from app.processors import processors
from app.session import limits
from app.session.errors import TooManyWaiting

Result = TypeVar("Result")

INLINE_SECONDS = 0.005
"""Longer operations go to a thread, so that the server goes on answering others."""

# NumPy holds the interpreter for most of a small product, so more threads than cores only get into
# each other's way; and files are served from the pool that these would fill.
_threads = anyio.CapacityLimiter(max(1, processors() - 1))


async def in_time(operation: Callable[[], Result], seconds: float) -> Result:
    """The result of ``operation``, from a thread where it takes long.

    A thread cannot be stopped, so who is cancelled meanwhile goes no sooner than it has ended:
    whatever he holds for it is not free before.
    """
    if seconds <= INLINE_SECONDS:
        return operation()
    thread = asyncio.create_task(anyio.to_thread.run_sync(operation, limiter=_threads))
    cancelled: asyncio.CancelledError | None = None
    with anyio.CancelScope(shield=True):  # one of anyio's would cancel again and again
        while not thread.done():
            try:
                await asyncio.wait([thread])
            except asyncio.CancelledError as cancel:
                cancelled = cancel
    if cancelled is not None:
        if not thread.cancelled():
            thread.exception()  # nobody is left to hear of it
        raise cancelled
    return thread.result()


class Turns:
    """What many may use at once: each operation and each look has its turn.

    version: goes up with every change. called: set when there is something new, and then another.
    waiting: operations that are under way or wait for their turn.
    """

    def __init__(self) -> None:
        self.viewers = 0
        self.ended: Literal["deleted", "shutdown"] | None = None
        self.version = 1
        self.called = asyncio.Event()
        self._lock = asyncio.Lock()
        self.waiting = 0

    @property
    def busy(self) -> bool:
        """Whether an operation or a look is under way."""
        return self._lock.locked()

    async def read(self, look: Callable[[], Result], seconds: float = 0.0) -> Result:
        """The result of ``look``, at a moment when no operation is under way.

        seconds: about how long it takes; a long one runs in a thread.
        """
        async with self._lock:
            return await in_time(look, seconds)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Around an operation. Raises TooManyWaiting where too many wait already."""
        if self.waiting >= limits.MAX_WAITING:
            raise TooManyWaiting
        self.waiting += 1
        try:
            async with self._lock:
                yield
        finally:
            self.waiting -= 1

    def tell(self) -> None:
        """Let the followers know that the session changed."""
        self.version += 1
        self.call()

    def call(self) -> None:
        """Wake the followers to look what is new."""
        self.called.set()
        self.called = asyncio.Event()

    @contextmanager
    def followed(self) -> Iterator[None]:
        """Around the time that somebody follows."""
        self.viewers += 1
        self.call()
        try:
            yield
        finally:
            self.viewers -= 1
            self.call()
