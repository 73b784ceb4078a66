"""Long work in slices, so that others get on beside it."""

import math
import time
from collections.abc import Callable, Generator
from functools import partial
from typing import Generic, NamedTuple, TypeAlias

import numpy as np

from app.session.turns import Result, in_time

SLICE_SECONDS = 0.2
"""Long work lets others get on after every such stretch."""

PIECE_SECONDS = 0.05
"""About as long is a piece of it, after which it may stop."""

Pieces: TypeAlias = Generator[None, None, Result]
"""Work that can be left after each piece, and what comes of it in the end."""


class _Done(NamedTuple, Generic[Result]):
    result: Result


def all_of(pieces: Pieces[Result]) -> Result:
    """Do all of the work at once; gives what comes of it."""
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            result: Result = end.value
            return result


async def in_slices(
    pieces: Pieces[Result], seconds: float, between: Callable[[], object] = lambda: None
) -> Result:
    """Do all of the work, in threads where it takes long; gives what comes of it.

    seconds: about how long it takes. between: called between two slices; what it raises ends the
    work.
    """
    while True:
        done = await in_time(partial(_for_a_while, pieces), seconds)
        if done is not None:
            return done.result
        between()
        seconds = math.inf  # longer than was thought


def _for_a_while(pieces: Pieces[Result]) -> _Done[Result] | None:
    """Go on for about as long as others can wait; None where there is more to do."""
    end = time.monotonic() + SLICE_SECONDS
    with np.errstate(all="ignore"):  # of a thread's own
        while True:
            try:
                next(pieces)
            except StopIteration as stop:
                return _Done(stop.value)
            if time.monotonic() > end:
                return None
