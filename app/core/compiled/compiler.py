"""From ``kernel`` to machine code, which is kept in a folder from one process to the next."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numba.core import config
from numba.core.event import Event, Listener, install_listener

from app.core.activations import ACTIVATIONS
from app.core.compiled import kernel
from app.core.compiled.jit import OPTIONS
from app.core.compiled.training import CompiledTraining, MachineCode
from app.core.initializers import INITIALIZERS
from app.core.losses import LOSSES
from app.core.network import Choice, Dense, Network
from app.core.optimizers import OPTIMIZERS


class NotMade(Exception):
    """There is no machine code to load, or it is of another version of numba."""


class _RefuseToCompile(Listener):
    def on_start(self, event: Event) -> None:
        raise NotMade("it is not there, or of another version")

    def on_end(self, event: Event) -> None:
        pass


def load(folder: Path) -> MachineCode:
    """The entries of ``kernel`` from ``folder``.

    Raises NotMade, and what numba and the file system raise.
    """
    with install_listener("numba:compile", _RefuseToCompile()):
        return make(folder)


def make(folder: Path) -> MachineCode:
    """The entries of ``kernel``: compiled, for half a minute, and put into ``folder``.

    Those that are there already are loaded. Raises what numba and the file system raise.
    """
    configured = config.CACHE_DIR  # type: ignore[attr-defined]
    config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]
    try:
        return MachineCode(*(_compiled(*entry) for entry in _entries()))
    finally:
        config.CACHE_DIR = configured  # type: ignore[attr-defined]


def _compiled(function: Callable[..., Any], signature: Any) -> Any:
    """Its types are given, so it is made now and never while somebody waits for a number.

    Gives the machine code's own entry, which takes its arguments to be of those types: to look at
    all of them at each call takes numba longer than an epoch of a small network.
    """
    (only,) = numba.njit([signature], **OPTIONS, cache=True)(function).overloads.values()
    return only.entry_point  # type: ignore[attr-defined]


def _entries() -> list[tuple[Callable[..., Any], Any]]:
    """The entries of ``kernel``, with the types that a compiled training calls them with."""
    seen: list[tuple[Any, ...]] = []

    def see(*arguments: Any) -> Any:
        seen.append(arguments)

    zeros = Choice(INITIALIZERS["zeros"])
    dense = Dense(1, Choice(ACTIVATIONS["linear"]), zeros, zeros)
    optimizer = OPTIMIZERS["sgd"]
    training = CompiledTraining(
        Network(1, [dense]),
        Choice(LOSSES["mse"]),
        Choice(optimizer, optimizer.defaults),
        np.zeros(2),
        MachineCode(see, see),
    )
    example = np.zeros((1, 1))
    training.predict(example)
    training.losses_beside(example, example, np.zeros(1, dtype=np.int64), example)
    # Examples are shared and must not be written to; a type that allows that allows all arrays.
    examples = numba.types.Array(numba.float64, 2, "C", readonly=True)
    train, losses_at = (
        [numba.typeof(argument) for argument in arguments]  # type: ignore[no-untyped-call]
        for arguments in seen
    )
    train[4:7], losses_at[5:7] = [examples] * 3, [examples] * 2
    return [(kernel.train, numba.int64(*train)), (kernel.losses_at, numba.void(*losses_at))]
