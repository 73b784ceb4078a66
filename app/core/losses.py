"""Loss functions and their gradients, with Keras 3's numbers.

Formulas are written with NumPy's element-by-element functions alone, as the activations are, and
give what automatic differentiation of Keras's own formula gives.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.core.entry import Array, Entry, Flags, Option, OptionValue
from app.language import N_

EPSILON = 1e-7
"""Keras's: a probability is held between EPSILON and 1 - EPSILON before its logarithm is taken."""

_LOG_2 = 0.6931471805599453


@dataclass(frozen=True, kw_only=True)
class Loss(Entry):
    """How far outputs are from their targets, example by example.

    terms(targets, outputs, **options): what each output adds to the loss of its example.
    slopes(targets, outputs, **options): the derivative of each term with respect to its output.
    bends(targets, outputs, **options): of each output a number that changes its sign where the
    loss has a kink or the end of a stretch, so that numeric differentiation across it misleads.
    None where there is no such place.
    All have the shape of the outputs, (examples, outputs), and each element depends on its own
    target and output only. Where ``distribution`` is True they are given the outputs' shares.
    averaged: the loss of an example is the mean of its terms; else their sum.
    probabilities: outputs must lie between 0 and 1.
    distribution: an example's outputs, at least two, are taken as the probabilities of classes
    that exclude each other: each is divided by their sum first. Targets add up to 1.
    """

    terms: Callable[..., Array]
    slopes: Callable[..., Array]
    bends: Callable[..., Array] | None = None
    averaged: bool = True
    probabilities: bool = False
    distribution: bool = False

    def function(self, targets: Array, outputs: Array, **options: OptionValue) -> Array:
        """The loss of each example, shape (examples,), from arrays of shape (examples, outputs)."""
        if self.distribution:
            outputs = outputs / _sum(outputs)
        total: Array = np.add.reduce(self.terms(targets, outputs, **options), axis=-1)
        width = outputs.shape[-1]
        return total / width if self.averaged and width > 1 else total

    def gradient(self, targets: Array, outputs: Array, **options: OptionValue) -> Array:
        """d(loss of an example)/d(its outputs), shape (examples, outputs).

        Not divided by the number of examples. With shares q = o / sum_j o_j and slopes u it is
        (u_i - sum_j u_j q_j) / sum_j o_j: the second term stems from dividing by the sum.
        """
        if self.distribution:
            total = _sum(outputs)
            shares = outputs / total
            slopes = self.slopes(targets, shares, **options)
            slopes = (slopes - _sum(slopes * shares)) / total
        else:
            slopes = self.slopes(targets, outputs, **options)
        width = outputs.shape[-1]
        return slopes / width if self.averaged and width > 1 else slopes


def _sum(values: Array) -> Array:
    """Of each example, to be divided by: shape (..., 1)."""
    total: Array = np.add.reduce(values, axis=-1, keepdims=True)
    return total


def squared_error(targets: Array, outputs: Array) -> Array:
    """(o - t)^2."""
    return np.square(outputs - targets)


def squared_error_slope(targets: Array, outputs: Array) -> Array:
    """2 (o - t)."""
    return 2.0 * (outputs - targets)


def half_squared_error(targets: Array, outputs: Array) -> Array:
    """(o - t)^2 / 2."""
    return 0.5 * np.square(outputs - targets)


def half_squared_error_slope(targets: Array, outputs: Array) -> Array:
    """o - t."""
    return outputs - targets


def absolute_error(targets: Array, outputs: Array) -> Array:
    """|o - t|."""
    return np.abs(outputs - targets)


def absolute_error_slope(targets: Array, outputs: Array) -> Array:
    """The sign of o - t; 0 where they are equal."""
    return np.sign(outputs - targets)


def absolute_error_bend(targets: Array, outputs: Array) -> Array:
    """o - t."""
    return outputs - targets


def huber(targets: Array, outputs: Array, delta: float) -> Array:
    """With e = o - t: e^2 / 2 where |e| <= delta, else delta |e| - delta^2 / 2.

    Both are c (e - c / 2), with c the error held between -delta and delta.
    """
    error = outputs - targets
    held: Array = np.minimum(np.maximum(error, -delta), delta)
    return held * (error - 0.5 * held)


def huber_slope(targets: Array, outputs: Array, delta: float) -> Array:
    """The error held between -delta and delta."""
    return np.minimum(np.maximum(outputs - targets, -delta), delta)


def huber_bend(targets: Array, outputs: Array, delta: float) -> Array:
    """|o - t| - delta."""
    return np.abs(outputs - targets) - delta


def log_cosh(targets: Array, outputs: Array) -> Array:
    """log(cosh(o - t)) = log(exp(e) + exp(-e)) - log(2)."""
    error = outputs - targets
    return np.logaddexp(error, -error) - _LOG_2


def log_cosh_slope(targets: Array, outputs: Array) -> Array:
    """tanh(o - t)."""
    return np.tanh(outputs - targets)


def binary_crossentropy(targets: Array, outputs: Array) -> Array:
    """-(t log(p) + (1 - t) log(1 - p)), with p the output held inside (0, 1) by EPSILON."""
    p: Array = np.minimum(np.maximum(outputs, EPSILON), 1.0 - EPSILON)
    return (targets - 1.0) * np.log1p(-p) - targets * np.log(p)


