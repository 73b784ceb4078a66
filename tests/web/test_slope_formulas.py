"""The formulas of losses, activations and their slopes, against those that training uses."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest

from app.core.activations import ACTIVATIONS, Activation
from app.core.losses import LOSSES, Loss
from app.web.arithmetic import Expression, Number
from app.web.figures import precise
from app.web.formulas import mathml
from app.web.on_paper import calculated
from app.web.slope_formulas import (
    ACTIVATION_SLOPES,
    LOSS_SLOPES,
    LOSS_TERMS,
    LossAt,
    UnitAt,
    loss_of_example,
)
from tests.shown_figures import comes_to

SUMS = (-600.0, -40.0, -7.3, -3.0, -1.234567, -0.2, -1e-6, 0.0, 1e-5, 0.324, 2.0, 3.0, 5.5, 30.0)

OUTPUTS = [[0.58030, 0.53196], [0.999, 0.001], [0.2, 0.8], [1e-9, 1 - 1e-9], [0.5, 0.5], [0.3, 0.6]]
TARGETS = [[1.0, 0.0], [0.0, 1.0], [0.25, 0.75]]


def _expect(expression: Expression, value: float) -> None:
    """It is that value, and the numbers that are shown of it come to what is shown."""
    assert expression.value() == pytest.approx(value, rel=1e-8, abs=1e-13)
    mathml(expression.latex())
    shown = expression.value()
    if not isinstance(expression, Number) and abs(shown) < 1e100:
        assert comes_to(calculated(expression, shown), precise(shown)), expression


def test_every_entry_of_the_catalog_has_its_formula() -> None:
    assert set(ACTIVATION_SLOPES) == set(ACTIVATIONS)
    assert set(LOSS_SLOPES) == set(LOSS_TERMS) == set(LOSSES)


def _options(activation: Activation) -> list[dict[str, object]]:
    if activation.name == "gelu":
        return [{"approximate": False}, {"approximate": True}]
    return [dict(activation.defaults)]


@pytest.mark.parametrize("name", [name for name, a in ACTIVATIONS.items() if a.derivative])
def test_slopes_of_activations_come_to_those_of_training(name: str) -> None:
    activation = ACTIVATIONS[name]
    assert activation.derivative is not None
    for options, z in product(_options(activation), SUMS):
        if activation.explosive and z > 600:
            continue
        sums = np.array([z])
        outputs = activation.function(sums, **options)
        slope = float(activation.derivative(sums, outputs, **options)[0])
        at = UnitAt(Number("z", z), Number("a", float(outputs[0])), options)
        *helping, last = ACTIVATION_SLOPES[name](at)
        for step in helping:
            assert step.letter
            _expect(step.expression, step.expression.value())
        _expect(last.expression, slope)
        assert (last.condition == "") == (last.measured is None)


def test_softmax_has_a_slope_by_every_sum() -> None:
    activation = ACTIVATIONS["softmax"]
    assert activation.delta is not None
    z = np.array([0.3, -1.2, 2.0])
    a = activation.function(z)
    slopes = activation.delta(np.eye(3), z, a)
    for of, by in product(range(3), range(3)):
        other = None if of == by else Number("b", float(a[by]))
        at = UnitAt(Number("z", float(z[by])), Number("a", float(a[of])), {}, other)
        (step,) = ACTIVATION_SLOPES["softmax"](at)
        _expect(step.expression, float(slopes[of, by]))


def _at(loss: Loss, outputs: Sequence[float], targets: Sequence[float]) -> LossAt:
    return LossAt(
        [Number(f"Y_{{{k}}}", y) for k, y in enumerate(outputs, 1)],
        [Number(f"t_{{{k}}}", t) for k, t in enumerate(targets, 1)],
        loss,
        loss.defaults,
    )


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("width", [1, 2])
def test_losses_and_their_slopes_come_to_those_of_training(name: str, width: int) -> None:
    loss = LOSSES[name]
    if loss.distribution and width == 1:
        pytest.skip("of two outputs at least")
    outputs = OUTPUTS if loss.probabilities else [*OUTPUTS, [-3.0, 2.5], [1.0, 0.0]]
    for y, t in product(outputs, TARGETS):
        at = _at(loss, y[:width], t[:width])
        arrays = np.array([t[:width]]), np.array([y[:width]])
        slopes = loss.gradient(*arrays, **loss.defaults)[0]
        for unit in range(width):
            _expect(LOSS_SLOPES[name](at, unit).expression, float(slopes[unit]))
        terms = [LOSS_TERMS[name](at, unit) for unit in range(width)]
        value = float(loss.function(*arrays, **loss.defaults)[0])
        _expect(loss_of_example(at, terms), value)
