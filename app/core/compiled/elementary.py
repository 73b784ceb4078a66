"""NumPy's element-by-element functions, as the compiled formulas call them.

A formula of the catalog says ``np.tanh(z)``; compiled, its ``np`` is this module. exp, expm1 and
tanh are written here without branches, so that a loop over them becomes vector instructions: a
library call for each number would take most of an epoch's time. The others are NumPy's own.

exp(x) is 2^n exp(r), with n the whole number nearest to x / ln 2 and r = x - n ln 2, which leaves
|r| <= ln 2 / 2 = 0.347. There the Taylor series of exp(r) - 1 up to r^13 misses by less than
r^14 / 14!, 4e-18 of its largest value. ln 2 is taken off in two parts, the first with so few bits
that its product with n is exact. All three functions are within 5e-16 of the true value, relative
to it, down to where doubles end.
"""

from math import factorial

import numpy as np
from numpy import (
    abs,
    copysign,
    log,
    log1p,
    logaddexp,
    maximum,
    minimum,
    sign,
    sqrt,
    square,
)

from app.core.compiled.jit import joined

__all__ = [
    "abs",
    "copysign",
    "exp",
    "expm1",
    "log",
    "log1p",
    "logaddexp",
    "maximum",
    "minimum",
    "sign",
    "sqrt",
    "square",
    "tanh",
]

_SERIES = tuple(1.0 / factorial(power) for power in range(13, 1, -1))
"""Of exp(r) - 1 - r, the highest power first."""

_ONE_OVER_LN_2 = 1.4426950408889634
_LN_2_HIGH = float.fromhex("0x1.62e42fee00000p-1")
_LN_2_LOW = 1.9082149292705877e-10

_LOWEST, _HIGHEST = -746.0, 710.0
"""Beyond these exp is 0, or more than a double holds."""

_TANH_IS_ONE = 44.0
"""From twice this number's half on, tanh is 1 to the last bit."""

_EXPONENT_BIAS, _EXPONENT_PLACE = 1023, 52


@joined
def _power_of_2(n: float) -> float:
    """2^n for a whole n from -1022 to 1023, made of its bits."""
    return np.int64((np.int64(n) + _EXPONENT_BIAS) << _EXPONENT_PLACE).view(np.float64)


@joined
def _remainder(x: float, n: float) -> float:
    return (x - n * _LN_2_HIGH) - n * _LN_2_LOW


@joined
def _expm1_of_remainder(r: float) -> float:
    series = _SERIES[0]
    for coefficient in _SERIES[1:]:
        series = series * r + coefficient
    return series * r * r + r


@joined
def exp(x: float) -> float:
    """e^x: 0 and infinity where a double cannot hold it."""
    x = np.minimum(np.maximum(x, _LOWEST), _HIGHEST)
    n = np.rint(x * _ONE_OVER_LN_2)
    # In two halves, since 2^n itself may be beyond a double where the product is not.
    half = np.floor(0.5 * n)
    power = 1.0 + _expm1_of_remainder(_remainder(x, n))
    return power * _power_of_2(half) * _power_of_2(n - half)


@joined
def expm1(x: float) -> float:
    """e^x - 1, exact near 0 too."""
    x = np.minimum(np.maximum(x, _LOWEST), _HIGHEST)
    n = np.rint(x * _ONE_OVER_LN_2)
    half = np.floor(0.5 * n)
    first, second = _power_of_2(half), _power_of_2(n - half)
    value = _expm1_of_remainder(_remainder(x, n)) * first * second + (first * second - 1.0)
    result: float = np.copysign(value, x)  # -0 is its own
    return result


@joined
def tanh(x: float) -> float:
    """m / (m + 2) with m = e^(2 |x|) - 1, and the sign of x."""
    twice = np.minimum(2.0 * np.abs(x), _TANH_IS_ONE)
    n = np.rint(twice * _ONE_OVER_LN_2)
    power = _power_of_2(n)
    m = _expm1_of_remainder(_remainder(twice, n)) * power + (power - 1.0)
    result: float = np.copysign(m / (m + 2.0), x)
    return result
