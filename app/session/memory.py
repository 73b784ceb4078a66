"""Memory that is no longer needed."""

import ctypes
import sys


def give_back() -> None:
    """Give free memory back to the system, where the C library is one that keeps it otherwise.

    glibc gives back what is at the end of its heap alone, and of many small arrays one that lives
    on is always at the end.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
