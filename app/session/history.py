"""The history of a training: one entry an epoch, kept as columns of numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from app.core.network import Matrix, Vector

Metrics = Mapping[str, float]


class History:
    """What fit and evaluate reported after every epoch, in Keras's words.

    ``fit``: mean over an epoch's batches as the parameters moved. ``train`` and ``test``: over all
    examples after that epoch. ``initial`` is evaluated before the first.

    Where the loss or a penalty changes on the way, losses from before tell nothing about those
    from then on: ``loss_since`` is the epoch it changed in, ``reference`` what was evaluated then.
    """

    def __init__(self, metrics: Sequence[str], has_test: bool) -> None:
        self.metrics = tuple(metrics)
        self.parts = ("fit", "train", "test") if has_test else ("fit", "train")
        self._rows = np.empty((16, len(self.parts) * len(self.metrics)))
        self.epochs = 0
        self.initial: dict[str, Any] = {}
        self.loss_since = 0
        self._reference: dict[str, Any] | None = None

    def extend(self, fit: Matrix, train: Matrix, test: Matrix | None) -> None:
        """Add the entries of the next epochs, each (epochs, metrics)."""
        before, self.epochs = self.epochs, self.epochs + len(fit)
        if self.epochs > len(self._rows):
            grown = np.empty((2 * self.epochs, self._rows.shape[1]))
            grown[:before] = self._rows[:before]
            self._rows = grown
        parts = [fit, train] if test is None else [fit, train, test]
        self._rows[before : self.epochs] = np.concatenate(parts, axis=1)

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

    def truncate(self, epochs: int) -> None:
        """Forget the entries after the first ``epochs``."""
        self.epochs = epochs

    def last(self, part: str) -> dict[str, float]:
        """One part of the last entry. There must be one."""
        values: dict[str, float] = self._entry(self.epochs - 1)[part]
        return values

    def column(self, part: str, metric: str) -> Vector:
        """One metric over all epochs, shape (epochs,)."""
        index = self.parts.index(part) * len(self.metrics) + self.metrics.index(metric)
        return self._rows[: self.epochs, index]

    def entries(
        self, since: int = 0, most: int | None = None, until: int | None = None
    ) -> list[dict[str, Any]]:
        """The entries after epoch ``since``, up to ``until``; thinned to about ``most`` of them.

        Thinning keeps, of every stretch of epochs, those with the smallest and the largest fit
        loss, so that spikes stay, and always the last entry.
        """
        chosen = range(since, self.epochs if until is None else min(until, self.epochs))
        if most is not None and len(chosen) > most:
            return [self._entry(index) for index in self._thinned(chosen, most)]
        return [self._entry(index) for index in chosen]

    def _thinned(self, chosen: range, most: int) -> list[int]:
        since = chosen.start
        loss = self.column("fit", self.metrics[0])[since : chosen.stop]
        kept = {len(loss) - 1}
        for stretch in np.array_split(np.arange(len(loss)), max(1, most // 2)):
            kept.add(int(stretch[loss[stretch].argmin()]))
            kept.add(int(stretch[loss[stretch].argmax()]))
        return [since + index for index in sorted(kept)]

    def _entry(self, index: int) -> dict[str, Any]:
        values = self._rows[index].tolist()
        width = len(self.metrics)
        entry: dict[str, Any] = {"epoch": index + 1}
        for number, part in enumerate(self.parts):
            row = values[number * width : (number + 1) * width]
            entry[part] = dict(zip(self.metrics, row, strict=True))
        entry.setdefault("test", None)
        return entry
