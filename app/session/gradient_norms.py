"""How large each layer's gradient was, over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MOST_ENTRIES = 500


@dataclass(frozen=True)
class Entry:
    """Of the parameters as they were after so many updates, in all and in epochs.

    epoch: with a fraction within one. norms: the length of each layer's gradient over the training
    set, from the first layer to the output's.
    """

    update: int
    epoch: float
    norms: tuple[float, ...]


class GradientNorms:
    """One entry for each time that somebody looked; of many, some that lie evenly."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._apart = 0.0  # updates that the entries lie apart at least

    def add(self, update: int, epoch: float, norms: Sequence[float]) -> None:
        """A new entry. Those of as many updates or more are no longer true and go."""
        entries = self._entries
        while entries and entries[-1].update >= update:
            entries.pop()
        if len(entries) > 1 and entries[-1].update - entries[-2].update < self._apart:
            entries.pop()
        entries.append(Entry(update, epoch, tuple(norms)))
        if len(entries) > MOST_ENTRIES:
            self._thin()

    def _thin(self) -> None:
        first, *others, last = self._entries
        self._apart = 2.0 * (last.update - first.update) / MOST_ENTRIES
        kept = [first]
        for entry in others:
            if entry.update - kept[-1].update >= self._apart:
                kept.append(entry)
        self._entries = [*kept, last]

    def told(self) -> dict[str, Any]:
        """As the REST contract writes it."""
        return {
            "epochs": [entry.epoch for entry in self._entries],
            "norms": [list(entry.norms) for entry in self._entries],
        }
