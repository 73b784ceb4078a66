"""What the inspector shows of a chosen unit: its value, and what its delta means."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx

from app.session.presets import PRESETS
from app.session.session import Session
from app.web.inspector import inspector
from app.web.rendering import html
from app.web.sessions import driving
from app.web.unit_value import UnitValue
from app.web.workspace import workspace
from tests.session.specs import session as session_of

NewSession = Callable[..., dict[str, Any]]


def _chosen(preset: str, name: str) -> Session:
    session = Session(PRESETS[preset].spec)
    session.choose(unit=name)
    return session


def _shown(session: Session) -> UnitValue:
    unit = inspector(session).unit
    assert unit is not None
    return unit


def _unit(preset: str, name: str) -> UnitValue:
    return _shown(_chosen(preset, name))


def test_the_value_of_a_unit_is_written_out() -> None:
    unit = _unit("article_2_2_2", "1.unit.0")
    assert [(part.addend.operator, part.addend.text, part.place) for part in unit.parts] == [
        ("", "0.6 · 0.3", "edge:1.kernel.0.0"),
        ("+", "1 · 0.5", "edge:1.kernel.1.0"),
    ]
    assert [part.text for part in unit.addends] == ["0.1800", "0.5000"]
    assert (unit.sum, unit.value) == ("0.6800", "0.6800")
    unit = _unit("article_2_2_2", "2.unit.0")
    assert [(part.addend.operator, part.addend.text) for part in unit.parts] == [
        ("", "0.68 · 0.6"),
        ("+", "0.28 · (−0.3)"),
    ]
    assert [(part.operator, part.text) for part in unit.addends] == [
        ("", "0.4080"),
        ("−", "0.0840"),
    ]
    assert (unit.sum, unit.value) == ("0.3240", "0.5803")
    unit = _unit("worked_2_2_2", "1.unit.0")
    assert (unit.parts[2].addend.operator, unit.parts[2].addend.text) == ("+", "0.35")
    assert (unit.sum, unit.value) == ("0.3775", "0.5933")


def test_the_delta_of_a_unit_gives_the_gradients_of_what_leads_into_it() -> None:
    unit = _unit("article_2_2_2", "1.unit.0")
    assert [(line.numbers, line.figure) for line in unit.lines] == [
        ("−0.07458 · 0.6", "−0.04475"),
        ("−0.07458 · 1", "−0.07458"),
    ]
    assert 'data-choose="1.kernel.0.0"' in unit.lines[0].button
    assert unit.bias == "This unit has no bias."
    assert unit.mean == ""
    bias = _unit("article_keras", "1.unit.1").bias
    assert 'data-choose="1.bias.1"' in bias
    assert "its gradient is just the delta" in bias


def test_with_several_examples_the_mean_delta_is_told() -> None:
    session = _chosen("playground_circle", "1.unit.0")
    said = "the mean of such products over the 250 training examples; the mean delta is "
    assert said in _shown(session).mean
    session.forward()
    session.backward()
    session.tell()
    said = "the mean of such products over the batch of 10; the mean delta is "
    assert said in _shown(session).mean
    assert _shown(session).mean.startswith("All this is of example 1 alone.")


def test_a_wide_sum_is_told_by_its_largest_terms() -> None:
    inputs = [[float(n) for n in range(1, 41)], [0.0] * 40]
    data = {"source": "inline", "inputs": inputs, "targets": [[1], [0]]}
    layers = [{"units": 2, "activation": "tanh"}, {"units": 1, "activation": "sigmoid"}]
    session = session_of(network={"layers": layers}, data=data)
    session.choose(unit="1.unit.0")
    unit = _shown(session)
    assert len(unit.parts) == 6
    assert unit.rest is not None
    assert len(unit.addends) == 7
    assert (len(unit.lines), unit.more) == (24, 16)


def test_of_a_unit_no_update_and_no_check_are_shown() -> None:
    session = _chosen("article_keras", "1.unit.0")
    found = inspector(session)
    assert (found.update, found.numeric, found.frozen, found.gradient) == ((), None, "", "")
    page = workspace(driving(session))
    assert html("_update_steps.html", {"page": page}).strip() == ""
    shown = html("_chain_rule.html", {"page": page})
    assert "Chain rule · H1" in shown
    order = ["How its value comes about", "Where its delta comes from", "What follows"]
    places = [shown.index(text) for text in order]
    assert places == sorted(places)


def test_the_sentence_tells_value_and_delta() -> None:
    said = workspace(driving(_chosen("article_2_2_2", "1.unit.0"))).narration.sentence
    assert re.sub("<[^>]*>", "", said) == (
        "H1 is 0.6800, its delta −0.07458: a larger sum in it would lower the loss."
    )


def test_every_unit_of_every_preset_can_be_shown() -> None:
    for preset in PRESETS.values():
        session = Session(preset.spec)
        session.step("epoch")
        for number, layer in enumerate(session.run.network.layers, 1):
            session.choose(unit=f"{number}.unit.{layer.units - 1}")
            shown = html("workspace.html", {"page": workspace(driving(session))})
            assert " style=" not in shown
            assert "NaN" not in shown


def test_units_are_chosen_by_a_plain_form(client: httpx.Client, new_session: NewSession) -> None:
    address = f"/sessions/{new_session()['id']}"
    chosen = client.post(f"{address}/choose", data={"unit": "1.unit.1"})
    assert (chosen.status_code, chosen.headers["location"]) == (303, address)
    page = client.get(address).text
    assert "Chain rule · H2" in page
    assert "data-unit" in page
    wrong = client.post(f"{address}/choose", data={"unit": "1.unit.9"})
    assert wrong.status_code == 422
    assert "1.unit.2" in wrong.text
