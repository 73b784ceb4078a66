"""From nested lists, as JSON gives them, to checked arrays."""

import math
from collections.abc import Sequence
from itertools import chain

import numpy as np

from app.data.array_types import Floats
from app.data.errors import DataError
from app.data.limits import MAX_MAGNITUDE
from app.language import _


def rows_of(field: str, values: object) -> Sequence[object]:
    """The rows of a nested list or 2-D array, or a DataError; what is in them is not looked at."""
    if isinstance(values, np.ndarray):
        values = values.tolist()
    if values is None:
        raise DataError(field, _("Missing; give a list of rows, such as [[0, 1], [1, 0]]."))
    if not isinstance(values, list | tuple):
        raise DataError(field, _("Must be a list of rows, such as [[0, 1], [1, 0]]."))
    if not values:
        raise DataError(field, _("Empty; give at least one example."))
    return values


def matrix(field: str, rows: Sequence[object], *, most: int, width: int | None = None) -> Floats:
    """Array (examples, columns) from rows of numbers, or a DataError that names the row.

    most: how many columns there may be. width: how many there must be, None for as many as the
    first row has.
    """
    expected = width
    checked: list[Sequence[float]] = []
    for index, row in enumerate(rows):
        if not isinstance(row, list | tuple) or not row:
            raise DataError(
                f"{field}/{index}",
                _("Every row must be a list of numbers, such as [0, 1]; with one column, [0]."),
            )
        if expected is None:
            expected = len(row)
        if len(row) != expected:
            raise DataError(f"{field}/{index}", _wrong_width(len(row), expected, width))
        if expected > most:
            raise DataError(
                f"{field}/{index}",
                _("{count} columns are too many; at most {limit}.").format(
                    count=expected, limit=most
                ),
            )
        # Most rows are plain floats and integers; only a doubtful one is looked at cell by cell.
        if not {*map(type, row)} <= {float, int} or not all(
            -MAX_MAGNITUDE <= value <= MAX_MAGNITUDE for value in row
        ):
            for column, value in enumerate(row):
                check_number(f"{field}/{index}/{column}", value)
        checked.append(row)
    cells = chain.from_iterable(checked)
    return np.fromiter(cells, dtype=np.float64).reshape(len(rows), -1)


def check_number(field: str, value: object) -> None:
    """Raises DataError unless ``value`` is a finite number of reasonable size."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise DataError(field, _("Must be a number."))
    if isinstance(value, float) and not math.isfinite(value):
        raise DataError(field, _("Must be a finite number, neither NaN nor Infinity."))
    if abs(value) > MAX_MAGNITUDE:
        raise DataError(
            field, _("Too large; at most {limit:g} either way.").format(limit=MAX_MAGNITUDE)
        )


def _wrong_width(found: int, expected: int, wanted: int | None) -> str:
    if wanted is None:
        return _("Numbers in this row: {found}; in the first row: {expected}.").format(
            found=found, expected=expected
        )
    return _("Numbers in this row: {found}; in those of the training examples: {expected}.").format(
        found=found, expected=expected
    )
