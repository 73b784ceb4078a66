import math

import numpy as np

from app.core.error_function import erf

POINTS = np.concatenate([np.linspace(-7.0, 7.0, 20_001), np.geomspace(1e-300, 1.0, 500)])


def test_erf_agrees_with_the_standard_library() -> None:
    expected = [math.erf(x) for x in POINTS]
    np.testing.assert_allclose(erf(POINTS), expected, rtol=0, atol=1e-15)


def test_erf_is_odd() -> None:
    np.testing.assert_array_equal(erf(-POINTS), -erf(POINTS))


def test_erf_reaches_one_and_stays_there() -> None:
    far = np.array([6.0, 7.0, 30.0, 1e3, 1e300, np.inf])
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_array_equal(erf(far), 1.0)
        np.testing.assert_array_equal(erf(-far), -1.0)


def test_erf_of_plain_numbers_is_that_of_arrays() -> None:
    points = POINTS[::997]
    np.testing.assert_allclose([erf(x) for x in points.tolist()], erf(points), rtol=0, atol=2e-16)
