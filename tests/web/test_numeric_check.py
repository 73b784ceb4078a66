"""The numeric check in plain words."""

from __future__ import annotations

import pytest

from app.session.presets import PRESETS
from app.session.session import Session
from app.web.numeric_check import agreement, numeric_check
from app.web.rendering import html
from app.web.sessions import driving
from app.web.workspace import workspace


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (0.0, "the two agree to the last digit"),
        (2e-13, "the two agree to 12 digits"),
        (1e-300, "the two agree to 15 digits"),
        (0.004, "the two agree to 2 digits"),
        (0.03, "the two agree to 1 digit"),
        (0.5, ""),
        (float("inf"), ""),
        (float("nan"), ""),
    ],
)
def test_agreement_is_told_in_digits(error: float, words: str) -> None:
    assert agreement(error) == words


def test_a_gradient_agrees_with_its_check() -> None:
    session = Session(PRESETS["article_keras"].spec)
    session.choose("1.kernel.0.0")
    explanation = session.explanation()
    assert explanation is not None
    check = numeric_check(explanation)
    assert not check.kink
    assert check.agreement.startswith("the two agree to 1")
    shown = html("_numeric_check.html", {"page": workspace(driving(session))})
    assert f"Numeric check {check.figure}, mean over all 4 examples: {check.agreement}." in shown
