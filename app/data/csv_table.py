"""Examples from a text of comma-separated values.

Commas, semicolons or tabs separate; quotes work as in RFC 4180; empty lines and lines that begin
with # are skipped. The first row is a header when none of its cells is a number.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import numpy as np

from app.data.array_types import Floats, Task
from app.data.csv_cells import Column, number, quoted
from app.data.errors import DataError
from app.data.examples import Table, numbered, task_of
from app.data.limits import MAX_EXAMPLES, MAX_FEATURES, MAX_NAME, MAX_OUTPUTS, MAX_TEXT
from app.language import _, ngettext

TargetKind = Literal["auto", "numbers", "classes"]


class _Row(NamedTuple):
    line: int
    cells: list[str]


def csv_table(
    rng: np.random.Generator, *, text: str, target_columns: str, targets: TargetKind
) -> Table:
    """The table in ``text``, in its order.

    target_columns: names, or numbers from 1, of the columns to learn, separated by commas; when
    empty, the last column. All others are inputs and must be numbers.
    targets: whether targets are ``numbers`` or names of ``classes``; ``auto`` takes a single column
    for classes when most of its cells are no numbers. Two classes become one column of 0 and 1,
    more become one column each, in alphabetical (or numerical) order.
    Raises DataError with the line and column of what cannot be used.
    """
    rows = _rows(text)
    header = None
    if all(number(cell) is None for cell in rows[0].cells):
        header, rows = rows[0], rows[1:]
        _check_header(header)
    if not rows:
        raise DataError("text", _("There is a header but no row of values below it."))
    if len(rows) > MAX_EXAMPLES:
        raise DataError(
            "text", _("More than {limit} rows; leave some out.").format(limit=MAX_EXAMPLES)
        )
    names = header.cells if header else [""] * len(rows[0].cells)
    for row in rows:
        if len(row.cells) != len(names):
            raise DataError(
                "text",
                ngettext(
                    "Line {line} has {count} value, the first line has {expected}. Give every "
                    "line the same number.",
                    "Line {line} has {count} values, the first line has {expected}. Give every "
                    "line the same number.",
                    len(row.cells),
                ).format(line=row.line, count=len(row.cells), expected=len(names)),
            )
    chosen = _chosen(target_columns, names)
    lines = [row.line for row in rows]
    columns = [
        Column(at + 1, name, lines, [row.cells[at] for row in rows])
        for at, name in enumerate(names)
    ]
    return _table(
        [c for at, c in enumerate(columns) if at not in chosen],
        [columns[at] for at in chosen],
        targets,
    )


def _table(inputs: Sequence[Column], wanted: Sequence[Column], kind: TargetKind) -> Table:
    if not inputs:
        raise DataError(
            "target_columns", _("Every column is a target; leave at least one as an input.")
        )
    for field, columns, limit in (
        ("text", inputs, MAX_FEATURES),
        ("target_columns", wanted, MAX_OUTPUTS),
    ):
        if len(columns) > limit:
            raise DataError(
                field,
                _("{count} columns are too many; at most {limit}.").format(
                    count=len(columns), limit=limit
                ),
            )
    target_names = _names("Y", wanted)
    class_names: tuple[str, ...] = ()
    task: Task
    if kind == "classes" and len(wanted) > 1:
        raise DataError("target_columns", _("Classes are read from one column; choose one."))
    if kind == "classes" or (kind == "auto" and len(wanted) == 1 and wanted[0].mostly_names()):
        values, class_names = _coded(wanted[0])
        task = "classification"
        if len(class_names) > 2:
            target_names = class_names
    else:
        values = np.column_stack([column.numbers() for column in wanted])
        task = task_of(values)
    return Table(
        np.column_stack([column.numbers() for column in inputs]),
        values,
        task,
        _names("I", inputs),
        target_names,
        class_names,
    )


def _coded(column: Column) -> tuple[Floats, tuple[str, ...]]:
    """Targets (examples, 1 or classes) for a column of class names, and the names in order."""
    cells, names = column.classes()
    if not 2 <= len(names) <= MAX_OUTPUTS:
        raise DataError(
            "target_columns",
            _("{column} has {count} different values; classes must be 2 to {limit}.").format(
                column=column.title, count=len(names), limit=MAX_OUTPUTS
            ),
        )
    code = {name: index for index, name in enumerate(names)}
    codes = np.array([code[cell] for cell in cells])
    if len(names) == 2:
        return codes[:, np.newaxis].astype(np.float64), names
    return np.eye(len(names))[codes], names


def _names(stem: str, columns: Sequence[Column]) -> tuple[str, ...]:
    """The columns' own names, and I1, I2, .. or Y1, Y2, .. for those without."""
    defaults = numbered(stem, len(columns))
    return tuple(c.name or default for c, default in zip(columns, defaults, strict=True))


