"""Standardising takes its statistics from the training examples alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from app.data.array_types import Floats
from app.data.data_sets import DATA_SETS
from app.data.limits import MAX_MAGNITUDE
from app.data.loading import load
from app.data.scaling import Scaling

columns = arrays(
    np.float64,
    st.tuples(st.integers(1, 20), st.integers(1, 3)),
    elements=st.floats(-MAX_MAGNITUDE, MAX_MAGNITUDE),
)


@pytest.mark.parametrize("source", sorted(DATA_SETS.keys() - {"csv"}))
def test_training_inputs_get_mean_zero_and_deviation_one(source: str) -> None:
    examples = load(source, {"standardize": True}, 5)
    np.testing.assert_allclose(examples.inputs.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(examples.inputs.std(axis=0), 1)


def test_test_inputs_are_scaled_by_the_training_statistics() -> None:
    raw = load("iris", {"standardize": False}, 5)
    scaled = load("iris", {"standardize": True}, 5)
    assert raw.scaling is None
    assert scaled.scaling is not None
    assert raw.test_inputs is not None
    assert scaled.test_inputs is not None
    np.testing.assert_allclose(
        scaled.test_inputs, (raw.test_inputs - raw.inputs.mean(axis=0)) / raw.inputs.std(axis=0)
    )
    np.testing.assert_allclose(scaled.scaling.undo(scaled.test_inputs), raw.test_inputs)
    np.testing.assert_allclose(scaled.scaling.apply(raw.inputs), scaled.inputs)
    np.testing.assert_array_equal(raw.targets, scaled.targets)


def test_constant_columns_become_zero_without_rounding_left_over() -> None:
    inputs = np.column_stack([np.full(7, 0.1), np.arange(7.0)])
    scaling = Scaling.of(inputs)
    assert scaling.deviation[0] == 1
    np.testing.assert_array_equal(scaling.apply(inputs)[:, 0], np.zeros(7))
    # An example unlike all others stays as far from them as it is.
    assert scaling.apply(np.array([[0.6, 3.0]]))[0].tolist() == [0.5, 0.0]


@given(columns)
def test_any_numbers_within_the_limits_scale_to_finite_ones(inputs: Floats) -> None:
    scaled = Scaling.of(inputs).apply(inputs)
    assert np.isfinite(scaled).all()
    assert np.abs(scaled).max() <= np.sqrt(len(inputs)) + 1e-6
