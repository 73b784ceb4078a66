"""Reads figures off the page: the number that a text shows, and how exact it is."""

from __future__ import annotations

import math
import re


def number(text: str) -> float:
    """ "−0.0695" as -0.0695, "3.2e−7" as 3.2e-7."""
    return float(text.replace("\u2212", "-"))


def unit_of(text: str) -> float:
    """The worth of a figure's last digit: 0.0001 of "−0.0695"."""
    digits, _mark, exponent = text.replace("\u2212", "-").partition("e")
    decimals = len(digits.partition(".")[2])
    return float(10.0 ** (int(exponent or 0) - decimals))


_LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def evaluated(calculation: str) -> float:
    """What somebody with a pocket calculator makes of a calculation that the page shows."""
    text = calculation.replace("\u2212", "-").replace("·", "*")
    text = re.sub(r"\|([^|]*)\|", r"abs(\1)", text)
    text = re.sub(r"√([\d.]+)", r"sqrt(\1)", text).replace("√(", "sqrt(")
    text = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda found: "**" + found[0].translate(_LOWERED), text)
    known = {
        "sqrt": math.sqrt,
        "abs": abs,
        "max": max,
        "min": min,
        "exp": math.exp,
        "ln": math.log,
        "tanh": math.tanh,
        "cosh": math.cosh,
        "sign": lambda value: (value > 0) - (value < 0),
    }
    assert re.fullmatch(rf"(?:[\d.e+*/(), -]|{'|'.join(known)})+", text), calculation
    return float(eval(text, {"__builtins__": {}}, known))


def rounds_to(value: float, shown: str) -> bool:
    """Whether a number, rounded to the last digit of a figure, is that figure."""
    return abs(value - number(shown)) <= unit_of(shown) / 2 * (1 + 1e-6)


def comes_to(calculation: str, shown: str) -> bool:
    """Whether somebody who reckons with the numbers on the page gets the figure beside them."""
    return rounds_to(evaluated(calculation.replace("\u00a0", " ")), shown)