def binary_crossentropy_slope(targets: Array, outputs: Array) -> Array:
    """(p - t) / (p (1 - p)); 0 where the output was held, for it then makes no difference."""
    p: Array = np.minimum(np.maximum(outputs, EPSILON), 1.0 - EPSILON)
    free: Flags = p == outputs
    return free * (p - targets) / (p * (1.0 - p))


def probability_bend(targets: Array, outputs: Array) -> Array:
    """Positive where a probability is taken as it is, negative where it is held."""
    return (outputs - EPSILON) * (1.0 - EPSILON - outputs)


def categorical_crossentropy(targets: Array, outputs: Array) -> Array:
    """-t log(p), with p the output, a share of the sum, held inside (0, 1) by EPSILON."""
    return -targets * np.log(np.minimum(np.maximum(outputs, EPSILON), 1.0 - EPSILON))


def categorical_crossentropy_slope(targets: Array, outputs: Array) -> Array:
    """-t / p; 0 where the output was held, for it then makes no difference."""
    p: Array = np.minimum(np.maximum(outputs, EPSILON), 1.0 - EPSILON)
    free: Flags = p == outputs
    return free * -targets / p


def hinge(targets: Array, outputs: Array) -> Array:
    """max(1 - t o, 0), with targets of 0 taken as -1.

    Keras does so where all targets of a batch are 0 or 1; every target stands for itself here.
    """
    return np.maximum(1.0 - _signs(targets) * outputs, 0.0)


def hinge_slope(targets: Array, outputs: Array) -> Array:
    """-t where t o < 1, else 0. At the corner itself Keras's backends differ; it is 0 here."""
    signs = _signs(targets)
    short: Flags = signs * outputs < 1.0
    return short * -signs


def hinge_bend(targets: Array, outputs: Array) -> Array:
    """1 - t o."""
    return 1.0 - _signs(targets) * outputs


def _signs(targets: Array) -> Array:
    zero: Flags = targets == 0.0
    return targets - zero


_ALL = (
    Loss(
        "mse",
        N_("Mean squared error"),
        N_(
            "The square of the distance between output and target, averaged. Large errors count "
            "far more than small ones. Behind a sigmoid the gradient nearly vanishes where the "
            "answer is confidently wrong."
        ),
        terms=squared_error,
        slopes=squared_error_slope,
    ),
    Loss(
        "mae",
        N_("Mean absolute error"),
        N_(
            "The distance between output and target, averaged. Its slope is the same however large "
            "the error, so a few wild examples do not dominate."
        ),
        terms=absolute_error,
        slopes=absolute_error_slope,
        bends=absolute_error_bend,
    ),
    Loss(
        "huber",
        N_("Huber"),
        N_(
            "Half the squared error for small errors and a straight line for large ones: smooth at "
            "the target, patient with wild examples."
        ),
        (
            Option(
                "delta",
                "float",
                1.0,
                N_("The error at which the parabola turns into a straight line."),
                above=0.0,
            ),
        ),
        terms=huber,
        slopes=huber_slope,
        bends=huber_bend,
    ),
    Loss(
        "log_cosh",
        N_("Log-cosh"),
        N_(
            "Nearly half the squared error for small errors and nearly the absolute error for "
            "large ones, with no seam between the two. Its slope is tanh of the error."
        ),
        terms=log_cosh,
        slopes=log_cosh_slope,
    ),
    Loss(
        "binary_crossentropy",
        N_("Binary cross-entropy"),
        N_(
            "How surprised the network is by the right answer, when each output is the probability "
            "of a yes. A confident wrong answer costs a great deal, and behind a sigmoid its slope "
            "stays steep: delta is simply output minus target."
        ),
        terms=binary_crossentropy,
        slopes=binary_crossentropy_slope,
        bends=probability_bend,
        probabilities=True,
    ),
    Loss(
        "categorical_crossentropy",
        N_("Categorical cross-entropy"),
        N_(
            "How surprised the network is by the right class, when the outputs are the "
            "probabilities of classes that exclude each other. Goes with softmax."
        ),
        terms=categorical_crossentropy,
        slopes=categorical_crossentropy_slope,
        bends=probability_bend,
        averaged=False,
        probabilities=True,
        distribution=True,
    ),
    Loss(
        "hinge",
        N_("Hinge"),
        N_(
            "Wants the output beyond 1 on the right side, 1 or -1; targets of 0 are taken as -1. "
            "Examples already beyond it cost nothing and teach nothing. Goes with tanh or linear "
            "outputs."
        ),
        terms=hinge,
        slopes=hinge_slope,
        bends=hinge_bend,
    ),
    Loss(
        "half_squared_error",
        N_("Half squared error"),
        N_(
            "The textbook's E = 1/2 sum (Y - t)^2. The half cancels the 2 of the derivative, so "
            "the slope is simply output minus target."
        ),
        terms=half_squared_error,
        slopes=half_squared_error_slope,
        averaged=False,
    ),
)

LOSSES: dict[str, Loss] = {loss.name: loss for loss in _ALL}
