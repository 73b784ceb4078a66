from typing import Any

import numpy as np
import pytest

from app.core.clipping import clip, clipped_norm
from app.core.optimizers import CLIPPING_OPTIONS
from tests.keras_figures import keras_figures

FIGURES = keras_figures("clipping")
VARIABLES = [slice(*ends) for ends in FIGURES["variables"]]


def case_name(case: dict[str, Any]) -> str:
    ((name, bound),) = case["options"].items()
    return f"{name}={bound} {case['gradient'][0]} {case['trained']}"


@pytest.mark.parametrize("case", FIGURES["cases"], ids=case_name)
def test_clipped_gradients_are_those_of_keras(case: dict[str, Any]) -> None:
    trained = [VARIABLES[i] for i in case["trained"]]
    clipped = clip(np.array(case["gradient"]), trained, **case["options"])
    for variable in trained:  # what frozen variables get is of no consequence
        np.testing.assert_allclose(clipped[variable], case["clipped"][variable], rtol=0, atol=1e-12)


def test_figures_cover_every_way_of_clipping() -> None:
    assert {name for case in FIGURES["cases"] for name in case["options"]} == set(CLIPPING_OPTIONS)


@pytest.mark.parametrize("name", CLIPPING_OPTIONS)
def test_a_gradient_of_zero_stays_zero(name: str) -> None:
    zero = np.zeros(6)
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(clip(zero, VARIABLES, **{name: 0.5}), zero)


@pytest.mark.parametrize("name", CLIPPING_OPTIONS)
def test_the_gradient_given_is_left_as_it_was(name: str) -> None:
    gradient = np.array([3.0, -4.0, 0.0, 0.0, 12.0, 0.5])
    before = gradient.copy()
    clip(gradient, VARIABLES, **{name: 0.5})
    np.testing.assert_array_equal(gradient, before)


def test_frozen_parameters_do_not_count_for_the_global_norm() -> None:
    gradient = np.array([3.0, 4.0, 1e6])
    clipped = clip(gradient, [slice(0, 2)], global_clipnorm=1.0)
    np.testing.assert_allclose(clipped[:2], [0.6, 0.8], rtol=1e-15)


def test_no_bound_leaves_the_gradient_alone() -> None:
    gradient = np.array([3.0, -4.0])
    assert clip(gradient, [slice(0, 2)]) is gradient


def test_two_bounds_at_once_are_refused() -> None:
    with pytest.raises(ValueError, match="only one of clipnorm, clipvalue and global_clipnorm"):
        clip(np.ones(2), [slice(0, 2)], clipnorm=1.0, clipvalue=1.0)


def test_the_norm_that_clipping_goes_by_is_told() -> None:
    gradient = np.array([3.0, -4.0, 0.0, 0.0, 12.0, 0.5])
    variables = [slice(0, 2), slice(4, 5)]
    assert clipped_norm(gradient, variables, 1, clipnorm=1.0) == 5.0
    assert clipped_norm(gradient, variables, 5, clipnorm=1.0) is None
    assert clipped_norm(gradient, variables, 1, global_clipnorm=1.0) == 13.0
    assert clipped_norm(gradient, variables, 1, clipvalue=1.0) is None
    assert clipped_norm(gradient, variables, 1) is None
