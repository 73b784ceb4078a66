"""Cells of a CSV text as numbers or as names of classes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.data.array_types import Floats
from app.data.errors import DataError
from app.data.limits import MAX_MAGNITUDE, MAX_NAME
from app.language import _


def number(cell: str) -> float | None:
    """The number that a cell holds (NaN and infinity included), or None."""
    if "_" in cell:  # Python's own spelling of 1_000, nobody else's
        return None
    try:
        return float(cell)
    except ValueError:
        return None


def quoted(cell: str) -> str:
    """A cell for a message: in quotation marks, shortened."""
    return f'"{cell}"' if len(cell) <= 30 else f'"{cell[:29]}…"'


@dataclass(frozen=True)
class Column:
    """One column below the header.

    number: from 1. name: empty when it has none. lines: of the text, from 1, one a cell.
    """

    number: int
    name: str
    lines: Sequence[int]
    cells: Sequence[str]

    @property
    def title(self) -> str:
        """The column for a message: its number and name."""
        if not self.name:
            return _("column {number}").format(number=self.number)
        return _("column {number} ({name})").format(number=self.number, name=quoted(self.name))

    def mostly_names(self) -> bool:
        """Whether more than half of the cells are neither numbers nor empty."""
        names = sum(cell != "" and number(cell) is None for cell in self.cells)
        return 2 * names > len(self.cells)

    def numbers(self) -> Floats:
        """The cells as numbers, (examples,); DataError for the first that is not a finite one."""
        values = [number(cell) for cell in self.cells]
        for at, value in enumerate(values):
            if value is None or not abs(value) <= MAX_MAGNITUDE:
                raise self._error(at, _not_a_number(self.cells[at], value))
        return np.array(values, dtype=np.float64)

    def classes(self) -> tuple[list[str], tuple[str, ...]]:
        """The class of each cell, and all classes in numerical or else alphabetical order."""
        for at, cell in enumerate(self.cells):
            if not cell:
                raise self._error(at, _("empty; every example needs a class."))
            if len(cell) > MAX_NAME:
                raise self._error(
                    at, _("the name {name} is too long for a class.").format(name=quoted(cell))
                )
        values = [value for cell in self.cells if (value := number(cell)) is not None]
        if len(values) < len(self.cells) or not all(map(math.isfinite, values)):
            return list(self.cells), tuple(sorted(set(self.cells)))
        # 1 and 1.0 are the same class, spelt as it is first.
        spelling: dict[float, str] = {}
        cells = [
            spelling.setdefault(value, cell) for value, cell in zip(values, self.cells, strict=True)
        ]
        return cells, tuple(spelling[value] for value in sorted(spelling))

    def _error(self, at: int, reason: str) -> DataError:
        return DataError(
            "text",
            _("Line {line}, {column}: {reason}").format(
                line=self.lines[at], column=self.title, reason=reason
            ),
        )


def _not_a_number(cell: str, value: float | None) -> str:
    if not cell:
        return _("empty; every example needs a number here.")
    if value is not None and math.isfinite(value):
        return _("{cell} is too large; at most {limit:g} either way.").format(
            cell=quoted(cell), limit=MAX_MAGNITUDE
        )
    if value is not None:
        return _("{cell} is not a finite number.").format(cell=quoted(cell))
    if number(cell.replace(",", ".", 1)) is not None:
        return _("{cell} is not a number; write decimals with a point.").format(cell=quoted(cell))
    return _("{cell} is not a number; only a target may be a name.").format(cell=quoted(cell))
