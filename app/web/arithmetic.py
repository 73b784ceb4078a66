"""Calculations as one does them on paper: an expression in symbols, and the same in numbers.

How many digits the numbers take, so that they come to the result that is shown, is found in
``on_paper``.
"""

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add, mul

from app.web.figures import FEWEST, MINUS, bracketed, precise, short

SAME = 1e-13
"""Relative difference below which a short text is as good as the number itself."""

MANY = 10
"""With more digits than these, a number is not shortened: then the least difference matters."""

_SUM, _PRODUCT, _WHOLE = range(3)
"""How tightly an expression holds together; the looser has brackets within the tighter."""

NO_BREAK = "\u00a0"

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def plain(value: float, digits: int = FEWEST) -> str:
    """A number within a calculation: short where that is all of it, else with so many digits."""
    same = SAME if digits <= MANY else 0.0
    if math.isfinite(value) and math.isclose(float(f"{value:.6g}"), value, rel_tol=same):
        return short(value)
    return precise(value, digits)


def shown_value(text: str) -> float:
    """The number that a figure tells: "−0.0695" as -0.0695."""
    return float(text.replace(MINUS, "-"))


class Expression(ABC):
    """Part of a calculation. binding: how tightly it holds together."""

    binding: int = _WHOLE

    @abstractmethod
    def latex(self) -> str:
        """In symbols."""

    @abstractmethod
    def text(self, digits: int, leading: bool = True) -> str:
        """In numbers of so many digits. leading: nothing stands before it, so that a negative
        number needs no brackets.
        """

    @abstractmethod
    def value(self, digits: int | None = None) -> float:
        """What it comes to; with ``digits``, calculated from the numbers that are shown."""

    def __add__(self, other: "Expression") -> "Expression":
        return _Sum(self, other, "+")

    def __sub__(self, other: "Expression") -> "Expression":
        return _Sum(self, other, "-")

    def __mul__(self, other: "Expression") -> "Expression":
        return _Product(self, other)

    def __truediv__(self, other: "Expression") -> "Expression":
        return _Quotient(self, other)

    def within(self, binding: int, digits: int, leading: bool = False) -> str:
        """The text as an operand of something that binds so tightly."""
        if self.binding < binding:
            return f"({self.text(digits)})"
        return self.text(digits, leading)

    def latex_within(self, binding: int) -> str:
        """The symbols likewise."""
        return f"({self.latex()})" if self.binding < binding else self.latex()


@dataclass(frozen=True)
class Number(Expression):
    """A number and the symbol it stands for."""

    symbol: str
    number: float

    def latex(self) -> str:
        """The symbol."""
        return self.symbol

    def text(self, digits: int, leading: bool = True) -> str:
        """The number."""
        shown = plain(self.number, digits)
        return shown if leading else bracketed(shown)

    def value(self, digits: int | None = None) -> float:
        """The number, or what is shown of it."""
        if digits is None or not math.isfinite(self.number):
            return self.number
        return shown_value(plain(self.number, digits))


def constant(number: float) -> Number:
    """A number that is the same in every calculation, and stands for itself in the formula."""
    return Number(short(number), number)


@dataclass(frozen=True)
class _Sum(Expression):
    left: Expression
    right: Expression
    sign: str
    binding = _SUM

    def latex(self) -> str:
        right = self.right.latex_within(_PRODUCT if self.sign == "-" else _SUM)
        return f"{self.left.latex()} {self.sign} {right}"

    def text(self, digits: int, leading: bool = True) -> str:
        left = self.left.text(digits, leading)
        if self.sign == "-":
            return f"{left} {MINUS} {self.right.within(_PRODUCT, digits)}"
        right = self.right.text(digits)
        if right.startswith(MINUS):
            return f"{left} {MINUS} {right.removeprefix(MINUS)}"
        return f"{left} + {right}"

    def value(self, digits: int | None = None) -> float:
        right = self.right.value(digits)
        return self.left.value(digits) + (right if self.sign == "+" else -right)


@dataclass(frozen=True)
class _Product(Expression):
    left: Expression
    right: Expression
    binding = _PRODUCT

    def latex(self) -> str:
        left, right = self.left.latex_within(_PRODUCT), self.right.latex_within(_PRODUCT)
        return rf"{left} \cdot {right}" if right[0].isdigit() else rf"{left}\,{right}"

    def text(self, digits: int, leading: bool = True) -> str:
        left = self.left.within(_PRODUCT, digits, leading)
        return f"{left} · {self.right.within(_PRODUCT, digits)}"

    def value(self, digits: int | None = None) -> float:
        return self.left.value(digits) * self.right.value(digits)


@dataclass(frozen=True)
class _Quotient(Expression):
    left: Expression
    right: Expression
    binding = _PRODUCT

    def latex(self) -> str:
        return rf"\frac{{{self.left.latex()}}}{{{self.right.latex()}}}"

    def text(self, digits: int, leading: bool = True) -> str:
        left = self.left.within(_PRODUCT, digits, leading)
        return f"{left} / {self.right.within(_WHOLE, digits)}"

    def value(self, digits: int | None = None) -> float:
        below = self.right.value(digits)
        return self.left.value(digits) / below if below else math.nan


