"""Initializers: the values that parameters start with, with Keras 3's distributions.

Random numbers come from the generator that is passed in, so that the same seed gives the same
start. They are not the numbers that Keras draws, but are spread the same way.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from app.core.entry import Array, Entry, Option
from app.language import N_

_TRUNCATED_STDDEV = 0.8796256610342398
"""Standard deviation of a standard normal variable that is kept within -2 and 2."""


@dataclass(frozen=True, kw_only=True)
class Initializer(Entry):
    """draw(rng, shape, **options): starting values, an array of that shape.

    shape: (fan_in, fan_out) for a kernel, with fan_in the connections that lead into a unit of the
    layer and fan_out those that lead out of a unit before it; (units,) for a bias, where Keras
    takes both as ``units``.
    """

    draw: Callable[..., Array]


def variance_scaling(
    rng: np.random.Generator,
    shape: tuple[int, ...],
    *,
    scale: float,
    mode: Literal["fan_in", "fan_avg"],
    distribution: Literal["uniform", "normal"],
) -> Array:
    """Values of mean 0 and variance scale / fan, so that sums keep their size through layers.

    The normal distribution is cut at two standard deviations, and widened to make up for it.
    """
    fan_in, fan_out = shape[0], shape[-1]
    variance = scale / (fan_in if mode == "fan_in" else (fan_in + fan_out) / 2.0)
    if distribution == "uniform":
        return math.sqrt(3.0 * variance) * rng.uniform(-1.0, 1.0, shape)
    return math.sqrt(variance) / _TRUNCATED_STDDEV * truncated_normal(rng, shape)


def truncated_normal(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Standard normal values within -2 and 2; those beyond are drawn again."""
    values = rng.standard_normal(shape)
    while (beyond := np.abs(values) > 2.0).any():
        values[beyond] = rng.standard_normal(np.count_nonzero(beyond))
    return values


def random_uniform(
    rng: np.random.Generator, shape: tuple[int, ...], *, minval: float, maxval: float
) -> Array:
    """Values spread evenly from ``minval`` to ``maxval``, in whichever order these are given."""
    return minval + (maxval - minval) * rng.random(shape)


def random_normal(
    rng: np.random.Generator, shape: tuple[int, ...], *, mean: float, stddev: float
) -> Array:
    """Normally distributed values."""
    return mean + stddev * rng.standard_normal(shape)


def constant(rng: np.random.Generator, shape: tuple[int, ...], *, value: float) -> Array:
    """The same value everywhere."""
    return np.full(shape, value, dtype=np.float64)


def orthogonal(rng: np.random.Generator, shape: tuple[int, ...], *, gain: float) -> Array:
    """Rows at right angles to each other, or columns where there are more rows; length ``gain``.

    A bias, for which Keras has no such thing, is one row.

    The factor Q of a QR factorisation of normal values. Signs are taken from R's diagonal, which
    makes every such matrix equally likely. Source: Saxe et al. (2013), Mezzadri (2007).
    """
    rows, columns = shape if len(shape) == 2 else (1, shape[0])
    tall = rng.standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(tall)
    q = q * np.sign(np.diag(r))
    return gain * (q if rows >= columns else q.T).reshape(shape)


_ALL = (
    Initializer(
        "glorot_uniform",
        N_("Glorot uniform"),
        N_(
            "Spread evenly around 0, narrower the more units are connected, so that neither "
            "signals nor gradients grow or fade on the way. Keras's default; suits sigmoid and "
            "tanh."
        ),
        draw=partial(variance_scaling, scale=1.0, mode="fan_avg", distribution="uniform"),
    ),
    Initializer(
        "glorot_normal",
        N_("Glorot normal"),
        N_("As Glorot uniform, but bell-shaped: small values are more likely than large ones."),
        draw=partial(variance_scaling, scale=1.0, mode="fan_avg", distribution="normal"),
    ),
    Initializer(
        "he_uniform",
        N_("He uniform"),
        N_("Spread evenly, twice the variance to make up for the half that ReLU cuts away."),
        draw=partial(variance_scaling, scale=2.0, mode="fan_in", distribution="uniform"),
    ),
    Initializer(
        "he_normal",
        N_("He normal"),
        N_("As He uniform, but bell-shaped. The usual choice for ReLU and its relatives."),
        draw=partial(variance_scaling, scale=2.0, mode="fan_in", distribution="normal"),
    ),
    Initializer(
        "lecun_uniform",
        N_("LeCun uniform"),
        N_("Spread evenly; keeps the size of signals going forward, whatever happens backward."),
        draw=partial(variance_scaling, scale=1.0, mode="fan_in", distribution="uniform"),
    ),
    Initializer(
        "lecun_normal",
        N_("LeCun normal"),
        N_("As LeCun uniform, but bell-shaped. Belongs to SELU."),
        draw=partial(variance_scaling, scale=1.0, mode="fan_in", distribution="normal"),
    ),
    Initializer(
        "random_uniform",
        N_("Random uniform"),
        N_("Spread evenly over a range of your choice."),
        (
            Option("minval", "float", -0.05, N_("Lower end of the range.")),
            Option("maxval", "float", 0.05, N_("Upper end of the range.")),
        ),
        draw=random_uniform,
    ),
    Initializer(
        "random_normal",
        N_("Random normal"),
        N_("Bell-shaped, with a centre and a width of your choice."),
        (
            Option("mean", "float", 0.0, N_("Centre of the bell.")),
            Option("stddev", "float", 0.05, N_("Width of the bell: standard deviation."), low=0.0),
        ),
        draw=random_normal,
    ),
    Initializer(
        "zeros",
        N_("Zeros"),
        N_(
            "All 0. Right for biases. In a kernel all units of a layer start alike and get the "
            "same gradient, so they stay alike for ever."
        ),
        draw=partial(constant, value=0.0),
    ),
    Initializer(
        "ones",
        N_("Ones"),
        N_("All 1. In a kernel all units stay alike, as with zeros."),
        draw=partial(constant, value=1.0),
    ),
    Initializer(
        "constant",
        N_("Constant"),
        N_("All the same number of your choice. In a kernel all units stay alike, as with zeros."),
        (Option("value", "float", 0.0, N_("The number.")),),
        draw=constant,
    ),
    Initializer(
        "orthogonal",
        N_("Orthogonal"),
        N_(
            "A random rotation: units look in directions at right angles to each other, and "
            "lengths are kept. Good for deep networks."
        ),
        (Option("gain", "float", 1.0, N_("Factor on all values.")),),
        draw=orthogonal,
    ),
)

INITIALIZERS: dict[str, Initializer] = {initializer.name: initializer for initializer in _ALL}
