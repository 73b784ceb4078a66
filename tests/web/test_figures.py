"""Numbers as the page writes them."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.figures import alike, bracketed, figure, precise, short, subscripted, typed
from tests.shown_figures import number, unit_of

JS = Path(__file__).parents[1] / "js"
CASES = json.loads((JS / "figures.json").read_text("utf-8"))
SUMS = json.loads((JS / "sums.json").read_text("utf-8"))


@pytest.mark.parametrize(("value", "digits", "text"), CASES)
def test_figures_are_those_of_the_browser(value: float | None, digits: int, text: str) -> None:
    assert figure(value, digits) == text


@pytest.mark.parametrize(("values", "digits", "texts"), SUMS)
def test_numbers_of_a_sum_are_those_of_the_browser(
    values: list[float | None], digits: int, texts: list[str]
) -> None:
    assert alike(values, digits) == texts


SIZES = st.floats(-1e5, 1e5).filter(lambda x: x == 0 or abs(x) > 1e-12)


@given(st.lists(SIZES, min_size=1, max_size=6), st.integers(4, 8))
def test_what_is_shown_of_a_sum_adds_up(terms: list[float], digits: int) -> None:
    """Within half a unit of the last digit for each number shown."""
    total = math.fsum(terms)
    shown = alike([*terms, total], digits)
    half = 0.0
    for text, value in zip(shown, [*terms, total], strict=True):
        unit = unit_of(text)
        assert abs(number(text) - value) <= 0.5000001 * unit
        half += 0.5 * unit
    assert abs(math.fsum(map(number, shown[:-1])) - number(shown[-1])) <= 1.0001 * half


@given(SIZES.filter(bool))
def test_precise_figures_have_at_least_four_digits(value: float) -> None:
    assert number(precise(value)) == pytest.approx(value, rel=0.0005001)


def test_a_negative_number_has_brackets_behind_an_operator() -> None:
    assert [bracketed(precise(x)) for x in (-0.5, 0.5, 0.0)] == ["(−0.5000)", "0.5000", "0.0000"]


def test_what_is_no_number_is_said_without_nan() -> None:
    assert figure(float("nan")) == "–"
    assert figure(float("-inf")) == "−∞"


def test_short_figures() -> None:
    assert [short(x) for x in (0.5, 12.0, -3, 1e-7, -0.0)] == ["0.5", "12", "−3", "1e−7", "0"]


def test_values_as_they_are_typed() -> None:
    assert [typed(x) for x in (None, True, 3, 0.1, 1e-7, "adam", -2.5)] == [
        "",
        "true",
        "3",
        "0.1",
        "1e-7",
        "adam",
        "-2.5",
    ]


@pytest.mark.parametrize(
    ("label", "written"),
    [
        ("W1", "W<sub>1</sub>"),
        ("bH2", "b<sub>H2</sub>"),
        ("w2,1,3", "w<sub>2,1,3</sub>"),
        ("setosa", "setosa"),
        ("<b>", "&lt;b&gt;"),
    ],
)
def test_the_index_of_a_label_is_set_low(label: str, written: str) -> None:
    assert subscripted(label) == written
