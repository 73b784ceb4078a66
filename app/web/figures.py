"""Numbers as a reader sees them: a true minus sign, fixed digits, an exponent where they end.

The same rules as ``static/js/format.js``, so that a number looks alike wherever it was written.
"""

import math
import re

from markupsafe import Markup

MINUS = "\u2212"


def figure(value: float | None, digits: int = 4) -> str:
    """``-0.0695`` as "−0.0695", ``3.2e-7`` as "3.2e−7", None as "–"."""
    if value is None or math.isnan(value):
        return "\u2013"
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    size = abs(value)
    if size >= 1e6 or 0 < size < 0.5 * 10**-digits:
        return _exponential(value)
    if size >= 1000:
        digits = min(digits, 1)
    elif size >= 100:
        digits = min(digits, 2)
    return f"{value + 0.0:.{digits}f}".replace("-", MINUS)


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


def _exponential(value: float) -> str:
    return _tidy(f"{value:.1e}").replace("-", MINUS)


def _tidy(text: str) -> str:
    """Without the zeros and the plus that Python puts into an exponent: 1e-07 as 1e-7."""
    digits, mark, exponent = text.partition("e")
    return f"{digits}e{int(exponent)}" if mark else digits
