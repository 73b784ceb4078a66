"""Every path from the loss to a parameter, against golden figures and the gradient itself."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.chain_rule import Chain, Path, contributions
from app.core.names import parameter_index, unit_place
from app.core.network import UnitPlace
from tests.core.networks import dense, flat, training
from tests.core.random_trainings import Drawn, drawn_from, trainings
from tests.golden_figures import WORKED, figures

EXACT = 1e-12


def _worked(golden: dict[str, Any]) -> Drawn:
    layers = [dense(2, golden[f"{layer}_activation"]) for layer in ("hidden", "output")]
    model = training(
        2,
        layers,
        loss="half_squared_error",
        parameters=flat([(golden["W"], golden["b1"]), (golden["V"], golden["b2"])]),
    )
    return drawn_from(model, [golden["input"]], [golden["target"]])


def _chain(drawn: Drawn, example: int = 0) -> tuple[Chain, Any]:
    """The factors of one example, and its gradient."""
    model, one = drawn.model, slice(example, example + 1)
    single = drawn_from(model, drawn.inputs[one], drawn.targets[one])
    chain = Chain(model, single.passing)
    return chain, model.gradient.copy()


def _paths(drawn: Drawn, name: str) -> list[Path]:
    place = drawn.model.network.place(parameter_index(drawn.model.network, name))
    return _chain(drawn)[0].paths(place)


@pytest.mark.parametrize("name", WORKED)
@pytest.mark.parametrize("source", [0, 1])
@pytest.mark.parametrize("unit", [0, 1])
def test_an_output_weight_has_the_articles_one_line(name: str, source: int, unit: int) -> None:
    golden = figures(name)
    (path,) = _paths(_worked(golden), f"2.kernel.{source}.{unit}")
    forward, backward = golden["forward"], golden["backward"]
    slope = forward["Y"][unit] * (1 - forward["Y"][unit])
    expected = [backward["dE_dY"][unit], slope, forward["H"][source]]
    assert path.units == (unit, unit)
    np.testing.assert_allclose(path.factors, expected, rtol=0, atol=EXACT)
    assert path.product == pytest.approx(backward["dE_dV"][source][unit], rel=0, abs=EXACT)


@pytest.mark.parametrize("name", WORKED)
@pytest.mark.parametrize("source", [0, 1])
@pytest.mark.parametrize("unit", [0, 1])
def test_a_hidden_weight_has_a_path_through_each_output(name: str, source: int, unit: int) -> None:
    golden = figures(name)
    forward, backward = golden["forward"], golden["backward"]
    hidden = forward["H"][unit]
    slope = 1.0 if golden["hidden_activation"] == "linear" else hidden * (1 - hidden)
    paths = _paths(_worked(golden), f"1.kernel.{source}.{unit}")
    assert [path.units for path in paths] == [(0, 0, unit, unit), (1, 1, unit, unit)]
    for output, path in enumerate(paths):
        y = forward["Y"][output]
        expected = [
            backward["dE_dY"][output],
            y * (1 - y),
            golden["V"][unit][output],
            slope,
            golden["input"][source],
        ]
        np.testing.assert_allclose(path.factors, expected, rtol=0, atol=EXACT)
        product = backward["dE_dy"][output] * math.prod(expected[2:])
        assert path.product == pytest.approx(product, rel=0, abs=EXACT)
    total = sum(path.product for path in paths)
    assert total == pytest.approx(backward["dE_dW"][source][unit], rel=0, abs=EXACT)


@pytest.mark.parametrize("name", WORKED)
def test_a_bias_is_multiplied_by_one(name: str) -> None:
    golden = figures(name)
    paths = _paths(_worked(golden), "1.bias.1")
    assert [path.factors[-1] for path in paths] == [1.0, 1.0]
    total = sum(path.product for path in paths)
    assert total == pytest.approx(golden["backward"]["dE_db1"][1], rel=0, abs=EXACT)


@pytest.mark.parametrize("name", WORKED)
@pytest.mark.parametrize("unit", [0, 1])
def test_a_hidden_unit_has_a_path_through_every_output_and_they_sum_to_its_delta(
    name: str, unit: int
) -> None:
    golden = figures(name)
    drawn = _worked(golden)
    place = unit_place(drawn.model.network, f"1.unit.{unit}")
    chain, _gradient = _chain(drawn)
    paths = chain.paths(place)
    forward, backward = golden["forward"], golden["backward"]
    hidden = forward["H"][unit]
    slope = 1.0 if golden["hidden_activation"] == "linear" else hidden * (1 - hidden)
    for k, path in enumerate(paths):
        output = forward["Y"][k] * (1 - forward["Y"][k])
        factors = [backward["dE_dY"][k], output, golden["V"][unit][k], slope]
        np.testing.assert_allclose(path.factors, factors, rtol=0, atol=EXACT)
        assert path.units == (k, k, unit, unit)
    total = sum(path.product for path in paths)
    assert total == pytest.approx(backward["dE_dh"][unit], rel=0, abs=EXACT)
    assert chain.gradient(place) == pytest.approx(backward["dE_dh"][unit], rel=0, abs=EXACT)


@given(trainings())
@settings(max_examples=40, deadline=None)
def test_the_paths_of_every_unit_sum_to_its_delta(drawn: Drawn) -> None:
    chain, _gradient = _chain(drawn)
    for number, layer in enumerate(drawn.model.network.layers):
        for unit in range(layer.units):
            place = UnitPlace(number, unit)
            paths = chain.paths(place)
            assert len(paths) == chain.count(place)
            assert all(len(path.factors) == len(path.units) for path in paths)
            products = [path.product for path in paths]
            size = math.fsum(map(abs, products))
            delta = chain.deltas[number][unit]
            assert math.fsum(products) == pytest.approx(delta, rel=0, abs=1e-12 * size)
            best = chain.paths(place, most=1, best=1)
            assert abs(best[0].product) == pytest.approx(max(map(abs, products)), rel=1e-12)


@given(trainings())
@settings(max_examples=60, deadline=None)
def test_the_paths_of_every_parameter_sum_to_its_gradient(drawn: Drawn) -> None:
    chain, gradient = _chain(drawn)
    network = drawn.model.network
    for index in range(network.size):
        place = network.place(index)
        paths = chain.paths(place)
        assert len(paths) == chain.count(place)
        assert len({path.units for path in paths}) == len(paths)
        for path in paths:
            assert len(path.factors) == len(path.units) + 1
            assert path.product == pytest.approx(math.prod(path.factors), rel=1e-14, abs=0)
        products = [path.product for path in paths]
        size = math.fsum(map(abs, products))
        assert math.fsum(products) == pytest.approx(gradient[index], rel=0, abs=1e-13 * size)


@given(trainings(), st.integers(1, 12))
@settings(max_examples=40, deadline=None)
def test_the_largest_paths_are_the_largest_of_all(drawn: Drawn, best: int) -> None:
    chain, _gradient = _chain(drawn)
    network = drawn.model.network
    for index in (0, network.size - 1):
        place = network.place(index)
        every = sorted((abs(path.product) for path in chain.paths(place)), reverse=True)
        some = chain.paths(place, most=best, best=best)
        assert len(some) == min(best, len(every))
        found = sorted((abs(path.product) for path in some), reverse=True)
        np.testing.assert_allclose(found, every[: len(found)], rtol=1e-12)


def test_a_deep_network_counts_its_paths_without_walking_them() -> None:
    layers = [dense(50, "tanh") for _layer in range(15)] + [dense(10, "softmax")]
    model = training(8, layers, loss="categorical_crossentropy", seed=5)
    rng = np.random.default_rng(0)
    drawn = drawn_from(model, rng.normal(size=(1, 8)), np.eye(10)[:1])
    place = model.network.place(0)
    chain, _gradient = _chain(drawn)
    assert chain.count(place) == 10 * 10 * 50**14
    paths = chain.paths(place)
    assert len(paths) == 100
    sizes = [abs(path.product) for path in paths]
    assert sizes == sorted(sizes, reverse=True)
    for path in paths:
        assert path.product == pytest.approx(math.prod(path.factors), rel=1e-12)


@given(trainings())
@settings(max_examples=40, deadline=None)
def test_contributions_of_the_examples_sum_to_the_batchs_gradient(drawn: Drawn) -> None:
    network, gradient = drawn.model.network, drawn.model.gradient.copy()
    shares = [contributions(drawn.passing, network.place(i)) for i in range(network.size)]
    sums = [math.fsum(share) for share in shares]
    sizes = [math.fsum(np.abs(share)) for share in shares]
    assert (np.abs(np.subtract(sums, gradient)) <= 1e-13 * np.array(sizes)).all()
    for example in range(len(drawn.inputs)):
        _single, own = _chain(drawn, example)
        mine = np.array([share[example] for share in shares]) * len(drawn.inputs)
        np.testing.assert_allclose(mine, own, rtol=1e-9, atol=1e-13)


@given(trainings(), st.integers(1, 3))
@settings(max_examples=40, deadline=None)
def test_a_delta_is_what_its_parts_make(drawn: Drawn, most_terms: int) -> None:
    chain, _gradient = _chain(drawn)
    for number, layer in enumerate(drawn.model.network.layers):
        for unit in range(layer.units):
            delta = chain.delta(number, unit, most_terms)
            made = delta.derivative * delta.upstream + (delta.cross or 0.0)
            assert delta.delta == chain.deltas[number][unit]
            assert made == pytest.approx(delta.delta, rel=1e-9, abs=1e-14)
            mixes = layer.activation.entry.derivative is None
            assert (delta.cross is not None) == mixes
            if number < len(drawn.model.network.layers) - 1:
                terms = [term.weight * term.delta for term in delta.terms]
                assert len(terms) <= most_terms
                total = math.fsum(terms) + delta.terms_rest
                assert total == pytest.approx(delta.upstream, rel=1e-9, abs=1e-14)
