"""The functions that the compiled formulas call, against NumPy's."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.compiled import elementary

OURS = ("exp", "expm1", "tanh")
every = pytest.mark.parametrize("name", OURS)
TINY = 2.3e-308
"""Below it doubles have fewer digits."""


def _both(name: str) -> tuple[Callable[[float], float], Any]:
    return getattr(elementary, name), getattr(np, name)


@every
@settings(deadline=None)  # the first call compiles
@given(x=st.floats(-745.0, 709.0) | st.floats(-1.0, 1.0) | st.floats(-1e-5, 1e-5))
def test_they_are_right_to_the_last_digits(name: str, x: float) -> None:
    ours, numpys = _both(name)
    expected = float(numpys(x))
    assert ours(x) == pytest.approx(expected, rel=5e-16, abs=0 if abs(expected) > TINY else 5e-324)


@every
@pytest.mark.parametrize(
    "x", [0.0, -0.0, 1e-320, -1e-320, 1e308, -1e308, 800.0, -800.0, math.inf, -math.inf]
)
def test_they_end_where_numpys_end(name: str, x: float) -> None:
    ours, numpys = _both(name)
    with np.errstate(over="ignore", under="ignore"):
        expected = float(numpys(x))
    assert ours(x) == expected
    assert math.copysign(1.0, ours(x)) == math.copysign(1.0, expected)


@every
def test_what_is_not_a_number_stays_so(name: str) -> None:
    assert math.isnan(_both(name)[0](math.nan))


def test_all_others_are_numpys_own() -> None:
    for name in set(elementary.__all__) - set(OURS):
        assert getattr(elementary, name) is getattr(np, name)
