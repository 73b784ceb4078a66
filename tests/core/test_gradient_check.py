"""The numeric check: it agrees with a right gradient, finds a wrong one, and knows kinks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from app.core.gradient_check import GradientCheck, Numeric
from tests.core.networks import dense, flat, training
from tests.core.random_trainings import Drawn, drawn_from, trainings

AGREES = 1e-6


def _checks(drawn: Drawn) -> list[Numeric]:
    model = drawn.model
    return list(GradientCheck(drawn.landscape, model.gradient).all())


@given(trainings())
@settings(max_examples=150, deadline=None)
def test_it_agrees_with_backpropagation_away_from_kinks(drawn: Drawn) -> None:
    for index, check in enumerate(_checks(drawn)):
        assert check.kink or check.relative_error < AGREES, index
        assert check.step > 0


@given(trainings(most_layers=2))
@settings(max_examples=40, deadline=None)
def test_one_parameter_is_checked_as_among_all(drawn: Drawn) -> None:
    model = drawn.model
    check = GradientCheck(drawn.landscape, model.gradient)
    for index, among in enumerate(check.all()):
        alone = check.one(index)
        assert (alone.step, alone.kink) == (among.step, among.kink)
        assert alone.gradient == pytest.approx(among.gradient, rel=1e-6, abs=1e-9)


def test_it_finds_a_gradient_that_is_wrong_in_the_fifth_digit() -> None:
    rng = np.random.default_rng(2)
    model = training(2, [dense(4, "tanh"), dense(1, "sigmoid")], seed=1)
    drawn = drawn_from(model, rng.normal(size=(6, 2)), rng.normal(size=(6, 1)))
    wrong = model.gradient.copy()
    wrong[3] *= 1 + 1e-5
    errors = [check.relative_error for check in GradientCheck(drawn.landscape, wrong).all()]
    assert errors[3] == pytest.approx(1e-5, rel=1e-2)
    assert max(errors[:3] + errors[4:]) < 1e-8


def test_unscaled_inputs_and_large_weights_take_steps_of_their_own() -> None:
    rng = np.random.default_rng(3)
    layers = [dense(3, "tanh"), dense(3, "gelu"), dense(1)]
    model = training(2, layers, seed=1)
    model.parameters *= 8.0
    drawn = drawn_from(model, rng.normal(size=(6, 2)) * [1e4, 1e-4], rng.normal(size=(6, 1)))
    checks = _checks(drawn)
    assert all(check.relative_error < AGREES for check in checks)
    assert checks[0].step < 1e-6  # beside the inputs of 1e4
    assert checks[3].step > 0.1  # beside those of 1e-4


@pytest.mark.parametrize(
    ("activation", "at"),
    [("relu", 0.0), ("leaky_relu", 0.0), ("hard_sigmoid", 3.0), ("softsign", 0.0)],
)
def test_a_kink_of_an_activation_is_told(activation: str, at: float) -> None:
    layers = [dense(1, activation), dense(1)]
    parameters = flat([([[1.0]], [at - 2.0]), ([[1.0]], [0.0])])
    model = training(1, layers, parameters=parameters)
    checks = _checks(drawn_from(model, [[2.0]], [[7.0]]))
    assert [check.kink for check in checks] == [True, True, False, False]
    model.parameters[1] += 0.01  # away from it by more than the step
    checks = _checks(drawn_from(model, [[2.0]], [[7.0]]))
    assert not any(check.kink for check in checks)
    assert all(check.relative_error < AGREES for check in checks)


def test_an_input_of_zero_moves_nothing_across_a_kink() -> None:
    model = training(1, [dense(2, "relu"), dense(1)], seed=1)
    model.parameters[2:4] = 0.0  # biases, so that both sums are exactly 0
    checks = _checks(drawn_from(model, [[0.0]], [[1.0]]))
    assert [check.kink for check in checks[:4]] == [False, False, True, True]
    assert checks[0].gradient == checks[0].relative_error == 0.0


@pytest.mark.parametrize(
    ("loss", "output", "target"),
    [("mae", 1.0, 1.0), ("huber", 2.0, 1.0), ("hinge", 1.0, 1.0)],
)
def test_a_kink_of_the_loss_is_told(loss: str, output: float, target: float) -> None:
    model = training(1, [dense(1)], loss=loss, parameters=flat([([[output]], [0.0])]))
    assert all(check.kink for check in _checks(drawn_from(model, [[1.0]], [[target]])))
    checks = _checks(drawn_from(model, [[1.0]], [[target + 0.1]]))
    assert not any(check.kink for check in checks)
    assert all(check.relative_error < AGREES for check in checks)


def test_a_probability_that_is_held_is_no_kink_unless_at_the_edge() -> None:
    layers = [dense(1, "sigmoid")]
    model = training(1, layers, loss="binary_crossentropy", parameters=flat([([[30.0]], [0.0])]))
    checks = _checks(drawn_from(model, [[1.0]], [[0.0]]))
    assert [(check.kink, check.gradient) for check in checks] == [(False, 0.0)] * 2
    edge = float(np.log((1.0 - 1e-7) / 1e-7))
    model.parameters[0] = edge
    assert all(check.kink for check in _checks(drawn_from(model, [[1.0]], [[0.0]])))
