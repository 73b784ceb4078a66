"""Calculations that come out on paper: numbers with as many digits as it takes to come to the
result that is shown.

Whoever reckons with the numbers that are shown and rounds what comes out like the result has the
result, to its last digit.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from app.web.arithmetic import Expression, shown_value
from app.web.figures import FEWEST, MINUS, alike, precise

MOST = 17
"""Digits that are shown at most, where a difference of almost equal numbers asks for many: a double
has no more.
"""

_HALF = 0.5 * (1.0 + 1e-9)
"""Half a unit of the last digit, for numbers that are rounded themselves when they are compared."""


@dataclass(frozen=True)
class Addend:
    """A term of a sum. operator: what stands before it, "+" or a minus sign; nothing before the
    first. text: the term, which has a sign of its own only where it comes first. sign:
    ``positive``, ``negative`` or ``zero``.
    """

    operator: str
    text: str
    sign: str


def sign_of(value: float) -> str:
    """The class that gives a number its colour."""
    return "positive" if value > 0 else "negative" if value < 0 else "zero"


def rounds_to(value: float, shown: str) -> bool:
    """Whether a number is the one that is shown, rounded to its last digit."""
    return abs(value - shown_value(shown)) <= _HALF * last_digit(shown)


def last_digit(shown: str) -> float:
    """What one in the last digit of a figure is worth: 0.0001 of "−0.0695"."""
    mantissa, _mark, exponent = shown.partition("e")
    decimals = len(mantissa.partition(".")[2])
    return float(10.0 ** (int(exponent.replace(MINUS, "-") or 0) - decimals))


def digits_for(*goals: tuple[Expression, str]) -> int:
    """How many digits the numbers of each expression need to come to the figure beside it."""
    finite = [goal for goal in goals if math.isfinite(goal[0].value())]
    for digits in range(FEWEST, MOST):
        if all(rounds_to(expression.value(digits), shown) for expression, shown in finite):
            return digits
    return MOST


def calculated(expression: Expression, result: float) -> str:
    """``expression`` in numbers that come to what ``precise`` shows of ``result``."""
    return expression.text(digits_for((expression, precise(result))))


def addends(terms: Sequence[Expression], digits: int) -> tuple[Addend, ...]:
    """A sum's terms one after another, in numbers of so many digits."""
    texts = [term.text(digits) for term in terms]
    return _joined(texts, [term.value() for term in terms])


def summands(values: Sequence[float], total: str) -> tuple[Addend, ...]:
    """Numbers, with the same decimals, that add up to the total that is shown."""
    texts: list[str] = []
    for digits in range(FEWEST, MOST + 1):
        texts = alike(values, digits)
        if not all(map(math.isfinite, values)):
            break
        if rounds_to(math.fsum(map(shown_value, texts)), total):
            break
    return _joined(texts, values)


def told(addend: Addend) -> str:
    """A number of a sum by itself, its sign before it."""
    return f"{MINUS}{addend.text}" if addend.operator == MINUS else addend.text


def _joined(texts: Sequence[str], values: Sequence[float]) -> tuple[Addend, ...]:
    return tuple(
        Addend(*(("", text) if place == 0 else _behind(text)), sign_of(value))
        for place, (text, value) in enumerate(zip(texts, values, strict=True))
    )


def _behind(text: str) -> tuple[str, str]:
    """A term behind others: its operator, and what follows it."""
    return (MINUS, text.removeprefix(MINUS)) if text.startswith(MINUS) else ("+", text)
