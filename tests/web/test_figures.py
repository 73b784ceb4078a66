"""Numbers as the page writes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.web.figures import figure, short, subscripted, typed

CASES = json.loads((Path(__file__).parents[1] / "js" / "figures.json").read_text("utf-8"))


@pytest.mark.parametrize(("value", "digits", "text"), CASES)
def test_figures_are_those_of_the_browser(value: float | None, digits: int, text: str) -> None:
    assert figure(value, digits) == text


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
