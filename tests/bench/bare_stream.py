"""A bare FastAPI application, for comparison: what it is told goes to all who follow it, at once.

The variable STREAMED_BYTES gives the size of an event.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator

from fastapi import FastAPI
from fastapi.sse import EventSourceResponse, ServerSentEvent

PADDING = "x" * int(os.environ["STREAMED_BYTES"])

app = FastAPI()


class _News:
    def __init__(self) -> None:
        self.number = 0
        self.told = asyncio.Event()

    def tell(self) -> None:
        """Wake all who follow."""
        self.number += 1
        self.told.set()
        self.told = asyncio.Event()


NEWS = _News()


@app.get("/ready")
async def ready() -> bool:
    """Whether it answers."""
    return True


@app.post("/tell")
async def tell() -> dict[str, int]:
    """One event to everybody."""
    NEWS.tell()
    return {"number": NEWS.number}


@app.get("/events", response_class=EventSourceResponse)
async def events() -> AsyncIterator[ServerSentEvent]:
    """Follow."""
    while True:
        told = NEWS.told
        data = f'{{"number":{NEWS.number},"padding":"{PADDING}"}}'
        yield ServerSentEvent(event="state", raw_data=data, id=str(NEWS.number))
        await told.wait()
