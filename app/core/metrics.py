"""Metrics: what people judge a network by. Nothing is learned from them.

Each is computed in two steps, so that batches can be added up: statistics, summed over the
examples of a batch, and a result from the sums over all of them.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.core.entry import Array, Entry
from app.language import N_


@dataclass(frozen=True, kw_only=True)
class Metric(Entry):
    """statistics(targets, outputs): sums over the examples, a 1-D array that may be added up.

    targets and outputs: (examples, outputs). result(totals, examples): the metric, from the
    statistics added up and the number of examples they come from.
    """

    statistics: Callable[[Array, Array], Array]
    result: Callable[[Array, int], float]


def _mean(totals: Array, examples: int) -> float:
    return float(totals[0]) / examples


def _root_mean(totals: Array, examples: int) -> float:
    return math.sqrt(_mean(totals, examples))


def absolute_errors(targets: Array, outputs: Array) -> Array:
    """Sum of |o - t|, averaged over the outputs; shape (1,)."""
    return np.array([np.abs(outputs - targets).sum() / outputs.shape[1]])


def squared_errors(targets: Array, outputs: Array) -> Array:
    """Sum of (o - t)^2, averaged over the outputs; shape (1,)."""
    return np.array([np.square(outputs - targets).sum() / outputs.shape[1]])


def correct_sides(targets: Array, outputs: Array) -> Array:
    """Number of outputs on their target's side of 0.5, averaged over the outputs; shape (1,)."""
    return np.array([np.count_nonzero(targets == (outputs > 0.5)) / outputs.shape[1]])


def correct_classes(targets: Array, outputs: Array) -> Array:
    """Number of examples whose largest output is where the largest target is; shape (1,)."""
    right = outputs.argmax(axis=1) == targets.argmax(axis=1)
    return np.array([float(np.count_nonzero(right))])


def correct_answers(targets: Array, outputs: Array) -> Array:
    """What ``accuracy`` counts for outputs of this width; shape (1,)."""
    return resolve_metric("accuracy", outputs.shape[1]).statistics(targets, outputs)


def sums_for_r2(targets: Array, outputs: Array) -> Array:
    """Of each output the sum of t, of t^2 and of (o - t)^2; shape (3 * outputs,)."""
    return np.concatenate(
        [
            targets.sum(axis=0),
            np.square(targets).sum(axis=0),
            np.square(outputs - targets).sum(axis=0),
        ]
    )


def r2_score(totals: Array, examples: int) -> float:
    """1 - sum (o - t)^2 / sum (t - mean of t)^2, averaged over the outputs.

    An output whose target never varies counts 0, as in Keras.
    """
    sums, squares, residuals = totals.reshape(3, -1)
    variations = squares - sums * sums / examples
    scores = []
    for residual, variation, square in zip(residuals, variations, squares, strict=True):
        # Sums of equal numbers leave a variation of a few last bits instead of 0.
        varies = variation > 1e-14 * square
        scores.append(1.0 - residual / variation if varies else 0.0)
    return float(sum(scores)) / len(scores)


_ALL = (
    Metric(
        "mae",
        N_("Mean absolute error"),
        N_("How far the outputs are from their targets on average, in the targets' own unit."),
        statistics=absolute_errors,
        result=_mean,
    ),
    Metric(
        "mse",
        N_("Mean squared error"),
        N_("The average of the squared distances: large errors weigh more."),
        statistics=squared_errors,
        result=_mean,
    ),
    Metric(
        "rmse",
        N_("Root mean squared error"),
        N_("The square root of the mean squared error, back in the targets' own unit."),
        statistics=squared_errors,
        result=_root_mean,
    ),
    Metric(
        "accuracy",
        N_("Accuracy"),
        N_(
            "The share of right answers: with one output, whether it is on the right side of 0.5; "
            "with several, whether the largest one is the right class."
        ),
        statistics=correct_answers,
        result=_mean,
    ),
    Metric(
        "binary_accuracy",
        N_("Binary accuracy"),
        N_("The share of outputs that are on the right side of 0.5, for targets of 0 and 1."),
        statistics=correct_sides,
        result=_mean,
    ),
    Metric(
        "categorical_accuracy",
        N_("Categorical accuracy"),
        N_("The share of examples whose largest output is that of the right class."),
        statistics=correct_classes,
        result=_mean,
    ),
    Metric(
        "r2",
        N_("R² score"),
        N_(
            "How much of the targets' variation the outputs explain: 1 is perfect, 0 is no better "
            "than always answering the mean, below 0 is worse than that."
        ),
        statistics=sums_for_r2,
        result=r2_score,
    ),
)

METRICS: dict[str, Metric] = {metric.name: metric for metric in _ALL}


def resolve_metric(name: str, outputs: int) -> Metric:
    """The metric called ``name`` for a network with so many outputs.

    As in Keras, ``accuracy`` is the binary one for one output and the categorical one for more.
    Raises KeyError for an unknown name.
    """
    if name == "accuracy":
        name = "binary_accuracy" if outputs == 1 else "categorical_accuracy"
    return METRICS[name]
