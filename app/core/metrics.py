"""Metrics: what people judge a network by. Nothing is learned from them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.core.entry import Array, Entry
from app.language import N_


@dataclass(frozen=True, kw_only=True)
class Metric(Entry):
    """function(targets, outputs): over all examples, shape (...).

    targets: (examples, outputs); outputs: (..., examples, outputs), such as those of many epochs.
    """

    function: Callable[[Array, Array], Array]


def mean_absolute_error(targets: Array, outputs: Array) -> Array:
    """Mean of |o - t|."""
    return _mean(np.abs(outputs - targets))


def mean_squared_error(targets: Array, outputs: Array) -> Array:
    """Mean of (o - t)^2."""
    return _mean(np.square(outputs - targets))


def root_mean_squared_error(targets: Array, outputs: Array) -> Array:
    """Root of the mean of (o - t)^2."""
    return np.sqrt(mean_squared_error(targets, outputs))


def binary_accuracy(targets: Array, outputs: Array) -> Array:
    """Share of the outputs that are on their target's side of 0.5."""
    return _mean(np.equal(targets, outputs > 0.5))


def categorical_accuracy(targets: Array, outputs: Array) -> Array:
    """Share of the examples whose largest output is where the largest target is."""
    share: Array = np.mean(outputs.argmax(axis=-1) == targets.argmax(axis=-1), axis=-1)
    return share


def accuracy(targets: Array, outputs: Array) -> Array:
    """The one that ``accuracy`` means for outputs of this width."""
    return resolve_metric("accuracy", outputs.shape[-1]).function(targets, outputs)


def r2_score(targets: Array, outputs: Array) -> Array:
    """1 - sum (o - t)^2 / sum (t - mean of t)^2, averaged over the outputs.

    An output whose target never varies counts 0, as in Keras.
    """
    residuals = np.square(outputs - targets).sum(axis=-2)
    squares = np.square(targets).sum(axis=0)
    variations = squares - np.square(targets.sum(axis=0)) / len(targets)
    # Sums of equal numbers leave a variation of a few last bits instead of 0.
    varies = variations > 1e-14 * squares
    scores: Array = varies * (1.0 - residuals / np.where(varies, variations, 1.0))
    mean: Array = np.add.reduce(scores, axis=-1) / scores.shape[-1]
    return mean


def _mean(values: Array) -> Array:
    """Over the last two axes."""
    mean: Array = np.add.reduce(values, axis=(-2, -1)) / (values.shape[-2] * values.shape[-1])
    return mean


_ALL = (
    Metric(
        "mae",
        N_("Mean absolute error"),
        N_("How far the outputs are from their targets on average, in the targets' own unit."),
        function=mean_absolute_error,
    ),
    Metric(
        "mse",
        N_("Mean squared error"),
        N_("The average of the squared distances: large errors weigh more."),
        function=mean_squared_error,
    ),
    Metric(
        "rmse",
        N_("Root mean squared error"),
        N_("The square root of the mean squared error, back in the targets' own unit."),
        function=root_mean_squared_error,
    ),
    Metric(
        "accuracy",
        N_("Accuracy"),
        N_(
            "The share of right answers: with one output, whether it is on the right side of 0.5; "
            "with several, whether the largest one is the right class."
        ),
        function=accuracy,
    ),
    Metric(
        "binary_accuracy",
        N_("Binary accuracy"),
        N_("The share of outputs that are on the right side of 0.5, for targets of 0 and 1."),
        function=binary_accuracy,
    ),
    Metric(
        "categorical_accuracy",
        N_("Categorical accuracy"),
        N_("The share of examples whose largest output is that of the right class."),
        function=categorical_accuracy,
    ),
    Metric(
        "r2",
        N_("R² score"),
        N_(
            "How much of the targets' variation the outputs explain: 1 is perfect, 0 is no better "
            "than always answering the mean, below 0 is worse than that."
        ),
        function=r2_score,
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
