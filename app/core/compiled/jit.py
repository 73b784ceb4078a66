"""How the code of this package is compiled: the ways, and what they share.

Arrays are handed on without being counted (``_nrt``): numba would count each slice up and down
again, which takes a third of an epoch of a small network. So nothing here can make an array, and
none may be returned; numba refuses to compile it. Whoever calls from outside keeps the arrays.
"""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])


class Way(Protocol):
    """A decorator that compiles a function of numbers and arrays."""

    def __call__(self, function: Function, /) -> Function:
        """It is called as before."""


OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}

compiled: Way = njit(**OPTIONS)

inlined: Way = njit(**OPTIONS, forceinline=True)

joined: Way = njit(**OPTIONS, fastmath={"contract"})
"""Products may be joined with sums, into one instruction that rounds once."""

any_order: Way = njit(**OPTIONS, fastmath={"reassoc", "contract", "nsz"})
"""Sums may be taken in any order too, so that they become vector instructions; but never is a
number taken to be finite.
"""
