"""Where a run stands, and the moments to which it can return."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from app.core.network import Matrix, Vector
from app.core.training import Snapshot
from app.session.history import LossMeaning
from app.session.ordering import Order
from app.session.phases import Phase
from app.session.spec import Spec
from app.session.stopping import Stopped


class Position(NamedTuple):
    """Where a run stands: epochs done, batches done in this epoch, updates made, and the phase.

    phase: the last that was done for this batch. layer: how many layers of the next one are done,
    where it is gone through layer by layer; a forward's from the input, a backward's from the
    output. None where none has begun.
    """

    epoch: int
    batch: int
    update: int
    phase: Phase
    layer: int | None = None


@dataclass
class Place:
    """The changing part of a run, apart from its training: epochs, batches, updates, examples."""

    epoch: int = 0
    batch: int = 0
    update: int = 0
    done: int = 0  # examples of this epoch that have had their update
    penalties: float = 0.0  # summed over those examples, as fit reports the loss with penalty


class Checkpoint(NamedTuple):
    """A moment of a run to which it can return exactly."""

    spec: Spec
    training: Snapshot
    change: Vector | None
    place: dict[str, Any]
    outputs: Matrix | None
    order: tuple[Order, int]
    phase: Phase
    layer: int | None
    stopped: Stopped | None
    history: int
    meaning: LossMeaning
    edited_in: int
    optimizer_since: int