def _rows(text: str) -> list[_Row]:
    """Every row that has something in it, at least one; cells are stripped."""
    if len(text) > MAX_TEXT:
        raise DataError(
            "text",
            _("{count} characters are too many; at most {limit}.").format(
                count=len(text), limit=MAX_TEXT
            ),
        )
    lines = _without_comments(text.removeprefix("\ufeff"))
    first = next((line for line in lines if line.strip()), None)
    if first is None:
        raise DataError("text", _("Empty; give rows of numbers separated by commas."))
    plain = re.sub(r'"[^"]*"', "", first)  # a name in quotes may hold any mark
    separator = next((mark for mark in "\t;" if mark in plain), ",")
    reader = csv.reader(
        _without_comments(text.removeprefix("\ufeff")), delimiter=separator, strict=True
    )
    rows = []
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                rows.append(_Row(reader.line_num, stripped))
    except csv.Error as error:
        raise DataError(
            "text",
            _("Line {line}: not valid CSV ({error}); is a quotation mark missing?").format(
                line=reader.line_num, error=error
            ),
        ) from error
    if not rows:
        raise DataError("text", _("Empty; give rows of numbers separated by commas."))
    if len(rows[0].cells) < 2:
        raise DataError(
            "text",
            _("Line {line}: one column only; at least one input and one target are needed.").format(
                line=rows[0].line
            ),
        )
    return rows


def _without_comments(text: str) -> Iterator[str]:
    """The lines of ``text``, those of comments emptied so that the others keep their numbers."""
    for line in io.StringIO(text, newline=None):
        yield "\n" if line.startswith("#") else line


def _check_header(header: _Row) -> None:
    seen: dict[str, int] = {}
    for at, name in enumerate(header.cells, 1):
        where = {"line": header.line, "column": at, "name": quoted(name)}
        if len(name) > MAX_NAME:
            raise DataError(
                "text",
                _("Line {line}, column {column}: the name {name} is too long.").format(**where),
            )
        if name and name in seen:
            raise DataError(
                "text",
                _(
                    "Line {line}, column {column}: column {other} is called {name} too; "
                    "give each a name of its own."
                ).format(other=seen[name], **where),
            )
        seen[name] = at


def _chosen(target_columns: str, names: Sequence[str]) -> list[int]:
    """Indices of the target columns, in the order in which they are named."""
    field = "target_columns"
    try:
        wanted = [cell.strip() for cell in next(csv.reader([target_columns]), [])]
    except csv.Error as error:
        raise DataError(field, _("Give names of columns, separated by commas.")) from error
    if not any(wanted):
        return [len(names) - 1]
    chosen: list[int] = []
    for name in wanted:
        if name and name in names:
            at = names.index(name)
        elif name.isdecimal() and len(name) < 5 and 1 <= int(name) <= len(names):
            at = int(name) - 1
        else:
            raise DataError(
                field,
                _("There is no column {name}; use a number from 1 to {count}{names}.").format(
                    name=quoted(name), count=len(names), names=_or_names(names)
                ),
            )
        if at in chosen:
            raise DataError(field, _("Column {name} is named twice.").format(name=quoted(name)))
        chosen.append(at)
    return chosen


def _or_names(names: Sequence[str]) -> str:
    named = [quoted(name) for name in names[:10] if name]
    return _(" or one of {names}").format(names=", ".join(named)) if named else ""