@dataclass(frozen=True)
class _Power(Expression):
    base: Expression
    exponent: int
    symbol: str

    def latex(self) -> str:
        return f"{self.base.latex_within(_WHOLE)}^{{{self.symbol}}}"

    def text(self, digits: int, leading: bool = True) -> str:
        return f"{_enclosed(self.base, digits)}{str(self.exponent).translate(_RAISED)}"

    def value(self, digits: int | None = None) -> float:
        base = self.base.value(digits)
        return base * base if self.exponent == 2 else base**self.exponent


def squared(base: Expression) -> Expression:
    """base²."""
    return _Power(base, 2, "2")


def power(base: Expression, exponent: int, symbol: str) -> Expression:
    """A share to a power. symbol: what the exponent is called."""
    return _Power(base, exponent, symbol)


@dataclass(frozen=True)
class _Root(Expression):
    of: Expression

    def latex(self) -> str:
        return rf"\sqrt{{{self.of.latex()}}}"

    def text(self, digits: int, leading: bool = True) -> str:
        return f"√{_enclosed(self.of, digits)}"

    def value(self, digits: int | None = None) -> float:
        of = self.of.value(digits)
        return math.sqrt(of) if of >= 0 else math.nan


def root(of: Expression) -> Expression:
    """The square root."""
    return _Root(of)


@dataclass(frozen=True)
class _Size(Expression):
    of: Expression

    def latex(self) -> str:
        return f"|{self.of.latex()}|"

    def text(self, digits: int, leading: bool = True) -> str:
        return f"|{self.of.text(digits)}|"

    def value(self, digits: int | None = None) -> float:
        return abs(self.of.value(digits))


def size(of: Expression) -> Expression:
    """The number without its sign."""
    return _Size(of)


@dataclass(frozen=True)
class _Called(Expression):
    name: str
    function: Callable[[float], float]
    of: Expression

    def latex(self) -> str:
        return rf"\mathrm{{{self.name}}}({self.of.latex()})"

    def text(self, digits: int, leading: bool = True) -> str:
        return f"{self.name}({self.of.text(digits)})"

    def value(self, digits: int | None = None) -> float:
        try:
            return self.function(self.of.value(digits))
        except OverflowError:
            return math.inf
        except ValueError:
            return math.nan


def exponential(of: Expression) -> Expression:
    """e to the power of it."""
    return _Called("exp", math.exp, of)


def logarithm(of: Expression) -> Expression:
    """The natural one."""
    return _Called("ln", math.log, of)


def tangent(of: Expression) -> Expression:
    """The hyperbolic one."""
    return _Called("tanh", math.tanh, of)


def cosine(of: Expression) -> Expression:
    """The hyperbolic one."""
    return _Called("cosh", math.cosh, of)


def sign(of: Expression) -> Expression:
    """1, -1, or 0 of 0."""
    return _Called("sign", lambda value: float((value > 0) - (value < 0)), of)


def negated(number: Number) -> Number:
    """A number with the other sign, under its symbol with a minus."""
    return Number(f"-{number.symbol}", -number.number)


@dataclass(frozen=True)
class _Extreme(Expression):
    name: str
    of: tuple[Expression, ...]

    def latex(self) -> str:
        inside = r",\,".join(part.latex() for part in self.of)
        return rf"\{self.name}({inside})"

    def text(self, digits: int, leading: bool = True) -> str:
        return f"{self.name}({', '.join(part.text(digits) for part in self.of)})"

    def value(self, digits: int | None = None) -> float:
        values = [part.value(digits) for part in self.of]
        return max(values) if self.name == "max" else min(values)


def larger(*of: Expression) -> Expression:
    """The larger of two."""
    return _Extreme("max", of)


def smaller(*of: Expression) -> Expression:
    """The smaller of two."""
    return _Extreme("min", of)


def total(terms: Sequence[Expression]) -> Expression:
    """The sum of one or more terms."""
    return reduce(add, terms)


def product(factors: Sequence[Expression]) -> Expression:
    """The product of one or more factors."""
    return reduce(mul, factors)


def together(calculation: str) -> str:
    """The text with spaces that hold together what is to stay in one line: products, a sign and
    what follows it, and short brackets.
    """
    kept = re.sub(r"\([^()]{1,24}\)", lambda found: found[0].replace(" ", NO_BREAK), calculation)
    kept = kept.replace(" · ", f"{NO_BREAK}·{NO_BREAK}")
    return re.sub(rf" ([+/{MINUS}]) ", rf" \1{NO_BREAK}", kept)


def _enclosed(part: Expression, digits: int) -> str:
    """As what a root or a power is of: in brackets unless it is a bare positive number."""
    shown = part.text(digits)
    bare = isinstance(part, Number) and not shown.startswith(MINUS) and "e" not in shown
    return shown if bare else f"({shown})"
