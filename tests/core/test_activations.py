from functools import partial
from typing import Any

import numpy as np
import pytest

from app.core.activation_functions import gelu
from app.core.activations import ACTIVATIONS, Activation
from tests.core.differentiation import gradient, slopes
from tests.keras_figures import keras_figures

FIGURES = keras_figures("activations")
ELEMENTWISE = [activation for activation in ACTIVATIONS.values() if activation.derivative]
OPTIONS: dict[str, list[dict[str, Any]]] = {
    "leaky_relu": [{"negative_slope": 0.0}, {"negative_slope": 0.35}],
    "elu": [{"alpha": 0.0}, {"alpha": 1.7}],
    "gelu": [{"approximate": True}],
}

every = pytest.mark.parametrize("name", ACTIVATIONS)
every_elementwise = pytest.mark.parametrize("activation", ELEMENTWISE, ids=lambda a: a.name)


def option_sets(activation: Activation) -> list[dict[str, Any]]:
    return [activation.defaults, *OPTIONS.get(activation.name, [])]


def smooth_points(activation: Activation) -> np.ndarray:
    """From -8 to 8, and not where numeric differentiation would reach across a kink or 0.

    At 0 some curves (softsign) have a bend, which is no kink but spoils four-point differences.
    """
    z = np.linspace(-8.0, 8.0, 161)
    for bend in (0.0, *activation.kinks):
        z = z[np.abs(z - bend) > 0.01]
    return z


@every
def test_values_and_derivatives_are_those_of_keras(name: str) -> None:
    activation = ACTIVATIONS[name]
    for case in FIGURES[name]:
        options, z = case["options"], np.array(case["z"])
        a = activation.function(z, **options)
        np.testing.assert_allclose(a, case["a"], rtol=1e-13, atol=1e-14)
        if activation.derivative is not None:
            derivative = activation.derivative(z, a, **options)
            # PyTorch's derivative of the hard sigmoid is 1/6 rounded to a float32.
            rtol = 1e-7 if name == "hard_sigmoid" else 1e-13
            np.testing.assert_allclose(derivative, case["derivative"], rtol=rtol, atol=1e-14)
        else:
            assert activation.delta is not None
            delta = activation.delta(np.array(case["upstream"]), z, a, **options)
            np.testing.assert_allclose(delta, case["delta"], rtol=1e-13, atol=1e-14)


@every
def test_figures_cover_the_defaults_of_every_option(name: str) -> None:
    assert ACTIVATIONS[name].defaults in [case["options"] for case in FIGURES[name]]


@every_elementwise
def test_derivative_agrees_with_numeric_differentiation(activation: Activation) -> None:
    assert activation.derivative is not None
    z = smooth_points(activation)
    for options in option_sets(activation):
        a = activation.function(z, **options)
        numeric = slopes(partial(activation.function, **options), z)
        derivative = activation.derivative(z, a, **options)
        np.testing.assert_allclose(derivative, numeric, rtol=1e-9, atol=1e-11)


def test_softmax_delta_is_the_whole_jacobian() -> None:
    softmax = ACTIVATIONS["softmax"]
    assert softmax.delta is not None
    rng = np.random.default_rng(7)
    z, upstream = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    numeric = gradient(lambda z: float(np.sum(upstream * softmax.function(z))), z)
    delta = softmax.delta(upstream, z, softmax.function(z))
    np.testing.assert_allclose(delta, numeric, rtol=0, atol=1e-11)


@every_elementwise
def test_formulas_run_on_plain_numbers(activation: Activation) -> None:
    assert activation.derivative is not None
    z = np.array([-3.0, -2.2, -0.5, 0.0, 0.4, 1.9, 3.0])
    for options in option_sets(activation):
        a = activation.function(z, **options)
        derivative = activation.derivative(z, a, **options)
        for kind in (float, np.float64):
            one_by_one = [activation.function(kind(x), **options) for x in z]
            np.testing.assert_allclose(one_by_one, a, rtol=1e-15, atol=3e-16)
            pairs = zip(z, a, strict=True)
            one_by_one = [activation.derivative(kind(x), kind(y), **options) for x, y in pairs]
            np.testing.assert_allclose(one_by_one, derivative, rtol=1e-15, atol=3e-16)


@every
def test_far_out_nothing_overflows_or_becomes_nan(name: str) -> None:
    activation = ACTIVATIONS[name]
    z = np.array([[-1e3, 1e3], [-1e5, 700.0], [-709.0, -1e3], [0.0, -0.0]])
    if name == "exponential":
        z = np.minimum(z, 700.0)  # exp itself leaves the range of doubles above 709
    for options in option_sets(activation):
        with np.errstate(all="raise", under="ignore"):
            a = activation.function(z, **options)
            if activation.derivative is not None:
                backward = activation.derivative(z, a, **options)
            else:
                assert activation.delta is not None
                backward = activation.delta(np.ones(z.shape), z, a, **options)
        assert np.isfinite(a).all()
        assert np.isfinite(backward).all()


@pytest.mark.parametrize("name", ["sigmoid", "softplus", "silu", "exponential"])
def test_small_values_keep_their_digits_far_to_the_left(name: str) -> None:
    z = np.array([-50.0, -200.0, -600.0])
    factor = z if name == "silu" else 1.0
    np.testing.assert_allclose(ACTIVATIONS[name].function(z), factor * np.exp(z), rtol=1e-14)


@every
def test_outputs_stay_within_the_bounds_and_come_near_them(name: str) -> None:
    activation = ACTIVATIONS[name]
    z = np.linspace(-60.0, 60.0, 60_001)
    if activation.delta is not None:
        z = np.column_stack([z, -z])
    low, high = activation.bounds
    for options in option_sets(activation):
        a = activation.function(z, **options)
        if low is not None:
            assert low <= a.min() <= low + 0.02
        if high is not None:
            assert high - 0.02 <= a.max() <= high


@every_elementwise
def test_derivative_jumps_only_at_the_kinks(activation: Activation) -> None:
    assert activation.derivative is not None
    z = np.linspace(-8.0, 8.0, 16_001)
    jumps: set[float] = set()
    for options in option_sets(activation):
        # Every 1000th is a whole number: a kink lies between its two neighbours.
        before, after = z - 1e-6, z + 1e-6
        left = activation.derivative(before, activation.function(before, **options), **options)
        right = activation.derivative(after, activation.function(after, **options), **options)
        jumped = np.abs(right - left) > 1e-3 * np.maximum(1.0, np.abs(left))
        jumps.update(float(point) for point in np.round(z[jumped], 9))
    assert jumps == set(activation.kinks)


def test_the_short_formula_of_gelu_is_as_near_as_its_text_says() -> None:
    z = np.linspace(-10.0, 10.0, 10_001)
    difference = np.abs(gelu(z, approximate=True) - gelu(z, approximate=False))
    assert 1e-4 < difference.max() < 5e-4
