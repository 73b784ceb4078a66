"""Inline examples: what is taken, and what is said about the rest."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.data.errors import DataError
from app.data.examples import Examples, task_of
from app.data.limits import MAX_EXAMPLES, MAX_FEATURES, MAX_OUTPUTS

X = [[0, 0], [0, 1], [1, 0], [1, 1]]
T = [[0], [1], [1], [0]]


def test_nested_lists_become_read_only_arrays() -> None:
    examples = Examples.from_arrays(X, T)
    assert examples.inputs.dtype == examples.targets.dtype == np.float64
    assert examples.inputs.tolist() == X
    assert examples.targets.tolist() == T
    assert examples.test_inputs is None
    assert examples.test_targets is None
    assert examples.input_names == ("I1", "I2")
    assert examples.target_names == ("Y1",)
    assert examples.task == "classification"
    assert examples.scaling is None
    with pytest.raises(ValueError, match="read-only"):
        examples.inputs[0, 0] = 1


def test_arrays_are_copied() -> None:
    inputs = np.array(X, dtype=np.float64)
    examples = Examples.from_arrays(inputs, np.array(T))
    inputs[0, 0] = 5
    assert examples.inputs[0, 0] == 0


def test_test_examples_come_along() -> None:
    examples = Examples.from_arrays(X, T, [[0.5, 0.5]], [[1]])
    assert examples.test_inputs is not None
    assert examples.test_targets is not None
    assert examples.test_inputs.tolist() == [[0.5, 0.5]]
    assert examples.test_targets.tolist() == [[1]]


@pytest.mark.parametrize(
    ("arguments", "field", "words"),
    [
        ((None, T), "inputs", "Missing"),
        ((X, None), "targets", "Missing"),
        (([], []), "inputs", "at least one"),
        (("0 1", T), "inputs", "list of rows"),
        (({"0": 1}, T), "inputs", "list of rows"),
        (([0, 1], [[0], [1]]), "inputs/0", "[0]"),
        (([[0, 0], []], [[0], [1]]), "inputs/1", "list of numbers"),
        (([[0, 0], [1]], [[0], [1]]), "inputs/1", "this row: 1; in the first row: 2"),
        (([[0, 0], [0, math.nan]], [[0], [1]]), "inputs/1/1", "NaN"),
        (([[0, 0], [0, -math.inf]], [[0], [1]]), "inputs/1/1", "Infinity"),
        (([[0, 0], [0, "1"]], [[0], [1]]), "inputs/1/1", "Must be a number"),
        (([[0, 0], [0, True]], [[0], [1]]), "inputs/1/1", "Must be a number"),
        (([[0, 0], [0, None]], [[0], [1]]), "inputs/1/1", "Must be a number"),
        (([[0, 0], [0, [1]]], [[0], [1]]), "inputs/1/1", "Must be a number"),
        (([[10**400, 0]], [[0]]), "inputs/0/0", "1e+100"),
        ((X, [[0], [1], [1e101], [0]]), "targets/2/0", "1e+100"),
        ((X, T[:3]), "targets", "Rows here: 3; rows of inputs: 4"),
        (([[0] * (MAX_FEATURES + 1)], [[0]]), "inputs/0", str(MAX_FEATURES)),
        (([[0]], [[0] * (MAX_OUTPUTS + 1)]), "targets/0", str(MAX_OUTPUTS)),
        (([[0]] * (MAX_EXAMPLES + 1), [[0]] * (MAX_EXAMPLES + 1)), "inputs", str(MAX_EXAMPLES)),
        ((X, T, [[0, 0]]), "test_targets", "Missing"),
        ((X, T, None, [[0]]), "test_inputs", "Missing"),
        ((X, T, [], []), "test_inputs", "at least one"),
        ((X, T, [[0]], [[0]]), "test_inputs/0", "training examples: 2"),
        ((X, T, [[0, 0]], [[0, 1]]), "test_targets/0", "training examples: 1"),
        ((X, T, [[0, 0]] * 2, [[0]]), "test_targets", "Rows here: 1; rows of test_inputs: 2"),
        (
            ([[0]] * MAX_EXAMPLES, [[0]] * MAX_EXAMPLES, [[0]], [[0]]),
            "test_inputs",
            str(MAX_EXAMPLES),
        ),
    ],
)
def test_anything_else_is_refused_by_name(
    arguments: tuple[Any, ...], field: str, words: str
) -> None:
    with pytest.raises(DataError) as caught:
        Examples.from_arrays(*arguments)
    assert caught.value.field == field
    assert words in caught.value.detail


@pytest.mark.parametrize(
    ("targets", "task"),
    [
        ([[0], [1]], "classification"),
        ([[-1], [1]], "classification"),
        ([[0, 1], [1, 0]], "classification"),
        ([[0], [0]], "regression"),
        ([[-1], [0], [1]], "regression"),
        ([[0.01, 0.99]], "regression"),
        ([[1, 1], [0, 1]], "regression"),
        ([[0.5, 0.5], [0, 1]], "regression"),
    ],
)
def test_the_task_is_seen_from_the_targets(targets: list[list[float]], task: str) -> None:
    assert task_of(np.array(targets, dtype=np.float64)) == task


def examples_or_error(*arguments: object) -> Examples | DataError:
    try:
        return Examples.from_arrays(*arguments)
    except DataError as refused:
        return refused


cells = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=2)
rows = st.lists(cells | st.lists(cells, max_size=3), max_size=4)


@given(rows, rows, st.none() | rows, st.none() | rows)
def test_no_json_ends_in_anything_but_examples_or_words(
    inputs: object, targets: object, test_inputs: object, test_targets: object
) -> None:
    outcome = examples_or_error(inputs, targets, test_inputs, test_targets)
    if isinstance(outcome, DataError):
        assert outcome.field.split("/")[0] in ("inputs", "targets", "test_inputs", "test_targets")
        assert outcome.detail
    else:
        assert len(outcome.inputs) == len(outcome.targets) >= 1
        assert np.isfinite(np.hstack([outcome.inputs, outcome.targets])).all()
