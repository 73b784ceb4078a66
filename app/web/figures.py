"""Numbers as a reader sees them: a true minus sign, fixed digits, an exponent where they end.

The same rules as ``static/js/format.js``, so that a number looks alike wherever it was written.
"""

import math
import re
from collections.abc import Sequence

from markupsafe import Markup

MINUS = "\u2212"

TINY, HUGE = 1e-4, 1e6
"""Numbers beyond these sizes have an exponent, where their digits are to be told."""


def figure(value: float | None, digits: int = 4) -> str:
    """``-0.0695`` as "−0.0695", ``3.2e-7`` as "3.2e−7", None as "–"."""
    if value is None or math.isnan(value):
        return "\u2013"
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    size = abs(value)
    if size >= HUGE:
        return _exponential(value)
    if size >= 1000:
        return _fixed(value, min(digits, 1))
    return _fixed(value, min(digits, 2) if size >= 100 else digits)


FEWEST = 4
"""Significant digits that a calculation on paper wants of each number."""


def precise(value: float | None, digits: int = FEWEST) -> str:
    """As ``figure``, with at least so many significant digits: ``0.0006912`` as "0.0006912"."""
    return alike([value], digits)[0]


def alike(values: Sequence[float | None], digits: int = FEWEST) -> list[str]:
    """Numbers of one sum, with as many decimals as the largest of them needs for so many
    significant digits, so that what is shown adds up.
    """
    sizes = [abs(value) for value in values if value is not None and math.isfinite(value)]
    largest = max(sizes, default=0.0)
    if 0 < largest < TINY or largest >= HUGE:
        return [_exponential(x, digits - 1) if x and _finite(x) else figure(x) for x in values]
    usual = 1 if largest >= 1000 else 2 if largest >= 100 else FEWEST
    places = digits - 1 - math.floor(math.log10(largest)) if largest else 0
    return [_fixed(value, max(usual, places)) for value in values]


def _finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def bracketed(text: str) -> str:
    """A number as it stands behind an operator: a negative one in brackets, "(−0.0695)"."""
    return f"({text})" if text.startswith(MINUS) else text


_INDEXED = re.compile(r"(b(?=[A-Z])|[^\W\d_]+)_?([A-Z]?\d[\d,]*)")


def subscripted(label: str) -> Markup:
    """A label as the drawing writes it, its index set low: "W1" as W and a low 1."""
    found = _INDEXED.fullmatch(label)
    if not found:
        return Markup("{}").format(label)
    return Markup("{}<sub>{}</sub>").format(found[1], found[2])


def short(value: float) -> str:
    """A number as short as it can be said to six digits: "0.5", "12", "1e−7"."""
    return _tidy(f"{value + 0.0:.6g}").replace("-", MINUS)


def count(number: int) -> str:
    """A whole number, its thousands set apart: "12,345"."""
    return f"{number:,}"


def typed(value: object) -> str:
    """A value of a spec as one would type it into a field; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _tidy(f"{value:.15g}")
    return str(value)


def _fixed(value: float | None, digits: int) -> str:
    """With so many decimals, unless they would hide the number."""
    if value is None or not math.isfinite(value):
        return figure(value)
    if 0 < abs(value) < 0.5 * 10**-digits:
        return _exponential(value)
    return f"{value + 0.0:.{digits}f}".replace("-", MINUS)


def _exponential(value: float, digits: int = 1) -> str:
    return _tidy(f"{value:.{digits}e}").replace("-", MINUS)


def _tidy(text: str) -> str:
    """Without the zeros and the plus that Python puts into an exponent: 1e-07 as 1e-7."""
    digits, mark, exponent = text.partition("e")
    return f"{digits}e{int(exponent)}" if mark else digits
