"""Formulas as the page sets them: MathML, made from LaTeX once and kept."""

import re
from functools import lru_cache

from latex2mathml.converter import convert
from markupsafe import Markup

_LABEL = re.compile(r"(b(?=[A-Z])|[A-Za-z])_?([A-Z]?)([\d,]*)")


@lru_cache(maxsize=4096)
def mathml(latex: str) -> Markup:
    """A formula within a line."""
    return Markup(convert(latex))


@lru_cache(maxsize=4096)
def breakable(latex: str, brackets: str = "{}") -> Markup:
    """A formula within a line that may be broken before each ``+`` and ``-``, as a browser would
    not break MathML by itself. brackets: what holds its content together; more of them may be
    given, such as ``{}()``.
    """
    pieces, depth = [""], 0
    for word in latex.split(" "):
        if word in ("+", "-") and depth == 0:
            pieces.append("")
        pieces[-1] += f" {word}"
        depth += sum(word.count(opening) for opening in brackets[::2])
        depth -= sum(word.count(closing) for closing in brackets[1::2])
    first, *others = (mathml(piece.strip()) for piece in pieces)
    return Markup(" ").join([first, *map(_infix, others)])


def _infix(formula: Markup) -> Markup:
    """With room behind the sign that it begins with, as within a formula; the space is before."""
    return Markup(str(formula).replace("<mo>", '<mo form="infix" lspace="0" rspace="0.25em">', 1))


@lru_cache(maxsize=4096)
def tall_mathml(latex: str) -> Markup:
    """A formula that stands by itself: its fractions have their full height."""
    return Markup(convert(latex).replace('display="inline"', 'display="block"', 1))


@lru_cache(maxsize=4096)
def symbol(label: str) -> str:
    """LaTeX of a label: ``W1`` as ``W_{1}``, ``h2,1`` as ``h_{2,1}``, ``bH1`` as ``b_{H1}``."""
    match = _LABEL.fullmatch(label)
    if match is None:
        return rf"\mathrm{{{label}}}"
    stem, unit, index = match.groups()
    return f"{stem}_{{{unit}{index}}}" if unit or index else stem


def derivative(top: str, bottom: str) -> str:
    """LaTeX of d top / d bottom, from their labels."""
    return rf"\frac{{\partial {symbol(top)}}}{{\partial {symbol(bottom)}}}"


def slanted_derivative(top: str, bottom: str) -> str:
    """The same in LaTeX that keeps within the height of a line."""
    return rf"\partial {symbol(top)} / \partial {symbol(bottom)}"


def spoken_derivative(top: str, bottom: str) -> str:
    """The same in a line of plain text: ∂E/∂Y1."""
    return f"∂{top}/∂{bottom}"
