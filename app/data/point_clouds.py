"""Points in the plane that belong to one of two classes.

The four shapes that TensorFlow Playground (https://playground.tensorflow.org) made familiar, with
coordinates from about -6 to 6. Each takes the generator's numbers in an order of its own that does
not depend on ``noise``: turning the noise up disturbs the same points further. Classes alternate
from one example to the next, so without noise they are equally many (or one apart).
"""

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.data.array_types import Floats
from app.data.examples import Table

Labels: TypeAlias = Literal["0/1", "-1/1"]
Bits: TypeAlias = NDArray[np.bool_]

EXTENT = ((-6.0, 6.0), (-6.0, 6.0))
"""The square to plot points of the plane over."""

_RADIUS = 5.0

INNER_RADIUS = 0.5 * _RADIUS
"""Of the disc that class 1 of ``circle`` fills."""

GAP = 0.3
"""Half the width of the empty cross between the classes of ``xor_cloud``."""

CENTRE = 2.0
"""Both coordinates of the middle of class 1 of ``gaussians``; class 0 lies opposite."""

_TURNS = 1.75


def circle(rng: np.random.Generator, *, samples: int, noise: float, labels: Labels) -> Table:
    """A disc (class 1) within a ring (class 0), both evenly filled.

    noise: a point takes the class of a place up to ``noise`` radii away from it either way.
    """
    ones = _alternating(samples)
    inner = np.where(ones, 0.0, 0.7 * _RADIUS)
    outer = np.where(ones, INNER_RADIUS, _RADIUS)
    # Evenly over an area is evenly over the square of the radius.
    radius = np.sqrt(rng.uniform(inner**2, outer**2))
    angle = rng.uniform(0, 2 * np.pi, samples)
    points = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    seen = points + noise * rng.uniform(-_RADIUS, _RADIUS, points.shape)
    return _cloud(points, np.hypot(*seen.T) < INNER_RADIUS, labels)


def xor_cloud(rng: np.random.Generator, *, samples: int, noise: float, labels: Labels) -> Table:
    """Class 1 where the signs of the coordinates differ, as in the truth table of exclusive or.

    noise: a point takes the class of a place up to ``noise`` x 5 away from it either way.
    """
    ones = _alternating(samples)
    sign = np.where(rng.random(samples) < 0.5, -1.0, 1.0)
    signs = np.column_stack([sign, np.where(ones, -sign, sign)])
    points = signs * rng.uniform(GAP, _RADIUS + GAP, signs.shape)
    seen = points + noise * rng.uniform(-_RADIUS, _RADIUS, points.shape)
    return _cloud(points, (seen[:, 0] < 0) != (seen[:, 1] < 0), labels)


def gaussians(rng: np.random.Generator, *, samples: int, noise: float, labels: Labels) -> Table:
    """Two round normal clouds, class 1 about (2, 2) and class 0 about (-2, -2).

    noise: widens them, from a deviation of 0.7 at 0 to 2 at 0.5.
    """
    ones = _alternating(samples)
    centres = np.where(ones, CENTRE, -CENTRE)[:, np.newaxis]
    points = centres + (0.7 + 2.6 * noise) * rng.standard_normal((samples, 2))
    return _cloud(points, ones, labels)


def spiral(rng: np.random.Generator, *, samples: int, noise: float, labels: Labels) -> Table:
    """Two arms of an Archimedean spiral, each 1 3/4 turns from the middle to radius 5.

    noise: moves each point up to ``noise`` either way, along both axes.
    """
    ones = _alternating(samples)
    arm = (samples + 1) // 2
    along = np.repeat(np.arange(arm) / arm, 2)[:samples]
    angle = 2 * np.pi * _TURNS * along + np.where(ones, 0.0, np.pi)
    radius = _RADIUS * along
    points = np.column_stack([radius * np.sin(angle), radius * np.cos(angle)])
    points += noise * rng.uniform(-1, 1, points.shape)
    return _cloud(points, ones, labels)


def _alternating(samples: int) -> Bits:
    bits: Bits = np.arange(samples) % 2 == 0
    return bits


def _cloud(points: Floats, ones: Bits, labels: Labels) -> Table:
    low = -1.0 if labels == "-1/1" else 0.0
    targets = np.where(ones, 1.0, low)[:, np.newaxis]
    return Table(points, targets, "classification", extent=EXTENT)
