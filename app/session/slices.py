"""Long work in slices, so that others get on beside it."""

import math
import time
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from app.session.turns import in_time

SLICE_SECONDS = 0.2
"""Long work lets others get on after every such stretch."""

PIECE_SECONDS = 0.05
"""About as long is a piece of it, after which it may stop."""


def all_of(pieces: Iterator[None]) -> None:
    """Do all of the work at once."""
    for _piece in pieces:
        pass


async def in_slices(
    pieces: Iterator[None], seconds: float, between: Callable[[], object] = lambda: None
) -> None:
    """Do all of the work, in threads where it takes long.

    seconds: about how long it takes. between: called between two slices; what it raises ends the
    work.
    """
    while not await in_time(partial(_for_a_while, pieces), seconds):
        between()
        seconds = math.inf  # longer than was thought


def _for_a_while(pieces: Iterator[None]) -> bool:
    """Go on for about as long as others can wait; True where all is done."""
    end = time.monotonic() + SLICE_SECONDS
    with np.errstate(all="ignore"):  # of a thread's own
        for _piece in pieces:
            if time.monotonic() > end:
                return False
    return True
