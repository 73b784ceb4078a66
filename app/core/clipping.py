"""Gradient clipping, as in Keras 3: shorten a gradient that is too long before it is applied.

The gradient is one flat vector of shape (parameters,); ``variables`` are the stretches of it that
are one trained kernel or bias each.
"""

import math
from collections.abc import Sequence

import numpy as np

from app.core.entry import Array


def clip(
    gradient: Array,
    variables: Sequence[slice],
    clipnorm: float | None = None,
    clipvalue: float | None = None,
    global_clipnorm: float | None = None,
) -> Array:
    """``gradient`` clipped in the one way that is given, or itself where none is.

    Raises ValueError where more than one is given.
    """
    if (clipnorm is not None) + (clipvalue is not None) + (global_clipnorm is not None) > 1:
        raise ValueError("only one of clipnorm, clipvalue and global_clipnorm may be set")
    if clipnorm is not None:
        return clip_by_norm(gradient, variables, clipnorm)
    if clipvalue is not None:
        return clip_by_value(gradient, clipvalue)
    if global_clipnorm is not None:
        return clip_by_global_norm(gradient, variables, global_clipnorm)
    return gradient


def clip_by_norm(gradient: Array, variables: Sequence[slice], clipnorm: float) -> Array:
    """Shorten the gradient of each variable by itself to a length of ``clipnorm`` at most.

    What belongs to no variable stays as it is.
    """
    clipped = gradient.copy()
    for variable in variables:
        clipped[variable] *= shortening(_norm(gradient[variable]), clipnorm)
    return clipped


def clip_by_value(gradient: Array, clipvalue: float) -> Array:
    """Hold every element between -clipvalue and clipvalue."""
    return np.minimum(np.maximum(gradient, -clipvalue), clipvalue)


def clip_by_global_norm(
    gradient: Array, variables: Sequence[slice], global_clipnorm: float
) -> Array:
    """Shorten the whole gradient, in its direction, to a length of ``global_clipnorm`` at most.

    The length is that over all variables together; parameters outside them do not count.
    """
    return gradient * shortening(_norm_of_all(gradient, variables), global_clipnorm)


def shortening(norm: float, clipnorm: float) -> float:
    """What to multiply a vector of length ``norm`` by, so that it is at most ``clipnorm`` long."""
    return clipnorm / max(norm, clipnorm)


def clipped_norm(
    gradient: Array,
    variables: Sequence[slice],
    index: int,
    clipnorm: float | None = None,
    clipvalue: float | None = None,
    global_clipnorm: float | None = None,
) -> float | None:
    """The length that decides how much ``clip`` shortens the element at ``index``: that of its
    variable, or of all together; None where its length decides nothing.
    """
    if global_clipnorm is not None:
        return _norm_of_all(gradient, variables)
    if clipnorm is None:
        return None
    own = (at for at in variables if at.start <= index < at.stop)
    return next((_norm(gradient[variable]) for variable in own), None)


def _norm_of_all(gradient: Array, variables: Sequence[slice]) -> float:
    return math.hypot(*(_norm(gradient[variable]) for variable in variables))


def _norm(vector: Array) -> float:
    return math.sqrt(vector @ vector)
