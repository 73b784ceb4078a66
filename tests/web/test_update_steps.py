"""From gradient to update, as it can be followed with pencil and paper."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from app.core.optimizers import CLIPPING_OPTIONS, OPTIMIZERS
from app.session.presets import PRESETS
from app.session.session import Session
from app.session.spec import Spec
from app.web.arithmetic import Number
from app.web.optimizer_lines import RULES, Start
from app.web.update_steps import UpdateStep, update_steps
from tests.shown_figures import comes_to

SWITCHED: dict[str, tuple[Any, ...]] = {
    "momentum": (0.0, 0.9),
    "nesterov": (False, True),
    "centered": (False, True),
    "amsgrad": (False, True),
}


def _optimizers() -> Iterator[dict[str, Any]]:
    """Every optimizer with each of its options on and off, and each way of clipping."""
    for name, optimizer in OPTIMIZERS.items():
        switches = [o.name for o in optimizer.options if o.name in SWITCHED]
        for values in product(*(SWITCHED[switch] for switch in switches)):
            yield {"name": name, **dict(zip(switches, values, strict=True))}
        for clipping in CLIPPING_OPTIONS:
            yield {"name": name, clipping: 0.03}
            yield {"name": name, clipping: 30.0}


OPTIMIZERS_SET_UP = list(_optimizers())


def _session(optimizer: dict[str, Any], updates: int = 0, **layer: float) -> Session:
    data = PRESETS["article_2_2_2"].spec.model_dump(mode="json") | {"optimizer": optimizer}
    data["network"]["layers"][1] |= layer
    session = Session(Spec.model_validate(data))
    if updates:
        session.step("epoch", updates)
    return session


def _steps(session: Session, name: str) -> tuple[UpdateStep, ...]:
    session.choose(name)
    session.tell()
    explanation = session.explanation()
    assert explanation is not None
    return update_steps(session, explanation)


def _expect_followable(steps: tuple[UpdateStep, ...]) -> None:
    for step in steps:
        if step.numbers and step.numbers != "frozen":
            assert comes_to(step.numbers, step.figure.removeprefix("+")), step


def _case_name(optimizer: dict[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in optimizer.items())


@pytest.mark.parametrize("optimizer", OPTIMIZERS_SET_UP, ids=_case_name)
def test_the_numbers_of_each_line_come_to_its_result(optimizer: dict[str, Any]) -> None:
    for updates in (0, 1, 12):
        session = _session(optimizer, updates, l1=0.003, l2=0.01)
        for name in ("2.kernel.0.0", "2.kernel.0.1", "1.kernel.1.0"):
            steps = _steps(session, name)
            _expect_followable(steps)
            before, change, after = (steps[i] for i in (0, -2, -1))
            assert (before.title, change.title, after.title) == (
                "gradient",
                "change",
                "new value",
            )
            assert all("<math" in step.formula for step in steps)


@pytest.mark.parametrize("optimizer", OPTIMIZERS_SET_UP, ids=_case_name)
def test_formulas_are_those_of_the_update_rules(optimizer: dict[str, Any]) -> None:
    session = _session(optimizer, updates=3)
    session.choose("2.kernel.0.1")
    explanation = session.explanation()
    assert explanation is not None
    update = explanation["update"]
    lines = list(
        RULES[optimizer["name"]](
            Start(
                Number("g", update["clipped"]),
                Number("w", explanation["value"]),
                update,
                session.spec.optimizer.model_dump(),
            )
        )
    )
    for line in lines:
        assert line.expression.value() == pytest.approx(line.value, rel=1e-12), line
    assert lines[-1].value == update["change"]
    kept = [line.value for line in lines if line.kept]
    assert sorted(kept) == sorted(slot["after"] for slot in update["slots"].values())


def test_every_optimizer_of_the_catalog_has_its_lines() -> None:
    assert set(RULES) == set(OPTIMIZERS)


def test_plain_descent_is_rate_times_slope() -> None:
    steps = _steps(_session({"name": "sgd", "learning_rate": 0.1}), "2.kernel.0.0")
    assert [(step.title, step.numbers, step.figure) for step in steps] == [
        ("gradient", "", "−0.06951"),
        ("change", "−0.1 · (−0.06951)", "+0.006951"),
        ("new value", "0.600000 + 0.006951", "0.606951"),
    ]


def test_adam_shows_means_corrections_and_change_in_numbers() -> None:
    steps = _steps(_session({"name": "adam"}, updates=1), "2.kernel.0.0")
    told = {step.title: step.numbers for step in steps}
    assert told["mean"].startswith("0.9 · (−0.006951) + 0.1 · (−0.0695")
    assert told["squares"].startswith("0.999 · 4.832e−6 + 0.001 · (−0.0695")
    ends = [step.numbers.partition("/")[2] for step in steps if step.title == "corrected"]
    assert ends == [" (1 − 0.9²)", " (1 − 0.999²)", " √(1 − 0.999²)"]
    assert told["change"].startswith("−0.001 · (−0.0695")


def test_nadam_shows_the_mean_that_it_steps_along() -> None:
    steps = _steps(_session({"name": "nadam"}), "2.kernel.0.0")
    assert [step.title for step in steps] == [
        "gradient",
        "mean",
        "squares",
        "corrected",
        "weight",
        "weight",
        "product",
        "looks ahead",
        "change",
        "new value",
    ]


def test_clipping_tells_its_limit_and_the_length() -> None:
    session = _session({"name": "sgd", "clipnorm": 0.05})
    gradient, _loss = session.gradient("train")
    length = math.hypot(*gradient[4:])  # of the second kernel, behind the first
    (clipped,) = (s for s in _steps(session, "2.kernel.0.0") if s.title == "clipped")
    assert clipped.numbers == f"−0.069509 · 0.05 / max({length:.5f}, 0.05)"
    assert clipped.doc == (
        "The gradient of this kernel or bias is shortened to length 0.05, where it is longer."
    )


def test_a_penalty_is_told_with_the_weight() -> None:
    steps = _steps(_session({"name": "sgd"}, l2=0.01), "2.kernel.0.0")
    assert [(step.title, step.numbers) for step in steps[1:3]] == [
        ("penalty", "2 · 0.01 · 0.6"),
        ("with penalty", "−0.06951 + 0.012"),
    ]


def test_a_change_too_small_for_the_weight_is_still_seen() -> None:
    session = _session({"name": "sgd", "learning_rate": 1e-6})
    assert _steps(session, "2.kernel.0.0")[-1].numbers == "0.60000000000 + 0.00000006951"
    session = _session({"name": "sgd", "learning_rate": 1e-18})
    assert _steps(session, "2.kernel.0.0")[-1].numbers == "0.6000 + 6.951e−20"


def test_a_change_that_takes_thirteen_digits_to_be_seen_is_seen() -> None:
    session = _session({"name": "sgd", "learning_rate": 1e-8})
    change, new = _steps(session, "2.kernel.0.0")[-2:]
    assert (change.figure, new.numbers) == ("+6.951e−10", "0.6000000000000 + 0.0000000006951")
    assert comes_to(new.numbers, new.figure)


def test_with_several_examples_g_is_said_to_be_of_all() -> None:
    session = Session(PRESETS["article_keras"].spec)
    assert _steps(session, "1.kernel.0.0")[0].about == "mean over all 4 examples"
    assert _steps(_session({"name": "sgd"}), "1.kernel.0.0")[0].about == ""


def test_a_frozen_parameter_changes_by_nothing() -> None:
    steps = _steps(_session({"name": "adam"}, trainable=False), "2.kernel.0.0")
    assert [(step.title, step.figure) for step in steps[1:]] == [
        ("change", "0.0000"),
        ("new value", "0.6000"),
    ]
