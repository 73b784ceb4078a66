"""Plots show every example, with room around, and stay put whatever the seed."""

import numpy as np
import pytest

from app.data.examples import Examples
from app.data.loading import load
from app.data.plotting_range import domain

SQUARE = [[-6, 6], [-6, 6]]


@pytest.mark.parametrize(
    "source", ["circle", "xor_cloud", "gaussians", "spiral", "plane", "multi_gaussian"]
)
@pytest.mark.parametrize("seed", [0, 1])
def test_playgrounds_sets_fill_the_familiar_square(source: str, seed: int) -> None:
    assert domain(load(source, {}, seed)) == SQUARE


def test_truth_tables_have_a_margin_given_by_name_or_inline() -> None:
    margin = [[-0.25, 1.25], [-0.25, 1.25]]
    assert domain(load("xor", {}, 0)) == margin
    inline = Examples.from_arrays([[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]])
    assert domain(inline) == margin


def test_noise_never_puts_a_point_outside() -> None:
    examples = load("gaussians", {"noise": 0.5, "samples": 5000}, 0)
    ranges = domain(examples)
    assert ranges is not None
    assert ranges != SQUARE
    assert examples.test_inputs is not None
    for points in (examples.inputs, examples.test_inputs):
        low, high = np.transpose(ranges)
        assert (points >= low).all()
        assert (points <= high).all()


def test_standardising_scales_the_range_too() -> None:
    examples = load("circle", {"standardize": True}, 0)
    ranges = domain(examples)
    assert ranges is not None
    assert examples.scaling is not None
    np.testing.assert_allclose(examples.scaling.undo(np.transpose(ranges)), np.transpose(SQUARE))


def test_one_input_is_drawn_against_its_targets() -> None:
    ranges = domain(load("sine", {}, 0))
    assert ranges is not None
    assert ranges[0] == [-4, 4]
    np.testing.assert_allclose(ranges[1], [-1.5, 1.5], atol=0.01)


def test_test_examples_count() -> None:
    examples = Examples.from_arrays([[0], [4]], [[0], [1]], [[8]], [[-3]])
    assert domain(examples) == [[-2, 10], [-4, 2]]


def test_a_single_point_has_room_around_it() -> None:
    assert domain(Examples.from_arrays([[2, 0]], [[1]])) == [[0, 4], [-1, 1]]


def test_more_than_two_inputs_have_no_plot() -> None:
    assert domain(load("iris", {}, 0)) is None
