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


def spoken_derivative(top: str, bottom: str) -> str:
    """The same in a line of plain text: ∂E/∂Y1."""
    return f"∂{top}/∂{bottom}"
