from typing import Any

import numpy as np
import pytest

from app.core.losses import LOSSES, Loss
from tests.core.differentiation import gradient
from tests.keras_figures import keras_figures

FIGURES = keras_figures("losses")
OPTIONS: dict[str, list[dict[str, Any]]] = {"huber": [{"delta": 0.4}, {"delta": 2.5}]}

every = pytest.mark.parametrize("name", LOSSES)


def option_sets(loss: Loss) -> list[dict[str, Any]]:
    return [loss.defaults, *OPTIONS.get(loss.name, [])]


def examples(loss: Loss, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Targets and outputs that suit the loss, shape (5, width), away from its corners."""
    rng = np.random.default_rng(11)
    outputs = rng.uniform(0.05, 0.95, (5, width))
    if loss.distribution:
        targets = np.eye(width)[rng.integers(width, size=5)]
    elif loss.probabilities:
        targets = rng.integers(0, 2, (5, width)).astype(float)
    elif loss.name == "hinge":
        targets = rng.integers(0, 2, (5, width)).astype(float)
        outputs = rng.choice([-1.6, -0.7, 0.3, 1.4], (5, width))
    else:
        targets = outputs + rng.choice([-3.1, -0.6, 0.2, 0.45, 1.7], (5, width))
    return targets, outputs


@every
def test_losses_and_gradients_are_those_of_keras(name: str) -> None:
    loss = LOSSES[name]
    for case in FIGURES[name]:
        targets, outputs = np.array(case["targets"]), np.array(case["outputs"])
        values = loss.function(targets, outputs, **case["options"])
        np.testing.assert_allclose(values, case["loss"], rtol=1e-13, atol=1e-14)
        gradients = loss.gradient(targets, outputs, **case["options"])
        np.testing.assert_allclose(gradients, case["gradient"], rtol=1e-13, atol=1e-14)


@every
def test_figures_cover_the_defaults_of_every_option(name: str) -> None:
    assert LOSSES[name].defaults in [case["options"] for case in FIGURES[name]]


@every
@pytest.mark.parametrize("width", [1, 2, 3])
def test_gradient_agrees_with_numeric_differentiation(name: str, width: int) -> None:
    loss = LOSSES[name]
    if loss.distribution and width == 1:
        return  # a single class has no alternatives
    targets, outputs = examples(loss, width)
    for options in option_sets(loss):

        def total(outputs: np.ndarray, options: dict[str, Any] = options) -> float:
            return float(loss.function(targets, outputs, **options).sum())

        numeric = gradient(total, outputs)
        exact = loss.gradient(targets, outputs, **options)
        np.testing.assert_allclose(exact, numeric, rtol=1e-7, atol=1e-9)


@every
def test_one_value_for_each_example_and_one_slope_for_each_output(name: str) -> None:
    loss = LOSSES[name]
    targets, outputs = examples(loss, 2)
    assert loss.function(targets, outputs, **loss.defaults).shape == (5,)
    assert loss.gradient(targets, outputs, **loss.defaults).shape == (5, 2)


@pytest.mark.parametrize("name", [name for name in LOSSES if not LOSSES[name].distribution])
def test_formulas_run_on_plain_numbers(name: str) -> None:
    loss = LOSSES[name]
    targets, outputs = (part.ravel() for part in examples(loss, 3))
    pairs = [(t, o) for t, o in zip(targets, outputs, strict=True)]
    for options in option_sets(loss):
        for formula in (loss.terms, loss.slopes):
            together = formula(targets, outputs, **options)
            for kind in (float, np.float64):
                one_by_one = [formula(kind(t), kind(o), **options) for t, o in pairs]
                np.testing.assert_allclose(one_by_one, together, rtol=1e-15, atol=3e-16)


@every
def test_large_errors_and_certain_answers_stay_finite(name: str) -> None:
    loss = LOSSES[name]
    outputs = np.array([[0.0, 1.0], [1.0, 0.0]])
    if not loss.probabilities:
        outputs = 1e3 * (2.0 * outputs - 1.0)
    targets = np.array([[1.0, 0.0], [1.0, 0.0]])
    with np.errstate(all="raise", under="ignore"):
        values = loss.function(targets, outputs, **loss.defaults)
        gradients = loss.gradient(targets, outputs, **loss.defaults)
    assert np.isfinite(values).all()
    assert np.isfinite(gradients).all()


def test_a_held_probability_has_no_slope() -> None:
    loss = LOSSES["binary_crossentropy"]
    targets = np.array([[1.0, 1.0, 0.0]])
    outputs = np.array([[0.0, 1e-7, 1.0]])
    slopes = loss.gradient(targets, outputs)
    assert slopes[0, 0] == 0.0
    assert slopes[0, 1] == pytest.approx(-1e7 / 3)
    assert slopes[0, 2] == 0.0
    assert loss.function(targets[:, :1], outputs[:, :1])[0] == pytest.approx(-np.log(1e-7))


def test_hinge_takes_zero_and_minus_one_for_the_same_side() -> None:
    loss = LOSSES["hinge"]
    outputs = np.array([[0.3], [-2.0], [0.8]])
    zeros, minus = np.array([[0.0], [0.0], [1.0]]), np.array([[-1.0], [-1.0], [1.0]])
    np.testing.assert_array_equal(loss.function(zeros, outputs), loss.function(minus, outputs))
    np.testing.assert_array_equal(loss.gradient(zeros, outputs), loss.gradient(minus, outputs))
    np.testing.assert_array_equal(loss.gradient(zeros, outputs), [[1.0], [0.0], [-1.0]])
