"""Sums and products as one writes them on paper: "0.0007 − 0.0002", "−0.1 · (−0.0695)"."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.web.figures import MINUS, bracketed


@dataclass(frozen=True)
class Addend:
    """A number of a sum. operator: what stands before it, "+" or a minus sign; nothing before the
    first. text: the number, which has a sign of its own only where it comes first. sign:
    ``positive``, ``negative`` or ``zero``.
    """

    operator: str
    text: str
    sign: str


def sign_of(value: float) -> str:
    """The class that gives a number its colour."""
    return "positive" if value > 0 else "negative" if value < 0 else "zero"


def addends(values: Sequence[float], figures: Sequence[str]) -> tuple[Addend, ...]:
    """A sum's numbers one after another. figures: the values as they are told."""
    return tuple(
        Addend(*(("", text) if place == 0 else added(text)), sign_of(value))
        for place, (value, text) in enumerate(zip(values, figures, strict=True))
    )


def added(text: str) -> tuple[str, str]:
    """A number behind others: its operator, and its size."""
    return (MINUS, text.removeprefix(MINUS)) if text.startswith(MINUS) else ("+", text)


def product(*figures: str, behind: bool = False) -> str:
    """Numbers multiplied; negative ones behind an operator in brackets.

    behind: the whole stands behind an operator, too.
    """
    first, *others = figures
    return " · ".join([bracketed(first) if behind else first, *map(bracketed, others)])
