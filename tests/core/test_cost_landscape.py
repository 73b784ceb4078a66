"""The cost along one and two parameters against brute force."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.backprop import activations_of
from app.core.cost_landscape import CHUNK, CostLandscape, telling_range
from tests.core.networks import dense, flat, training
from tests.core.random_trainings import Drawn, drawn_from, trainings


def _cost(drawn: Drawn, values: dict[int, float]) -> float:
    """The whole network run forward with other values of some parameters."""
    model, parameters = drawn.model, drawn.model.parameters.copy()
    for index, value in values.items():
        parameters[index] = value
    outputs = activations_of(model.network, parameters, drawn.inputs)[-1]
    return model.mean_loss(drawn.targets, outputs) + model.network.penalty(parameters)


@given(trainings(), st.data())
@settings(max_examples=80, deadline=None)
def test_a_curve_equals_brute_force(drawn: Drawn, data: Any) -> None:
    index = data.draw(st.integers(0, drawn.model.network.size - 1))
    values = np.linspace(-2.0, 3.0, 11)
    costs = drawn.landscape.cost_curve(index, values)
    expected = [_cost(drawn, {index: value}) for value in values]
    np.testing.assert_allclose(costs, expected, rtol=1e-11, atol=1e-13)


@given(trainings(), st.data())
@settings(max_examples=80, deadline=None)
def test_a_surface_equals_brute_force(drawn: Drawn, data: Any) -> None:
    size = drawn.model.network.size
    if size < 2:
        return
    x, y = data.draw(st.lists(st.integers(0, size - 1), min_size=2, max_size=2, unique=True))
    xs, ys = np.linspace(-2.0, 2.0, 4), np.linspace(-1.0, 3.0, 3)
    costs = drawn.landscape.cost_surface(x, xs, y, ys)
    expected = [[_cost(drawn, {x: at, y: up}) for at in xs] for up in ys]
    np.testing.assert_allclose(costs, expected, rtol=1e-11, atol=1e-13)


def test_many_examples_go_through_in_parts() -> None:
    rng = np.random.default_rng(0)
    model = training(2, [dense(3, "tanh"), dense(1)], seed=1)
    examples = CHUNK // 7
    drawn = drawn_from(model, rng.normal(size=(examples, 2)), rng.normal(size=(examples, 1)))
    values = np.linspace(-1.0, 1.0, 5)
    expected = [_cost(drawn, {0: value}) for value in values]
    np.testing.assert_allclose(drawn.landscape.cost_curve(0, values), expected, rtol=1e-12)


def _parabola(weight: float, learning: float = 0.1) -> CostLandscape:
    """(w - 2)^2 along the one weight."""
    model = training(1, [dense(1, use_bias=False)], parameters=flat([([[weight]], None)]))
    return drawn_from(model, [[1.0]], [[2.0]]).landscape


@pytest.mark.parametrize("weight", [-5.0, 0.0, 1.9, 2.0, 2.1, 30.0])
def test_the_usual_range_shows_the_value_and_the_valley(weight: float) -> None:
    landscape = _parabola(weight)
    low, high = telling_range(landscape, 0, change=0.0)
    assert low < weight < high
    assert low < 2.0 < high
    costs = landscape.cost_curve(0, np.array([low, 2.0, high]))
    assert min(costs[0], costs[2]) > costs[1]


@pytest.mark.parametrize("weight", [-331.9, 1e3, -4e5, 1e9, 1e40, 1e90])
@pytest.mark.parametrize("times", [0.0, -2.0, -18.0])
def test_the_usual_range_shows_the_valley_from_however_far(weight: float, times: float) -> None:
    landscape = _parabola(weight)
    low, high = telling_range(landscape, 0, change=times * weight)
    assert low < weight < high
    costs = landscape.cost_curve(0, np.linspace(low, high, 101))
    lowest = int(costs.argmin())
    assert 10 < lowest < 90
    assert min(costs[0], costs[-1]) > 4.0 * costs[lowest]


def test_the_usual_range_shows_a_valley_that_the_next_step_leads_to() -> None:
    model = training(1, [dense(1, use_bias=False)], parameters=flat([([[1.0]], None)]))
    landscape = drawn_from(model, [[1.0]], [[3000.0]]).landscape
    low, high = telling_range(landscape, 0, change=6000.0)
    assert low < 1.0 < 3000.0 < high
    costs = landscape.cost_curve(0, np.linspace(low, high, 101))
    assert min(costs[0], costs[-1]) > 1e5


def test_the_usual_range_holds_the_next_step_and_stays_while_the_value_creeps() -> None:
    low, high = telling_range(_parabola(1.0), 0, change=9.0)
    assert low < 1.0 + 9.0 < high
    ranges = {telling_range(_parabola(value), 0, change=0.0) for value in np.linspace(0.9, 1.1, 9)}
    assert len(ranges) <= 2


@pytest.mark.parametrize("weight", [1e16, -1e17, 1e90, 1e200, -1e300, 1e308])
def test_the_usual_range_has_a_width_where_the_cost_is_level(weight: float) -> None:
    model = training(1, [dense(1, "relu", use_bias=False)], parameters=flat([([[weight]], None)]))
    landscape = drawn_from(model, [[0.0]], [[1.0]]).landscape
    low, high = telling_range(landscape, 0, change=0.0)
    assert low < weight < high
    values = np.linspace(low, high, 101)
    assert len(np.unique(values)) == 101
    assert np.isfinite(landscape.cost_curve(0, values)).all()


def test_a_range_where_the_cost_overflows_is_finite() -> None:
    layers = [dense(1, "exponential", use_bias=False), dense(1, use_bias=False)]
    model = training(1, layers, parameters=flat([([[300.0]], None), ([[1e-130]], None)]))
    with np.errstate(all="ignore"):
        landscape = drawn_from(model, [[1.0]], [[1.0]]).landscape
        low, high = telling_range(landscape, 0, change=1e300)
    assert np.isfinite([low, high]).all()
    assert low < 300.0 < high
