"""Truth tables are small enough to be written out."""

import numpy as np
import pytest

from app.data.loading import load


@pytest.mark.parametrize(
    ("source", "targets"), [("xor", [0, 1, 1, 0]), ("and", [0, 0, 0, 1]), ("or", [0, 1, 1, 1])]
)
def test_rows(source: str, targets: list[int]) -> None:
    examples = load(source, {}, 0)
    np.testing.assert_array_equal(examples.inputs, [[0, 0], [0, 1], [1, 0], [1, 1]])
    np.testing.assert_array_equal(examples.targets.ravel(), targets)
    assert examples.test_inputs is None
    assert examples.input_names == ("I1", "I2")
    assert examples.target_names == ("Y1",)


def test_standardised_bits_are_minus_one_and_one() -> None:
    examples = load("xor", {"standardize": True}, 0)
    np.testing.assert_allclose(examples.inputs, [[-1, -1], [-1, 1], [1, -1], [1, 1]])
