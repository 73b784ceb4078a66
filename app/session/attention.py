"""Who waits for an answer, so that work in the background can let them go first.

Python runs one thread at a time; a thread that loads machine code would make a step take twice as
long.
"""

import gc
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

QUIET_SECONDS = 0.5
"""Work in the background begins when nobody has asked for so long,"""

LATEST_SECONDS = 2.0
"""but no later than this."""

TURN_SECONDS = 0.002
"""While others ask, it works for at least so long after each answer,"""

SPARE_SECONDS = 0.01
"""and as long as the pause before the last question but for this, or for half of the pause: the
next question is not here yet.
"""

ASIDE_SECONDS = 0.05
"""How long it stands aside for one answer; what takes longer shares the interpreter with it."""

SWITCH_SECONDS = 0.0005
"""How long it may hold the interpreter when others want it."""


class Attention:
    """waiting: how many wait. ``asked`` and ``answered`` are called in one thread."""

    def __init__(self) -> None:
        self.waiting = 0
        self._asked_lately = False
        self._turn = threading.Event()  # of the work in the background
        self._since = self._last = time.monotonic()
        self._pause = 0.0  # between the last answer and the question after it

    def asked(self) -> None:
        """Somebody waits for an answer now."""
        if not self.waiting:
            self._since = time.monotonic()
            self._pause = self._since - self._last
            self._turn.clear()
        self.waiting += 1
        self._asked_lately = True

    def answered(self) -> None:
        """Somebody has it."""
        self.waiting -= 1
        self._last = time.monotonic()
        if not self.waiting:
            self._turn.set()

    def wait_for_quiet(self, given_up: threading.Event) -> None:
        """Until nobody has asked for a while, or others have had their time, or it is given up."""
        begun = time.monotonic()
        while True:
            now = time.monotonic()
            quiet = now if self.waiting else max(begun, self._last)
            left = min(quiet + QUIET_SECONDS, begun + LATEST_SECONDS) - now
            if left <= 0 or given_up.wait(left):
                return

    @contextmanager
    def others_first(self) -> Iterator[None]:
        """Around work of this thread: whenever it calls a function, it lets those who wait go on.

        Nothing is collected meanwhile, and what was made is never looked through again: a hundred
        thousand objects of a compiler hold the interpreter for 70 ms each time.
        """
        interval, profile = sys.getswitchinterval(), sys.getprofile()
        collects = gc.isenabled()
        sys.setswitchinterval(SWITCH_SECONDS)
        gc.disable()
        sys.setprofile(self._called)
        try:
            yield
        finally:
            sys.setprofile(profile)
            if collects:
                gc.freeze()
                gc.enable()
            sys.setswitchinterval(interval)

    def _called(self, *_event: Any) -> None:
        # Called a million times, so most of them must be short.
        if self._asked_lately:
            self._stand_aside()

    def _stand_aside(self) -> None:
        now = time.monotonic()
        if self.waiting:
            # It may hold what they wait for, such as the lock of a module that both import.
            left = self._since + ASIDE_SECONDS - now
            if left > 0:
                self._turn.wait(left)
            return
        since = now - self._last
        if since > QUIET_SECONDS:
            self._asked_lately = False
        elif since > max(TURN_SECONDS, self._pause / 2, self._pause - SPARE_SECONDS):
            self._turn.clear()
            self._turn.wait(QUIET_SECONDS - since)


ATTENTION = Attention()
"""That of this process's server."""
