"""The formulas of the layer in play."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from app.session.parsing import parsed_spec
from app.session.presets import PRESETS
from app.session.session import Session
from app.web.layer_formula import Equation, LayerFormula, backward_formula, forward_formula
from app.web.rendering import html
from app.web.sessions import driving
from app.web.workspace import workspace
from tests.shown_figures import comes_to, evaluated, number


def _session(preset: str, **changes: Any) -> Session:
    return Session(parsed_spec(PRESETS[preset].spec.model_dump(mode="json") | changes))


def _lines(formula: LayerFormula | None) -> list[str]:
    assert formula is not None
    return [
        " = ".join([equation.numbers, equation.figure]).removeprefix(" = ")
        for unit in (*formula.shown, *formula.folded, *((formula.loss,),) * bool(formula.loss))
        for equation in unit
        if equation is not None
    ]


def _equations(session: Session) -> list[Equation]:
    every = range(1, len(session.run.network.layers) + 1)
    formulas = [forward_formula(session, n) for n in every]
    formulas += [backward_formula(session, n) for n in every]
    losses = [formula.loss for formula in formulas if formula.loss]
    return [*losses, *(e for f in formulas for unit in (*f.shown, *f.folded) for e in unit)]


def test_phases_layer_by_layer_show_every_unit_of_the_layer() -> None:
    session = _session("article_2_2_2")
    session.forward(1)
    assert _lines(workspace(driving(session)).narration.formula) == [
        "0.6 · 0.3 + 1 · 0.5 = 0.6800",
        "0.6800",
        "0.6 · (−0.2) + 1 · 0.4 = 0.2800",
        "0.2800",
    ]
    session.forward(1)
    assert _lines(workspace(driving(session)).narration.formula) == [
        "0.68 · 0.6 + 0.28 · (−0.3) = 0.3240",
        "0.5803",
        "0.68 · (−0.1) + 0.28 · 0.7 = 0.1280",
        "0.5320",
        "((0.5803 − 1)² + (0.5320 − 0)²) / 2 = 0.2296",
    ]
    session.backward(1)
    assert _lines(workspace(driving(session)).narration.formula) == [
        "2 / 2 · (0.5803 − 1) = −0.4197",
        "0.5803 · (1 − 0.5803) = 0.2436",
        "−0.4197 · 0.2436 = −0.1022",
        "2 / 2 · (0.5320 − 0) = 0.5320",
        "0.5320 · (1 − 0.5320) = 0.2490",
        "0.53196 · 0.24898 = 0.1324",
    ]
    session.backward(1)
    assert _lines(workspace(driving(session)).narration.formula) == [
        "1.0000",
        "1 · (0.6 · (−0.10222) − 0.1 · 0.13245) = −0.07458",
        "1.0000",
        "1 · (−0.3 · (−0.10222) + 0.7 · 0.13245) = 0.1234",
    ]
    session.update()
    assert workspace(driving(session)).narration.formula is None


@pytest.mark.parametrize("preset", PRESETS)
def test_each_equation_comes_to_its_figure(preset: str) -> None:
    session = _session(preset)
    session.step("epoch", 2)
    session.set_focus(1 % len(session.run.examples.inputs))
    for equation in _equations(session):
        if equation.numbers:
            assert comes_to(equation.numbers, equation.figure), equation


def test_many_terms_are_written_as_the_largest_and_the_rest() -> None:
    layers = [{"units": 9, "activation": "tanh"}, {"units": 1, "activation": "sigmoid"}]
    session = _session("playground_circle", network={"layers": layers})
    (output,) = forward_formula(session, 2).shown
    assert output[0].numbers.count(" · ") == 3
    assert len(re.findall(r" [+−] ", output[0].numbers)) == 4  # with the rest and the bias
    assert evaluated(output[0].numbers) == pytest.approx(number(output[0].figure), abs=2e-4)


def test_of_a_wide_layer_the_first_unit_is_in_sight_and_the_others_on_demand() -> None:
    layers = [{"units": 30, "activation": "tanh"}, {"units": 1, "activation": "sigmoid"}]
    session = _session("playground_circle", network={"layers": layers})
    session.forward(1)
    formula = workspace(driving(session)).narration.formula
    assert formula is not None
    assert (len(formula.shown), len(formula.folded), formula.more) == (1, 23, 6)
    shown = html("_narration.html", {"page": workspace(driving(session))})
    assert "All 30 units of this layer" in shown
    assert "and 6 more" in shown
    assert "for example 1" in shown


def test_softmax_units_are_summed_over_every_output() -> None:
    session = _session("iris")
    session.forward()
    session.backward(1)
    formula = workspace(driving(session)).narration.formula
    assert formula is not None
    assert (len(formula.shown), len(formula.folded)) == (1, 2)
    assert formula.shown[0][0].numbers.count(" · ") == 3


def test_sentences_of_the_last_layer_name_it() -> None:
    session = _session("article_2_2_2")
    session.forward(1)
    session.forward(1)
    said = workspace(driving(session)).narration.sentence
    assert said.startswith("Forward, layer 2 of 2, the output layer. For example 1 it says")
    session.backward(1)
    session.backward(1)
    said = workspace(driving(session)).narration.sentence.striptags()
    assert said.startswith("Backward, layer 1, the last on the way: W4 has the steepest slope")
    phases = workspace(driving(session)).phases
    assert [phase.current for phase in phases] == [False, False, True, False]


def test_backward_out_of_turn_says_how_far_forward_is(
    client: httpx.Client, new_session: Any
) -> None:
    session = new_session()["id"]
    client.post(f"/api/sessions/{session}/forward", json={"layers": 1})
    refused = client.post(f"/api/sessions/{session}/backward")
    assert refused.status_code == 409
    assert "Forward has done 1 of 2 layers" in refused.json()["detail"]
    page = client.post(f"/sessions/{session}/backward", data={"layers": "1"})
    assert page.status_code == 409
    assert "Forward has done 1 of 2 layers: press it again to finish it first." in page.text
    client.post(f"/api/sessions/{session}/forward")
    client.post(f"/api/sessions/{session}/backward", json={"layers": 1})
    refused = client.post(f"/api/sessions/{session}/update")
    assert "Backward has done 1 of 2 layers" in refused.json()["detail"]
    page = client.post(f"/sessions/{session}/update")
    assert "Backward has done 1 of 2 layers: press it again" in page.text
