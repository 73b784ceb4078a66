"""What keeps a network from learning is found, and nothing in one that is well."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from app.core.diagnosis import Finding, findings, gradient_norms
from tests.core.networks import dense, flat, training
from tests.core.random_trainings import Drawn, drawn_from

XOR = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]]


def _found(drawn: Drawn, losses: Any = (0.5,), lowest: float | None = None) -> list[Finding]:
    return findings(drawn.model.network, drawn.model.parameters, drawn.passing, losses, lowest)


def _kinds(found: list[Finding]) -> set[str]:
    return {finding.kind for finding in found}


def test_a_healthy_network_has_no_findings() -> None:
    for seed in range(10):
        model = training(2, [dense(4, "tanh"), dense(1, "sigmoid")], seed=seed)
        assert _found(drawn_from(model, *XOR)) == []


def test_many_sigmoid_layers_make_the_gradient_vanish() -> None:
    layers = [dense(3, "sigmoid") for _layer in range(8)] + [dense(1, "sigmoid")]
    found = _found(drawn_from(training(2, layers, seed=1), *XOR))
    vanished = [finding for finding in found if finding.kind == "vanishing"]
    assert vanished
    assert vanished[0].layer == 0
    assert vanished[0].units is None
    assert vanished[0].value < 1e-3
    sizes = [finding.value for finding in vanished]
    assert sizes == sorted(sizes)  # the nearer to the input, the smaller


def test_large_weights_make_the_gradient_explode() -> None:
    model = training(2, [dense(4), dense(4), dense(4), dense(1)], seed=1)
    model.parameters *= 40.0
    found = _found(drawn_from(model, *XOR))
    assert _kinds(found) == {"exploding"}
    assert found[0].layer == 0
    assert found[0].value > 1e3


def test_numbers_that_grow_from_layer_to_layer_make_the_gradient_explode() -> None:
    for seed in range(10):
        rng = np.random.default_rng(seed)
        model = training(2, [dense(4) for _layer in range(4)] + [dense(1)], seed=seed)
        model.parameters[:] = rng.normal(scale=3.0, size=model.network.size)
        drawn = drawn_from(model, *XOR)
        found = _found(drawn)
        assert _kinds(found) == {"exploding"}
        if found[0].beside_weights:
            lengths = gradient_norms(drawn.model.network, drawn.passing.gradient)
            weights = gradient_norms(drawn.model.network, drawn.model.parameters)
            expected = [one / other for one, other in zip(lengths, weights, strict=True)]
            assert [finding.value for finding in found] == [
                expected[finding.layer or 0] for finding in found
            ]


def test_large_targets_alone_are_no_explosion() -> None:
    inputs, targets = np.array(XOR[0]) * 1e3, np.array(XOR[1]) * 1e4
    for seed in range(10):
        model = training(2, [dense(4, "tanh"), dense(1)], seed=seed)
        assert "exploding" not in _kinds(_found(drawn_from(model, inputs, targets)))


def test_a_relu_unit_below_zero_for_all_examples_is_dead() -> None:
    kernel = [[1.0, -1.0, 1.0], [1.0, -1.0, 1.0]]
    parameters = flat([(kernel, [0.5, -0.5, 0.0]), ([[1.0]] * 3, [3.0])])
    model = training(2, [dense(3, "relu"), dense(1)], parameters=parameters)
    (found,) = _found(drawn_from(model, *XOR))
    assert found == Finding("dead", 0, (1,), 1.0)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "hard_sigmoid"])
def test_units_far_out_for_all_examples_are_saturated(activation: str) -> None:
    kernel = [[1.0, 1.0, 0.1], [1.0, 1.0, 0.1]]
    parameters = flat([(kernel, [12.0, 11.0, 0.5]), ([[1.0]] * 3, [3.0])])
    model = training(2, [dense(3, activation), dense(1)], parameters=parameters)
    (found,) = _found(drawn_from(model, *XOR))
    assert found == Finding("saturated", 0, (0, 1), 2.0)


def test_an_output_stuck_at_the_wrong_bound_is_saturated_under_mse_alone() -> None:
    parameters = flat([([[0.1], [0.1]], [20.0])])
    for loss, kinds in (("mse", {"saturated"}), ("binary_crossentropy", set())):
        model = training(2, [dense(1, "sigmoid")], loss=loss, parameters=parameters * 0.5)
        assert _kinds(_found(drawn_from(model, *XOR))) == kinds


def test_what_has_been_learnt_may_saturate() -> None:
    kernel, bias = [[40.0, 40.0], [40.0, 40.0]], [-20.0, -60.0]
    parameters = flat([(kernel, bias), ([[40.0], [-40.0]], [-20.0])])
    model = training(2, [dense(2, "sigmoid"), dense(1, "sigmoid")], parameters=parameters)
    assert _found(drawn_from(model, *XOR)) == []


@pytest.mark.parametrize(
    ("losses", "rises"),
    [
        ([0.5], False),
        ([0.5, 0.6], False),
        ([0.0] * 8, False),
        ([0.5, 0.4, 0.3, 0.2, 0.1], False),
        ([0.5, 0.4, 0.3, 0.9, 0.2, 0.1], False),  # a spike is no trend
        ([0.5, 0.7, 0.9, 1.3], True),
        ([0.5, 0.3, 0.2, 0.3, 0.4, 0.5], True),
        ([0.5, 1e-6, 1e-5, 1e-5, 1e-5], False),  # tiny beside where it began
    ],
)
def test_a_cost_that_rises_is_told(losses: list[float], rises: bool) -> None:
    model = training(2, [dense(4, "tanh"), dense(1, "sigmoid")], seed=1)
    found = _found(drawn_from(model, *XOR), losses)
    assert ("rising" in _kinds(found)) == rises
    if rises:
        assert found[-1].layer is None
        assert found[-1].value == pytest.approx(min(losses[-3:]) / min(losses[:-3]))


def test_gradient_norms_are_lengths_layer_by_layer() -> None:
    model = training(2, [dense(2, use_bias=False), dense(1)], seed=1)
    gradient = np.array([3.0, 0.0, 4.0, 0.0, 1.0, 2.0, 2.0])
    assert gradient_norms(model.network, gradient) == [5.0, 3.0]
    for scale in (1e-200, 1e200):  # whose squares are 0 or too large
        norms = gradient_norms(model.network, gradient * scale)
        assert norms == pytest.approx([5.0 * scale, 3.0 * scale], rel=1e-12)
    assert gradient_norms(model.network, 0.0 * gradient) == [0.0, 0.0]


def test_a_relu_unit_exactly_at_its_kink_is_not_called_dead() -> None:
    layers = [dense(2, "relu", use_bias=False), dense(1)]
    parameters = flat([([[0.0, 1.0]], None), ([[1.0], [1.0]], [1.0])])
    drawn = drawn_from(training(1, layers, parameters=parameters), [[1.0], [2.0]], [[1.0], [2.0]])
    assert _found(drawn, [1.0]) == []


def test_a_dead_unit_in_a_network_that_has_learnt_is_no_trouble() -> None:
    layers = [dense(2, "relu"), dense(1)]
    parameters = flat([([[1.0, 1.0]], [0.0, -9.0]), ([[1.0], [1.0]], [0.0])])
    drawn = drawn_from(training(1, layers, parameters=parameters), [[1.0], [2.0]], [[1.2], [2.2]])
    assert [f.kind for f in _found(drawn, [1.0, 0.9])] == ["dead"]
    assert _found(drawn, [1.0, 0.04]) == []


ROSE_LONG_AGO = [0.26, 0.6, *[0.5] * 40]


@pytest.mark.parametrize(
    ("losses", "risen"),
    [
        (ROSE_LONG_AGO, True),
        ([0.5, 0.2, 0.1, *[0.24] * 20], True),  # still below the start, but twice the lowest
        ([0.5, 0.2, 0.1, *[0.15] * 20], False),
        ([0.5, 0.02, 0.01, *[0.04] * 20], False),  # next to nothing beside the start
        ([0.26, 2.0, *[2.0 * 0.9**k for k in range(15)]], False),  # it is on its way down
        ([0.26, *[0.27] * 20], False),
        ([0.26, 0.6, 0.5], False),  # too early to say
    ],
)
def test_a_cost_that_rose_long_ago_and_stays_up_is_told(losses: list[float], risen: bool) -> None:
    drawn = drawn_from(training(2, [dense(4, "tanh"), dense(1, "sigmoid")], seed=1), *XOR)
    last = [losses[0], *losses[1:][-12:]]
    found = _found(drawn, last, lowest=min(losses))
    assert ("risen" in _kinds(found)) == risen
    assert not ("risen" in _kinds(found) and "rising" in _kinds(found))
    if risen:
        assert found[-1].value == pytest.approx(min(losses[-3:]) / min(losses))
