"""The history of a training: one entry an epoch, kept as columns of numbers."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from app.core.network import Matrix, Vector
from app.session.limits import MAX_EPOCHS

Metrics = Mapping[str, float]

LONG = 65_536
"""Rows of a long training are reserved all at once: those unused take no memory."""


class LossMeaning(NamedTuple):
    """Since which epoch the loss means what it does, and what was evaluated with it before."""

    since: int
    reference: dict[str, Any] | None
    initial: dict[str, Any]


class History:
    """What fit and evaluate reported after every epoch, in Keras's words.

    ``fit``: mean over an epoch's batches as the parameters moved. ``train`` and ``test``: over all
    examples after that epoch. ``initial`` is evaluated before the first.

    Where the loss or a penalty changes on the way, losses from before tell nothing about those
    from then on: ``loss_since`` is the epoch it changed in, ``reference`` what was evaluated then.

    epochs: where the training stands. recorded: how far it had come when it went back.
    """

    def __init__(self, metrics: Sequence[str], has_test: bool) -> None:
        self.metrics = tuple(metrics)
        self.parts = ("fit", "train", "test") if has_test else ("fit", "train")
        self._rows = np.empty((16, len(self.parts) * len(self.metrics)))
        self.epochs = self.recorded = 0
        self.initial: dict[str, Any] = {}
        self.loss_since = 0
        self._reference: dict[str, Any] | None = None

    def extend(self, fit: Matrix, train: Matrix, test: Matrix | None) -> None:
        """Add the entries of the next epochs, each (epochs, metrics)."""
        before, self.epochs = self.epochs, self.epochs + len(fit)
        if self.epochs > len(self._rows):
            rows = MAX_EPOCHS if self.epochs > LONG else 2 * self.epochs
            grown = np.empty((rows, self._rows.shape[1]))
            grown[:before] = self._rows[:before]
            self._rows = grown
        self.recorded = max(self.recorded, self.epochs)
        parts = [fit, train] if test is None else [fit, train, test]
        self._rows[before : self.epochs] = np.concatenate(parts, axis=1)

    def rows(self, since: int, until: int) -> Matrix:
        """What is kept of epochs, (epochs, parts x metrics); not to be written to."""
        return self._rows[since:until]

    def put(self, rows: Matrix) -> None:
        """Add such rows again, whole."""
        width = len(self.metrics)
        fit, train, *test = (rows[:, at : at + width] for at in range(0, rows.shape[1], width))
        self.extend(fit, train, test[0] if test else None)

    def named(self, values: Vector) -> dict[str, float]:
        """The metrics of one part by name, from an array of shape (metrics,)."""
        return dict(zip(self.metrics, values.tolist(), strict=True))

    @property
    def reference(self) -> dict[str, Any]:
        """What evaluate reported where the loss began to mean what it means now."""
        return self.initial if self._reference is None else self._reference

    def change_loss(self, metrics: dict[str, Any]) -> None:
        """The loss means something else from here on. metrics: evaluated with the new one."""
        self.loss_since, self._reference = self.epochs, metrics
        if self.epochs == 0:
            self.initial = metrics

    def go_to(self, epochs: int) -> None:
        """Stand where so many epochs are done; the entries after them stay."""
        self.epochs = epochs

    def forget_after(self, epochs: int) -> None:
        """Forget the entries after the first ``epochs``."""
        self.epochs, self.recorded = min(self.epochs, epochs), epochs

    def copy(self) -> "History":
        """One of its own, up to where the training stands."""
        copy = History(self.metrics, "test" in self.parts)
        copy.initial, copy.epochs, copy.recorded = self.initial, self.epochs, self.epochs
        copy._rows = self._rows[: max(self.epochs, 16)].copy()
        copy.loss_since, copy._reference = self.loss_since, self._reference
        return copy

    @property
    def loss_meaning(self) -> LossMeaning:
        """What the loss means now."""
        return LossMeaning(self.loss_since, self._reference, self.initial)

    @loss_meaning.setter
    def loss_meaning(self, meaning: LossMeaning) -> None:
        self.loss_since, self._reference, self.initial = meaning

    def last(self, part: str) -> dict[str, float]:
        """One part of the last entry. There must be one."""
        values: dict[str, float] = self._entry(self.epochs - 1)[part]
        return values

    def column(self, part: str, metric: str) -> Vector:
        """One metric over all epochs, shape (epochs,)."""
        return self._column(part, metric)[: self.epochs]

    def _column(self, part: str, metric: str) -> Vector:
        index = self.parts.index(part) * len(self.metrics) + self.metrics.index(metric)
        return self._rows[:, index]

    def first_below(self, loss: float, since: int, until: int) -> int:
        """The first epoch after ``since`` whose train loss is less; ``until`` where none is."""
        column = self._column("train", self.metrics[0])[since:until]
        below = column < loss
        return since + int(below.argmax()) + 1 if below.any() else until

    def entries(
        self,
        since: int = 0,
        most: int | None = None,
        until: int | None = None,
        parts: Sequence[str] | None = None,
    ) -> list[dict[str, Any]]:
        """The entries after epoch ``since``, up to ``until``; thinned to about ``most`` of them.

        until: where the training stands unless told otherwise, at most ``recorded``. parts: those
        whose spikes stay; all unless told otherwise.

        Thinning keeps, of every stretch of epochs, those with the smallest and the largest loss of
        these parts, so that spikes stay, and always the last entry.
        """
        chosen = range(since, self.epochs if until is None else min(until, self.recorded))
        if most is not None and len(chosen) > most:
            thinned = self._thinned(chosen, most, parts or self.parts)
            return [self._entry(index) for index in thinned]
        return [self._entry(index) for index in chosen]

    def _thinned(self, chosen: range, most: int, parts: Sequence[str]) -> list[int]:
        columns = [self.parts.index(part) * len(self.metrics) for part in parts]
        losses = self._rows[chosen.start : chosen.stop, columns]
        width = -(-len(losses) // max(1, most // (2 * len(parts))))
        whole = len(losses) // width * width
        stretches = losses[:whole].reshape(-1, width, len(parts))
        starts = np.arange(0, whole, width)[:, None]
        kept = {len(losses) - 1}
        for extreme in (np.argmin, np.argmax):
            kept.update((starts + extreme(stretches, axis=1)).ravel().tolist())
            if whole < len(losses):
                kept.update((whole + extreme(losses[whole:], axis=0)).tolist())
        return [chosen.start + index for index in sorted(kept)]

    def _entry(self, index: int) -> dict[str, Any]:
        values = self._rows[index].tolist()
        width = len(self.metrics)
        entry: dict[str, Any] = {"epoch": index + 1}
        for number, part in enumerate(self.parts):
            row = values[number * width : (number + 1) * width]
            entry[part] = dict(zip(self.metrics, row, strict=True))
        entry.setdefault("test", None)
        return entry
