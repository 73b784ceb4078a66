"""The formulas of every loss and activation of the catalog, and of their slopes, to reckon with.

Y is an output and t its target, z a pre-activation and a = f(z). The slopes are the derivatives of
``app.core.losses`` and ``app.core.activation_functions``, written so that a pocket calculator
follows.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from app.core.losses import EPSILON, Loss
from app.web.arithmetic import (
    Expression,
    Number,
    constant,
    cosine,
    exponential,
    larger,
    logarithm,
    negated,
    root,
    sign,
    size,
    smaller,
    squared,
    tangent,
    total,
)

ONE, TWO, ZERO = constant(1.0), constant(2.0), constant(0.0)
HALF = constant(0.5)

_GELU_CUBIC = 0.044715
_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772, 1.0507009873554805


@dataclass(frozen=True)
class Step:
    """``letter``, in LaTeX, is ``expression``; the slope itself has no letter of its own.

    condition: in LaTeX, why this case of the formula holds, "" where there is but one; and measured
    the number that decides it.
    """

    expression: Expression
    letter: str = ""
    condition: str = ""
    measured: Number | None = None


@dataclass(frozen=True)
class UnitAt:
    """A unit for one example. other: where the activation mixes the units of its layer, the
    activation of another one, by whose pre-activation the slope is taken.
    """

    z: Number
    a: Number
    options: Mapping[str, Any]
    other: Number | None = None


Steps: TypeAlias = Iterator[Step]
"""Helping ones first; the last is the slope."""


def _linear(at: UnitAt) -> Steps:
    yield Step(ONE)


def _sigmoid(at: UnitAt) -> Steps:
    yield Step(at.a * (ONE - at.a))


def _tanh(at: UnitAt) -> Steps:
    yield Step(ONE - squared(at.a))


def _right_or_left(at: UnitAt, right: Expression, left: Expression) -> Step:
    """The slope right of 0, and that of all else."""
    if at.z.number > 0:
        return Step(right, condition=f"{at.z.symbol} > 0", measured=at.z)
    return Step(left, condition=rf"{at.z.symbol} \le 0", measured=at.z)


def _relu(at: UnitAt) -> Steps:
    yield _right_or_left(at, ONE, ZERO)


def _leaky_relu(at: UnitAt) -> Steps:
    yield _right_or_left(at, ONE, constant(at.options["negative_slope"]))


def _elu(at: UnitAt) -> Steps:
    yield _right_or_left(at, ONE, at.a + Number(r"\alpha", at.options["alpha"]))


def _selu(at: UnitAt) -> Steps:
    scale, alpha = Number(r"\lambda", _SELU_SCALE), Number(r"\alpha", _SELU_ALPHA)
    yield _right_or_left(at, scale, at.a + scale * alpha)


def _gelu(at: UnitAt) -> Steps:
    share = Step(HALF, r"\Phi", f"{at.z.symbol} = 0", at.z)
    if at.z.number:
        share = Step(at.a / at.z, r"\Phi")
    yield share
    phi = Number(r"\Phi", share.expression.value())
    if at.options["approximate"]:
        bend = constant(3.0 * _GELU_CUBIC) * squared(at.z)
        inner = root(TWO / Number(r"\pi", math.pi)) * (ONE + bend)
        yield Step(phi + TWO * at.z * phi * (ONE - phi) * inner)
        return
    bell = exponential(Number("-0.5", -0.5) * squared(at.z))
    yield Step(phi + at.z * bell / root(TWO * Number(r"\pi", math.pi)))


def _softplus(at: UnitAt) -> Steps:
    yield Step(ONE / (ONE + exponential(negated(at.z))))


def _softsign(at: UnitAt) -> Steps:
    yield Step(ONE / squared(ONE + size(at.z)))


def _silu(at: UnitAt) -> Steps:
    share = Step(ONE / (ONE + exponential(negated(at.z))), r"\sigma")
    yield share
    sigma = Number(r"\sigma", share.expression.value())
    yield Step(sigma + at.a * (ONE - sigma))


def _hard_sigmoid(at: UnitAt) -> Steps:
    if abs(at.z.number) < 3.0:
        yield Step(ONE / constant(6.0), condition=f"-3 < {at.z.symbol} < 3", measured=at.z)
    else:
        yield Step(ZERO, condition=rf"|{at.z.symbol}| \ge 3", measured=at.z)


def _exponential(at: UnitAt) -> Steps:
    yield Step(at.a)


def _softmax(at: UnitAt) -> Steps:
    yield Step(at.a * (ONE - at.a) if at.other is None else negated(at.a) * at.other)


ACTIVATION_SLOPES: dict[str, Callable[[UnitAt], Steps]] = {
    "linear": _linear,
    "sigmoid": _sigmoid,
    "tanh": _tanh,
    "relu": _relu,
    "leaky_relu": _leaky_relu,
    "elu": _elu,
    "selu": _selu,
    "gelu": _gelu,
    "softplus": _softplus,
    "softsign": _softsign,
    "silu": _silu,
    "hard_sigmoid": _hard_sigmoid,
    "exponential": _exponential,
    "softmax": _softmax,
}
"""da/dz of every activation of the catalog, by its name."""


@dataclass(frozen=True)
class LossAt:
    """The outputs of one example and their targets, in their order."""

    outputs: Sequence[Number]
    targets: Sequence[Number]
    loss: Loss
    options: Mapping[str, Any]

    @property
    def width(self) -> Number:
        """How many outputs the loss is a mean over."""
        return Number(str(len(self.outputs)), len(self.outputs))

    def mean(self, term: Expression) -> Expression:
        """What a term is in the loss of the example, which is a mean or a sum."""
        return term / self.width if self.loss.averaged and len(self.outputs) > 1 else term

    def error(self, unit: int) -> Expression:
        """Output minus target."""
        return self.outputs[unit] - self.targets[unit]


def _squared_slope(at: LossAt, unit: int) -> Step:
    return Step(at.mean(TWO) * at.error(unit))


def _half_squared_slope(at: LossAt, unit: int) -> Step:
    return Step(at.error(unit))


def _absolute_slope(at: LossAt, unit: int) -> Step:
    return Step(at.mean(sign(at.error(unit))))


def _huber_slope(at: LossAt, unit: int) -> Step:
    delta = Number("d", at.options["delta"])
    return Step(at.mean(smaller(larger(at.error(unit), negated(delta)), delta)))


def _log_cosh_slope(at: LossAt, unit: int) -> Step:
    return Step(at.mean(tangent(at.error(unit))))


def _binary_slope(at: LossAt, unit: int) -> Step:
    output = at.outputs[unit]
    if EPSILON <= output.number <= 1.0 - EPSILON:
        return Step(at.mean(at.error(unit) / (output * (ONE - output))))
    return _held(output)


def _held(share: Number) -> Step:
    """Where a probability is held short of 0 or 1, it makes no difference."""
    low = share.number < EPSILON
    condition = f"{share.symbol} < 10^{{-7}}" if low else f"{share.symbol} > 1 - 10^{{-7}}"
    return Step(ZERO, condition=condition, measured=share)


def _categorical_slope(at: LossAt, unit: int) -> Step:
    output, target = at.outputs[unit], at.targets[unit]
    every = math.fsum(number.number for number in at.outputs)
    free = [EPSILON <= y.number / every <= 1.0 - EPSILON for y in at.outputs]
    wanted = math.fsum(t.number for t, counts in zip(at.targets, free, strict=True) if counts)
    spread = Number(r"\textstyle\sum t", wanted) / Number(r"\textstyle\sum Y", every)
    return Step(spread - target / output if free[unit] else spread)


def _hinge_slope(at: LossAt, unit: int) -> Step:
    side = _side(at, unit)
    reach = Number(rf"{side.symbol}\,{at.outputs[unit].symbol}", _reach(at, unit))
    if reach.number < 1.0:
        return Step(at.mean(negated(side)), condition=f"{reach.symbol} < 1", measured=reach)
    return Step(ZERO, condition=rf"{reach.symbol} \ge 1", measured=reach)


def _side(at: LossAt, unit: int) -> Number:
    """The target, with -1 for 0."""
    target = at.targets[unit]
    return Number(target.symbol, target.number if target.number else -1.0)


def _reach(at: LossAt, unit: int) -> float:
    return _side(at, unit).number * at.outputs[unit].number


LOSS_SLOPES: dict[str, Callable[[LossAt, int], Step]] = {
    "mse": _squared_slope,
    "mae": _absolute_slope,
    "huber": _huber_slope,
    "log_cosh": _log_cosh_slope,
    "binary_crossentropy": _binary_slope,
    "categorical_crossentropy": _categorical_slope,
    "hinge": _hinge_slope,
    "half_squared_error": _half_squared_slope,
}
"""dE/dY of every loss of the catalog, by its name; E is the loss of the one example."""


def _squared_term(at: LossAt, unit: int) -> Expression:
    return squared(at.error(unit))


def _absolute_term(at: LossAt, unit: int) -> Expression:
    return size(at.error(unit))


def _huber_term(at: LossAt, unit: int) -> Expression:
    error, delta = at.error(unit), Number("d", at.options["delta"])
    if abs(error.value()) <= delta.number:
        return squared(error) / TWO
    return delta * (size(error) - delta / TWO)


def _log_cosh_term(at: LossAt, unit: int) -> Expression:
    return logarithm(cosine(at.error(unit)))


def _binary_term(at: LossAt, unit: int) -> Expression:
    target, output = at.targets[unit], _within(at.outputs[unit])
    parts = []
    if target.number:
        parts.append(negated(target) * logarithm(output))
    if target.number != 1.0:
        rest = Number(f"(1 - {target.symbol})", 1.0 - target.number)
        parts.append(negated(rest) * logarithm(ONE - output))
    return total(parts)


def _categorical_term(at: LossAt, unit: int) -> Expression:
    output, every = at.outputs[unit], math.fsum(number.number for number in at.outputs)
    share = _within(Number(output.symbol, output.number / every))
    return negated(at.targets[unit]) * logarithm(share)


def _within(share: Number) -> Number:
    """A probability as the logarithm is taken of it, held short of 0 and 1."""
    return Number(share.symbol, min(max(share.number, EPSILON), 1.0 - EPSILON))


def _hinge_term(at: LossAt, unit: int) -> Expression:
    return larger(ONE - _side(at, unit) * at.outputs[unit], ZERO)


LOSS_TERMS: dict[str, Callable[[LossAt, int], Expression]] = {
    "mse": _squared_term,
    "mae": _absolute_term,
    "huber": _huber_term,
    "log_cosh": _log_cosh_term,
    "binary_crossentropy": _binary_term,
    "categorical_crossentropy": _categorical_term,
    "hinge": _hinge_term,
    "half_squared_error": _squared_term,
}
"""What an output adds to the loss of its example, before that is averaged or halved."""


def loss_of_example(at: LossAt, terms: Sequence[Expression]) -> Expression:
    """E of one example. terms: of its outputs."""
    expression = total(terms)
    if at.loss.name == "half_squared_error":
        return HALF * expression
    return at.mean(expression)
