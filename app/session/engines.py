"""Which engine trains: NumPy, which is always there, or compiled loops, where they can be made.

Machine code is made or loaded in the background (``machine_code``); until it is there, NumPy
trains.
"""

import logging
import threading
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Literal, TypeAlias

from app.core.entry import Entry
from app.core.losses import Loss
from app.core.network import Choice, Network, Vector
from app.core.optimizers import Optimizer
from app.core.training import EngineName, Training
from app.language import N_
from app.session.attention import ATTENTION
from app.session.machine_code import (
    CLOSING_SECONDS,
    Closed,
    CompilingDisabled,
    Gently,
    Maker,
    NumbaAbsent,
)

SETTLED_SECONDS = 60.0
"""So long a session that was trained on the compiled engine waits for it, where it is being made;
then it goes on on NumPy.
"""

Unready: TypeAlias = Literal["warming", "off", "absent", "disabled", "failed"]
"""Why there is no compiled engine: it is being made, is not wanted, lacks numba, numba was told not
to compile, or it failed.
"""

EngineState: TypeAlias = Literal["ready"] | Unready

_ALL = (
    Entry(
        "numpy",
        N_("NumPy"),
        N_("Trains with NumPy's products of whole matrices. It is always there."),
    ),
    Entry(
        "compiled",
        N_("Compiled"),
        N_(
            "Trains with loops compiled to machine code, ten times as fast on small networks. The "
            "numbers agree with NumPy's to twelve digits."
        ),
    ),
)

ENGINE_ENTRIES: dict[str, Entry] = {entry.name: entry for entry in _ALL}

LARGE_LAYER = 1250
"""Parameters. Layers that have more on average are faster in NumPy's products than in loops: of
hundreds of random networks, this rule leaves 2 % of the time of always choosing right.
"""

log = logging.getLogger(__name__)


class EngineUnavailable(Exception):
    """Training was to go on on an engine that is not there."""


class Engines:
    """The engines of this process. Nothing of the compiled one is imported before it is wanted.

    settled: set unless the compiled one is being made ready.
    """

    def __init__(self) -> None:
        self._code: Any = None
        self._unready: Unready = "off"
        self._maker = Maker()
        self._warming: threading.Thread | None = None
        self.settled = threading.Event()
        self.settled.set()

    @property
    def state(self) -> EngineState:
        """Of the compiled one."""
        return self._unready if self._code is None else "ready"

    @property
    def best(self) -> EngineName:
        """The one that a new training gets, unless its layers are large."""
        return "numpy" if self._code is None else "compiled"

    def best_for(self, network: Network) -> EngineName:
        """The one that a new training of this network gets."""
        large = network.size > LARGE_LAYER * len(network.layers)
        return "numpy" if large else self.best

    def training(
        self,
        network: Network,
        loss: Choice[Loss],
        optimizer: Choice[Optimizer],
        parameters: Vector,
        engine: EngineName | None = None,
    ) -> Training:
        """A new training on an engine, or on the best. Raises EngineUnavailable."""
        engine = engine or self.best_for(network)
        if engine == "numpy":
            return Training(network, loss, optimizer, parameters)
        if self._code is None:
            raise EngineUnavailable
        from app.core.compiled.training import CompiledTraining

        return CompiledTraining(network, loss, optimizer, parameters, self._code)

    def warm_up_in_background(self, folder: Path) -> threading.Thread | None:
        """``warm_up`` while the caller goes on, at moments when nobody waits for an answer.

        Gives the thread that does it; None where it is done or under way.
        """
        if self._code is not None or (self._warming is not None and self._warming.is_alive()):
            return None
        if self._maker.closed.is_set():
            self._maker = Maker()
        self._unready = "warming"
        self.settled.clear()

        def later() -> None:
            ATTENTION.wait_for_quiet(self._maker.closed)
            try:
                self.warm_up(folder, ATTENTION.others_first)
            finally:
                self.settled.set()

        self._warming = threading.Thread(target=later, daemon=True)
        self._warming.start()
        return self._warming

    def warm_up(self, folder: Path, gently: Gently = nullcontext) -> None:
        """Make the compiled engine ready, with the machine code in ``folder``.

        gently: put around what would keep others from going on. What hinders is in ``state`` after.
        """
        self._unready = "warming"
        try:
            self._code = self._maker.machine_code(folder, gently)
        except NumbaAbsent:
            self._unready = "absent"
        except CompilingDisabled:
            self._unready = "disabled"
        except Closed:
            self._unready = "off"
        except Exception as error:
            self._unready = "failed"
            log.warning("The compiled engine cannot be used, NumPy trains: %s", error)

    def close(self) -> None:
        """End what is under way, and wait until it has."""
        self._maker.close()
        if self._warming is not None:
            self._warming.join(CLOSING_SECONDS)


ENGINES = Engines()
"""Those of this process. Machine code belongs to a process, not to a session."""
