"""The order in which an epoch goes through the training examples."""

from typing import TypeAlias

from app.core.network import Integers
from app.core.training import epoch_order
from app.data.examples import Examples
from app.session.spec import Spec

Order: TypeAlias = Integers | None
"""Which example comes where, (n,); None where they keep their own order."""


class OrderedExamples:
    """The training examples in the order of one epoch, which is drawn from the seed.

    order: of this epoch. inputs, targets: in this order, (n, features) and (n, outputs).
    """

    def __init__(self, examples: Examples) -> None:
        self._examples = examples
        self._epoch = -1  # the one that the order belongs to
        self.order: Order = None
        self.inputs, self.targets = examples.inputs, examples.targets

    @property
    def drawn(self) -> tuple[Order, int]:
        """The order and its epoch, to return to with ``use``."""
        return self.order, self._epoch

    def begin(self, epoch: int, spec: Spec) -> None:
        """Be in the order of an epoch; drawn once."""
        if self._epoch != epoch:
            self.use(self.of(epoch, spec), epoch)

    def of(self, epoch: int, spec: Spec) -> Order:
        """An epoch's order. In one of a single batch an order would make no difference."""
        if epoch == self._epoch:
            return self.order
        count = len(self._examples.inputs)
        shuffles = spec.shuffle and spec.batch_size < count
        return epoch_order(spec.seed, epoch, count) if shuffles else None

    def use(self, order: Order, epoch: int) -> None:
        """Be in an order that was drawn for an epoch."""
        self.order, self._epoch = order, epoch
        self.inputs, self.targets = self._examples.inputs, self._examples.targets
        if order is not None:
            self.inputs = self.inputs.take(order, axis=0)
            self.targets = self.targets.take(order, axis=0)

    def forget(self) -> None:
        """Draw anew at the next ``begin``."""
        self._epoch = -1
