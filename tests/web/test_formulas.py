"""Formulas as MathML."""

from __future__ import annotations

import re

from app.web.arithmetic import Number, plain, together
from app.web.formulas import breakable, mathml


def _letters(formula: str) -> str:
    return re.sub(r"\s+", "", re.sub(r"<[^>]*>", "", formula))


def test_a_long_formula_may_be_broken_before_each_sign_and_loses_nothing() -> None:
    for latex in (
        r"z = I_1\,W_1 + I_2\,W_2 - b",
        r"m = \beta\,m + (1 - \beta)\,g",
        r"\Delta = \frac{a + b}{c - d} + e",
    ):
        assert _letters(breakable(latex)) == _letters(mathml(latex))
    assert breakable("z = a + b - c").count("<math") == 3
    assert breakable("z = a + b - c").count('form="infix"') == 2
    assert breakable(r"x = \frac{a + b}{c}").count("<math") == 1
    assert breakable("m = (1 - b) c", "{}()").count("<math") == 1
    assert breakable("m = (1 - b) c").count("<math") == 2


def test_calculations_break_before_signs_and_not_within_products() -> None:
    line = "0.9 · (−0.5) + 0.1 / (1 − 0.9²) − 2"
    broken = together(line)
    assert broken.replace("\u00a0", " ") == line
    assert broken.split(" ") == [
        "0.9\u00a0·\u00a0(−0.5)",
        "+\u00a00.1",
        "/\u00a0(1\u00a0−\u00a00.9²)",
        "−\u00a02",
    ]


def test_numbers_in_a_calculation_are_short_where_that_is_all_of_them() -> None:
    values = (0.6, 1.0, 1 - 0.9, 1e-7, 0.243599, -2.0, 0.60695)
    shown = ["0.6", "1", "0.1", "1e−7", "0.2436", "−2", "0.60695"]
    assert [plain(value) for value in values] == ["0.6", "1", "0.1", "1e−7", "0.243599", *shown[5:]]


def test_brackets_stand_where_they_are_needed() -> None:
    a, b, c = Number("a", -2.0), Number("b", 3.0), Number("c", -0.5)
    cases = {
        "−2 · 3 − 0.5": a * b + c,
        "3 − 2 · 3": b + a * b,
        "3 − (−2) · 3": b - a * b,
        "3 − (−2 − 0.5)": b - (a + c),
        "3 · (−2)": b * a,
        "(−2 + 3) · (−0.5)": (a + b) * c,
        "3 / (−2)": b / a,
        "3 / (−2 · 3)": b / (a * b),
    }
    for text, expression in cases.items():
        assert expression.text(4) == text
        assert expression.value(4) == expression.value()
