"""Functions of one or two numbers to be fitted: a sine curve, a plane, hills and hollows.

The surfaces are those that TensorFlow Playground (https://playground.tensorflow.org) made
familiar. What is random does not depend on ``noise``: turning it up disturbs the same points
further.
"""

from collections.abc import Callable

import numpy as np

from app.data.array_types import Floats
from app.data.examples import Table
from app.data.point_clouds import EXTENT

_SIDE = EXTENT[0][1]

# Middle of each hill (1) and hollow (-1) of multi_gaussian, like the fields of a chessboard.
_HILLS = tuple(
    (4.0 * column, 2.5 * row, 1.0 if (column + (row + 1) // 2) % 2 else -1.0)
    for column in (-1, 0, 1)
    for row in (-1, 1)
)


def sine(rng: np.random.Generator, *, samples: int, noise: float, periods: float) -> Table:
    """y = sin(periods * x) for x from -pi to pi, from left to right.

    One x falls into each of ``samples`` equal intervals.
    noise: deviation of a normal error added to y.
    """
    cells = np.arange(samples) + rng.random(samples)
    x = (2 * cells / samples - 1) * np.pi
    y = np.sin(periods * x) + noise * rng.standard_normal(samples)
    inputs, targets = x[:, np.newaxis], y[:, np.newaxis]
    return Table(
        inputs,
        targets,
        "regression",
        input_names=("x",),
        target_names=("y",),
        extent=((-4.0, 4.0),),
    )


def plane(rng: np.random.Generator, *, samples: int, noise: float) -> Table:
    """A slope from -1 in one corner of the square to 1 in the opposite one: (x + y) / 12.

    noise: a point takes the height of a place up to ``noise`` x 6 away from it either way.
    """
    return _surface(rng, samples, noise, lambda points: points.sum(axis=1) / (2 * _SIDE))


def multi_gaussian(rng: np.random.Generator, *, samples: int, noise: float) -> Table:
    """Three bell-shaped hills of height 1 and three such hollows, deviation 1, side by side.

    noise: a point takes the height of a place up to ``noise`` x 6 away from it either way.
    """
    return _surface(rng, samples, noise, _hills)


def _hills(points: Floats) -> Floats:
    height = np.zeros(len(points))
    for x, y, sign in _HILLS:
        squares = (points[:, 0] - x) ** 2 + (points[:, 1] - y) ** 2
        height += sign * np.exp(-squares / 2)
    return height


def _surface(
    rng: np.random.Generator, samples: int, noise: float, height: Callable[[Floats], Floats]
) -> Table:
    points = rng.uniform(-_SIDE, _SIDE, (samples, 2))
    seen = points + noise * rng.uniform(-_SIDE, _SIDE, points.shape)
    return Table(points, height(seen)[:, np.newaxis], "regression", extent=EXTENT)
