"""What the inspector shows of a chosen parameter."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from app.session import explained
from app.session.playing import Playing
from app.session.presets import PRESETS
from app.session.session import Session
from app.session.spec import Spec
from app.web.formulas import mathml, symbol, tall_mathml
from app.web.inspector import NOTHING, Inspector, inspector
from app.web.panels import PanelStream
from app.web.rendering import html
from app.web.sessions import driving
from app.web.workspace import workspace

NewSession = Callable[..., dict[str, Any]]


def _inspected(preset: str, name: str, **changes: Any) -> Inspector:
    spec = Spec.model_validate(PRESETS[preset].spec.model_dump(mode="json") | changes)
    session = Session(spec)
    session.choose(name)
    return inspector(session)


def test_nothing_chosen_is_an_invitation_and_nothing_else() -> None:
    session = Session(PRESETS["article_2_2_2"].spec)
    assert inspector(session) is NOTHING
    shown = html("_chain_rule.html", {"page": workspace(driving(session))})
    assert "Choose an edge or a node to see where its gradient comes from." in shown
    assert "<math" not in shown
    assert html("_update_steps.html", {"page": workspace(driving(session))}).strip() == ""


def test_an_update_of_small_batches_is_a_preview_until_a_batch_is_at_hand() -> None:
    session = Session(PRESETS["playground_circle"].spec)
    session.choose("1.kernel.0.0")
    assert "all 250 examples" in inspector(session).preview
    session.forward()
    session.backward()
    session.tell()
    assert inspector(session).preview == ""
    assert len(session.explanation()["examples"]) == 10  # type: ignore[index]
    assert _inspected("article_keras", "1.kernel.0.0").preview == ""


def test_a_frozen_weight_says_so_and_shows_its_gradient() -> None:
    found = _inspected("worked_2_2_2", "2.bias.0")
    assert "frozen" in found.frozen
    assert found.update[0].figure == "0.1385"
    assert [step.figure for step in found.update[1:]] == ["0.0000", "0.6000"]


@pytest.mark.parametrize("preset", PRESETS)
def test_every_parameter_of_every_preset_can_be_shown(preset: str) -> None:
    session = Session(PRESETS[preset].spec)
    session.step("epoch")
    for name in ("1.kernel.0.0", f"{len(session.run.network.layers)}.kernel.0.0"):
        session.choose(name)
        shown = html("workspace.html", {"page": workspace(driving(session))})
        assert " style=" not in shown
        assert "NaN" not in shown


def test_formulas_have_no_inline_styles_and_keep_the_textbook_s_names() -> None:
    assert symbol("W1") == "W_{1}"
    assert symbol("h2,1") == "h_{2,1}"
    assert symbol("bH1") == "b_{H1}"
    assert symbol("E") == "E"
    assert "<msub><mi>W</mi>" in mathml(symbol("W1"))
    assert 'display="block"' in tall_mathml(r"\frac{1}{2}")


def _news(stream: PanelStream, session: Session) -> str:
    """The HTML that goes out now."""
    return "".join(stream.changed(driving(session)).values())


def test_the_stream_brings_the_inspector_where_something_is_chosen() -> None:
    session = Session(PRESETS["article_2_2_2"].spec)
    stream = PanelStream()
    _news(stream, session)
    session.choose("2.kernel.0.0")
    session.tell()
    second = _news(stream, session)
    assert 'hx-target="#chain-rule"' in second
    assert 'hx-target="#update-steps"' in second
    session.step("epoch")
    session.tell()
    third = _news(stream, session)
    assert "0.6139" in third
    session.choose(None)
    session.tell()
    last = _news(stream, session)
    assert "Choose an edge" in last


def test_while_playing_the_inspector_is_refreshed_between_the_panels(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = Session(PRESETS["article_2_2_2"].spec)
    session.choose("2.kernel.0.0")
    stream = PanelStream()
    session.playing = Playing(None)
    _news(stream, session)
    session.step("epoch")
    monkeypatch.setattr(explained, "EXPLANATION_SECONDS", 0.0)  # as if that had passed
    session.tell()
    between = _news(stream, session)
    assert set(re.findall(r'hx-target="#([\w-]+)"', between)) <= {
        "chain-rule",
        "numeric-check",
        "update-steps",
        "contributions-said",
    }


def test_a_healthy_network_has_no_findings_and_a_dead_unit_is_one() -> None:
    for preset in PRESETS.values():
        session = Session(preset.spec)
        session.step("epoch", 3)
        assert workspace(driving(session)).findings == (), preset.name
    data = json.loads(PRESETS["article_keras"].spec.model_dump_json())
    data["network"] = {
        "layers": [{"units": 2, "activation": "relu"}, {"units": 1, "activation": "linear"}],
        "weights": [
            {"kernel": [[1, -1], [1, -1]], "bias": [0, -1]},
            {"kernel": [[1], [1]], "bias": [0]},
        ],
    }
    found = workspace(driving(Session(Spec.model_validate(data)))).findings
    assert [(finding.kind, finding.layers, finding.units) for finding in found] == [
        ("dead", "1", "1")
    ]


def test_from_one_example_to_all_there_is_a_mean() -> None:
    spec = PRESETS["article_keras_adam"].spec
    session = Session(spec)
    session.step("epoch", 2)
    session.set_focus(0)
    session.choose("1.kernel.0.0")
    session.tell()
    found = inspector(session)
    assert found.chain is not None
    assert found.mean is not None
    assert found.chain.result.spoken == "∂E1/∂W1"
    assert found.mean.said == "The gradient is the mean over all 4 examples:"
    assert found.mean.numbers.startswith("(0 + 0 ")
    assert found.mean.numbers.endswith(") / 4")
    assert found.mean.figure == found.update[0].figure
    shown = html("_chain_rule.html", {"page": workspace(driving(session))})
    assert shown.index("∂E1/∂W1") < shown.index(found.mean.said)
    assert _inspected("article_2_2_2", "1.kernel.0.0").mean is None


def test_of_many_examples_the_one_in_focus_is_told_beside_the_others() -> None:
    mean = _inspected("playground_circle", "1.kernel.0.0").mean
    assert mean is not None
    assert mean.numbers.endswith(") / 250")
    assert len(re.findall(" [+−] ", mean.numbers)) == 1


def test_a_weight_into_a_dead_unit_is_said_to_get_no_gradient_at_all() -> None:
    layers = [{"units": 2, "activation": "relu"}, {"units": 1, "activation": "linear"}]
    weights = [
        {"kernel": [[-1, 1], [-1, 1]], "bias": [-1, 0]},
        {"kernel": [[1], [1]], "bias": [0]},
    ]
    found = _inspected(
        "article_keras", "1.kernel.0.0", network={"layers": layers, "weights": weights}
    )
    assert found.gradient == (
        "Every one of the 4 examples adds 0: no gradient comes back to W1 at all."
    )
    assert "divided by 4" in _inspected("article_keras", "1.kernel.0.0").gradient


def test_edges_are_chosen_and_let_go_by_a_plain_form(
    client: httpx.Client, new_session: NewSession
) -> None:
    address = f"/sessions/{new_session()['id']}"
    chosen = client.post(f"{address}/choose", data={"parameter": "1.kernel.0.1"})
    assert (chosen.status_code, chosen.headers["location"]) == (303, address)
    assert "Chain rule · W2" in client.get(address).text
    wrong = client.post(f"{address}/choose", data={"parameter": "1.kernel.0.9"})
    assert wrong.status_code == 422
    assert "1.kernel.0.2" in wrong.text
    client.post(f"{address}/choose", data={})
    assert "Choose an edge" in client.get(address).text


def test_phases_go_layer_by_layer_by_plain_forms(
    client: httpx.Client, new_session: NewSession
) -> None:
    session = new_session()["id"]
    address = f"/sessions/{session}"
    hidden = '<input type="hidden" name="layers" value="1"'
    assert f"{hidden} disabled>" in client.get(address).text
    assert f"{hidden} >" in client.get(f"{address}?by=layer").text
    gone = client.post(f"{address}/forward", data={"layers": "1"})
    assert (gone.status_code, gone.headers["location"]) == (303, f"{address}?by=layer")
    position = client.get(f"/api/sessions/{session}").json()["position"]
    assert (position["phase"], position["layer"]) == ("ready", 1)
    for wrong in ("0", "-1", "x", "17"):
        assert client.post(f"{address}/forward", data={"layers": wrong}).status_code == 422
