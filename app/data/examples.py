"""The examples that a network learns from, and those it is tested on."""

from dataclasses import dataclass

import numpy as np

from app.data.array_types import Floats, Range, Task
from app.data.arrays import matrix, rows_of
from app.data.errors import DataError
from app.data.limits import MAX_EXAMPLES, MAX_FEATURES, MAX_OUTPUTS
from app.data.scaling import Scaling
from app.language import _


@dataclass(frozen=True, eq=False)
class Table:
    """A data set as its source gives it: not yet split, not yet standardised.

    inputs: (examples, features); targets: (examples, outputs).
    input_names, target_names: one a column; when empty, I1, I2, .. and Y1, Y2, ..
    class_names: in the order of their codes (0 and 1 of one output, the columns of several), when
    the classes have names.
    extent: a range to plot each input over that holds most examples, whatever the seed.
    """

    inputs: Floats
    targets: Floats
    task: Task
    input_names: tuple[str, ...] = ()
    target_names: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
    extent: tuple[Range, ...] | None = None


@dataclass(frozen=True, eq=False)
class Examples:
    """Training and test examples, ready for a network. Arrays are float64 and read-only.

    inputs: (n, features); targets: (n, outputs); n at least 1.
    test_inputs, test_targets: (m, features), (m, outputs), m at least 1, or both None.
    input_names, target_names: one for each feature and output.
    class_names: as in ``Table``; empty when the classes have no names.
    scaling: what was done to the inputs, or None when they are as their source gave them.
    extent: as in ``Table``, scaled like the inputs.
    """

    inputs: Floats
    targets: Floats
    test_inputs: Floats | None
    test_targets: Floats | None
    input_names: tuple[str, ...]
    target_names: tuple[str, ...]
    task: Task
    scaling: Scaling | None = None
    class_names: tuple[str, ...] = ()
    extent: tuple[Range, ...] | None = None

    def __post_init__(self) -> None:
        for field in ("inputs", "targets", "test_inputs", "test_targets"):
            values = getattr(self, field)
            if values is not None:
                own = np.array(values, dtype=np.float64, order="C")
                own.flags.writeable = False
                object.__setattr__(self, field, own)

    @classmethod
    def from_arrays(
        cls,
        inputs: object,
        targets: object,
        test_inputs: object = None,
        test_targets: object = None,
    ) -> "Examples":
        """Examples given as they are: nested lists (or arrays) of numbers, one row an example.

        Raises DataError, its field starting with the argument's name, for anything but rows of
        finite numbers of one width, as many targets as inputs, within the limits.
        """
        learnt_inputs, learnt_targets = _pair("inputs", inputs, "targets", targets)
        tried_inputs: Floats | None = None
        tried_targets: Floats | None = None
        if test_inputs is not None or test_targets is not None:
            tried_inputs, tried_targets = _pair(
                "test_inputs",
                test_inputs,
                "test_targets",
                test_targets,
                room=MAX_EXAMPLES - len(learnt_inputs),
                widths=(learnt_inputs.shape[1], learnt_targets.shape[1]),
            )
        return cls(
            learnt_inputs,
            learnt_targets,
            tried_inputs,
            tried_targets,
            numbered("I", learnt_inputs.shape[1]),
            numbered("Y", learnt_targets.shape[1]),
            task_of(learnt_targets),
        )


def numbered(stem: str, count: int) -> tuple[str, ...]:
    """Names of columns that have none of their own: I1, I2, .."""
    return tuple(f"{stem}{number}" for number in range(1, count + 1))


def task_of(targets: Floats) -> Task:
    """What targets (examples, outputs) look like.

    Classification: one output of just 0 and 1 or just -1 and 1 (both occur), or one-hot rows of
    several. Regression: anything else.
    """
    if targets.shape[1] == 1:
        two_classes = set(np.unique(targets)) in ({0.0, 1.0}, {-1.0, 1.0})
    else:
        bits = bool(np.all((targets == 0) | (targets == 1)))
        two_classes = bits and bool(np.all(targets.sum(axis=1) == 1))
    return "classification" if two_classes else "regression"


def _pair(
    inputs_field: str,
    inputs: object,
    targets_field: str,
    targets: object,
    *,
    room: int = MAX_EXAMPLES,
    widths: tuple[int, int] | None = None,
) -> tuple[Floats, Floats]:
    """Inputs and targets as arrays, or a DataError; ``widths``: those of the training examples."""
    input_rows, target_rows = rows_of(inputs_field, inputs), rows_of(targets_field, targets)
    if len(input_rows) > room:
        raise DataError(
            inputs_field,
            _("{count} examples are too many; at most {limit}, training and test together.").format(
                count=len(input_rows), limit=MAX_EXAMPLES
            ),
        )
    if len(input_rows) != len(target_rows):
        raise DataError(
            targets_field,
            _(
                "Rows here: {targets}; rows of {field}: {inputs}. Give each example one of both."
            ).format(targets=len(target_rows), inputs=len(input_rows), field=inputs_field),
        )
    features, outputs = widths or (None, None)
    return (
        matrix(inputs_field, input_rows, most=MAX_FEATURES, width=features),
        matrix(targets_field, target_rows, most=MAX_OUTPUTS, width=outputs),
    )
