"""Tables of what the network says: predictions, the confusion matrix, parameters."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.core.names import node_labels, parameter_labels, parameter_names
from app.core.network import Matrix
from app.data.examples import Examples
from app.language import _
from app.session.session import Session
from app.web.figures import figure, short

MOST_PREDICTIONS = 20
MOST_COLUMNS = 4
"""Inputs, and outputs, that get a column each; wider tables leave them out."""

MOST_CLASSES = 12
MOST_PARAMETERS = 150


@dataclass(frozen=True)
class PredictionRow:
    """number: of the example, from 1. cells: as ``Outcome.columns``. right: None in regression."""

    number: int
    cells: tuple[str, ...]
    right: bool | None
    focused: bool


@dataclass(frozen=True)
class ConfusionRow:
    """How often the examples of one class were taken for each. index: of the class itself."""

    name: str
    index: int
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Confusion:
    """Confusion matrix over the training examples."""

    summary: str
    classes: tuple[str, ...]
    rows: tuple[ConfusionRow, ...]


@dataclass(frozen=True)
class Outcome:
    """Predictions of the first training examples, as columns of outputs and then of inputs.

    judged: each is right or wrong. drawn: the page has a plot of the output too.
    """

    columns: tuple[str, ...]
    rows: tuple[PredictionRow, ...]
    total: int
    confusion: Confusion | None
    judged: bool
    drawn: bool


@dataclass(frozen=True)
class ParameterRow:
    """A parameter: its name, label, the units it joins, value, gradient and last change."""

    name: str
    label: str
    route: str
    value: str
    gradient: str
    change: str


@dataclass(frozen=True)
class ParameterTable:
    """The table twin of the drawing. all: the address where a script reads them all."""

    rows: tuple[ParameterRow, ...]
    total: int
    all: str


def outcome(session: Session) -> Outcome:
    """What the network says at the present parameters."""
    examples = session.run.examples
    outputs = session.predictions()
    right = _right(examples, outputs)
    shown = list(range(min(len(outputs), MOST_PREDICTIONS)))
    if session.focus not in shown:
        shown[-1] = session.focus
    columns, cells = _columns(examples, outputs, shown)
    rows = tuple(
        PredictionRow(
            number=index + 1,
            cells=cells[place],
            right=None if right is None else bool(right[index]),
            focused=index == session.focus,
        )
        for place, index in enumerate(shown)
    )
    confusion = None if right is None else _confusion(examples, outputs, right)
    drawn = examples.inputs.shape[1] <= 2
    return Outcome(columns, rows, len(outputs), confusion, right is not None, drawn)


def _columns(
    examples: Examples, outputs: Matrix, shown: Sequence[int]
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Headings, and the cells of the rows shown."""
    columns: list[str] = []
    cells: list[list[str]] = [[] for _index in shown]
    width = outputs.shape[1]
    if examples.task == "classification" and width > 1:
        columns += [_("Right"), _("Said"), _("Output")]
        for place, index in enumerate(shown):
            said = int(outputs[index].argmax())
            cells[place] += [
                examples.target_names[int(examples.targets[index].argmax())],
                examples.target_names[said],
                figure(outputs[index, said]),
            ]
    else:
        for output in range(min(width, MOST_COLUMNS)):
            name = examples.target_names[output]
            columns += [_("{name} wanted").format(name=name), _("{name} said").format(name=name)]
            for place, index in enumerate(shown):
                cells[place] += [
                    short(round(examples.targets[index, output], 3)),
                    figure(outputs[index, output]),
                ]
    if examples.inputs.shape[1] <= MOST_COLUMNS:
        columns += examples.input_names
        for place, index in enumerate(shown):
            cells[place] += [short(round(value, 3)) for value in examples.inputs[index]]
    return tuple(columns), [tuple(row) for row in cells]


def _codes(examples: Examples, values: Matrix) -> NDArray[np.intp]:
    """Class of every row of targets or outputs, counted from 0."""
    codes: NDArray[np.intp]
    if values.shape[1] > 1:
        codes = values.argmax(axis=1)
        return codes
    low, high = examples.targets.min(), examples.targets.max()
    codes = (values[:, 0] > (low + high) / 2).astype(np.intp)
    return codes


def _right(examples: Examples, outputs: Matrix) -> NDArray[np.bool_] | None:
    if examples.task != "classification":
        return None
    right: NDArray[np.bool_] = _codes(examples, outputs) == _codes(examples, examples.targets)
    return right


def _classes(examples: Examples) -> tuple[str, ...]:
    if examples.class_names:
        return examples.class_names
    if examples.targets.shape[1] > 1:
        return examples.target_names
    return short(examples.targets.min()), short(examples.targets.max())


def _confusion(examples: Examples, outputs: Matrix, right: NDArray[np.bool_]) -> Confusion | None:
    classes = _classes(examples)
    count = len(classes)
    if count > MOST_CLASSES:
        return None
    pairs = count * _codes(examples, examples.targets) + _codes(examples, outputs)
    counts = np.bincount(pairs, minlength=count * count).reshape(count, count)
    summary = _("Confusion matrix: {right} of {total} right").format(
        right=int(right.sum()), total=len(right)
    )
    rows = tuple(
        ConfusionRow(name, index, tuple(counts[index].tolist()))
        for index, name in enumerate(classes)
    )
    return Confusion(summary, classes, rows)


def parameter_table(session: Session, session_id: str) -> ParameterTable:
    """The first parameters, each with its gradient and the change last made.

    session_id: the one that the reader may know.
    """
    network = session.run.network
    names, labels = parameter_names(network), parameter_labels(network)
    values, change = session.parameters(), session.run.change
    over = "batch" if session.position.phase == "backward" else "train"
    gradient, _loss = session.gradient("batch" if over == "batch" else "train")
    units = node_labels(network)
    rows = tuple(
        ParameterRow(
            name=names[index],
            label=labels[index],
            route=_route(units, names[index]),
            value=figure(values[index]),
            gradient=figure(gradient[index]),
            change=figure(None if change is None else change[index]),
        )
        for index in range(min(network.size, MOST_PARAMETERS))
    )
    return ParameterTable(rows, network.size, f"/api/sessions/{session_id}/parameters")


def _route(units: list[list[str]], name: str) -> str:
    """The units a parameter joins: "I1 → H2", or "H2" for its bias."""
    layer, kind, *at = name.split(".")
    target = units[int(layer)][int(at[-1])]
    return f"{units[int(layer) - 1][int(at[0])]} → {target}" if kind == "kernel" else target
