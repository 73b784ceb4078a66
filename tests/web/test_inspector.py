"""What the inspector shows of a chosen parameter."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from app.session.presets import PRESETS
from app.session.session import Session
from app.session.spec import Spec
from app.web.formulas import mathml, symbol, tall_mathml
from app.web.inspector import NOTHING, Factor, Inspector, inspector
from app.web.panels import PanelStream, workspace
from app.web.rendering import html
from tests.golden_figures import figures

NewSession = Callable[..., dict[str, Any]]


def _inspected(preset: str, name: str, **changes: Any) -> Inspector:
    spec = Spec.model_validate(PRESETS[preset].spec.model_dump(mode="json") | changes)
    session = Session(spec)
    session.choose(name)
    return inspector(session)


def _figures(factors: tuple[Factor, ...]) -> list[str]:
    return [factor.figure for factor in factors]


def test_nothing_chosen_is_an_invitation_and_nothing_else() -> None:
    session = Session(PRESETS["article_2_2_2"].spec)
    assert inspector(session) is NOTHING
    shown = html("_chain_rule.html", {"page": workspace(session)})
    assert "Choose an edge to see where its gradient comes from." in shown
    assert "<math" not in shown
    assert html("_update_steps.html", {"page": workspace(session)}).strip() == ""


def test_an_output_weight_has_the_article_s_line() -> None:
    found = _inspected("article_2_2_2", "2.kernel.0.0")
    assert found.label == "V1"
    chain = found.chain
    assert chain is not None
    assert [factor.spoken for factor in chain.factors] == ["∂E/∂Y1", "∂Y1/∂y1", "∂y1/∂V1"]
    assert _figures(chain.factors) == ["−0.4197", "0.2436", "0.6800"]
    assert [factor.sign for factor in chain.factors] == ["negative", "positive", "positive"]
    assert [factor.place for factor in chain.factors] == ["node:2.0", "node:2.0", "node:1.0"]
    assert [factor.caption for factor in chain.factors] == ["loss", "slope", "H1"]
    assert chain.result.figure == "−0.0695"
    assert chain.paths == ()
    assert chain.recursion is None
    assert chain.text == (
        "∂E/∂V1 = ∂E/∂Y1 · ∂Y1/∂y1 · ∂y1/∂V1 = −0.4197 · 0.2436 · 0.6800 = −0.0695"
    )


def test_a_hidden_weight_has_every_path_and_they_add_up() -> None:
    chain = _inspected("article_2_2_2", "1.kernel.0.0").chain
    assert chain is not None
    golden = figures("article_2_2_2")
    dy, v, (i1, _i2) = golden["backward"]["dE_dy"], golden["V"], golden["input"]
    products = [f"{dy[k] * v[0][k] * i1:.4f}".replace("-", "−") for k in range(2)]
    assert [path.product for path in chain.paths] == products
    assert [path.via for path in chain.paths] == ["Y1 → H1", "Y2 → H1"]
    assert _figures(chain.paths[1].factors) == ["0.5320", "0.2490", "−0.1000", "1.0000", "0.6000"]
    assert chain.paths[1].factors[2].place == "edge:2.kernel.0.1"
    assert chain.result.figure == "−0.0447"
    assert chain.factors == ()


def test_a_deep_network_is_folded_into_the_recursion_and_unfolds() -> None:
    layers = [{"units": 4, "activation": "tanh"}] * 5 + [{"units": 1, "activation": "tanh"}]
    found = _inspected("playground_circle", "1.kernel.0.0", network={"layers": layers})
    chain = found.chain
    assert chain is not None
    assert chain.recursion is not None
    assert chain.total == 256
    assert len(chain.listed) == 24
    assert chain.rest != ""
    assert _figures(chain.factors)[0] == chain.recursion.layers[-1].deltas[0].figure
    assert [layer.number for layer in chain.recursion.layers] == [6, 5, 4, 3, 2, 1]
    assert chain.recursion.layers[0].title == "output"
    terms = chain.recursion.layers[1].deltas[0].terms
    assert [term.place for term in terms] == ["edge:6.kernel.0.0"]
    assert found.gradient.startswith("The 250 bars add up")
    assert found.about == "for example 1 of 250"


def test_softmax_has_a_path_through_every_output() -> None:
    chain = _inspected("iris", "2.kernel.0.0").chain
    assert chain is not None
    assert [path.via for path in chain.paths] == ["Y1", "Y2", "Y3"]
    chain = _inspected("iris", "1.bias.2").chain
    assert chain is not None
    assert chain.recursion is not None
    assert chain.recursion.layers[0].deltas[0].cross != ""
    assert chain.factors[-1].caption == "bias"


def test_the_update_is_calculated_line_by_line() -> None:
    steps = _inspected("article_2_2_2", "2.kernel.0.0").update
    assert [(step.title, step.figure) for step in steps] == [
        ("gradient", "−0.0695"),
        ("change", "+0.0070"),
        ("new value", "0.6070"),
    ]
    assert steps[1].numbers == "−0.1 · −0.0695"
    assert [step.foretold for step in steps] == [False, True, True]


@pytest.mark.parametrize(
    ("optimizer", "titles"),
    [
        ({"name": "sgd", "momentum": 0.9, "clipvalue": 0.01}, ["clipped", "momentum"]),
        ({"name": "sgd", "momentum": 0.9, "nesterov": True}, ["momentum"]),
        ({"name": "rmsprop", "momentum": 0.5, "centered": True}, ["squares", "momentum", "mean"]),
        ({"name": "adagrad"}, ["squares"]),
        ({"name": "adadelta"}, ["squares", "changes"]),
        ({"name": "adam"}, ["momentum", "corrected", "squares", "corrected"]),
        (
            {"name": "adamw", "amsgrad": True},
            ["momentum", "corrected", "squares", "corrected", "largest"],
        ),
        ({"name": "adamax"}, ["momentum", "corrected", "largest"]),
        ({"name": "nadam"}, ["momentum", "squares", "corrected", "correction"]),
    ],
)
def test_every_optimizer_shows_what_it_remembers(
    optimizer: dict[str, Any], titles: list[str]
) -> None:
    steps = _inspected("article_2_2_2", "2.kernel.0.0", optimizer=optimizer).update
    assert [step.title for step in steps] == ["gradient", *titles, "change", "new value"]
    assert all("<math" in step.formula for step in steps)


def test_a_penalty_is_added_to_the_gradient() -> None:
    data = PRESETS["article_2_2_2"].spec.model_dump(mode="json")
    data["network"]["layers"][1]["l2"] = 0.01
    steps = _inspected("article_2_2_2", "2.kernel.0.0", network=data["network"]).update
    assert steps[1].title == "with penalty"
    assert steps[1].numbers == "−0.0695 + 0.0120"
    assert steps[1].figure == "−0.0575"


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


def test_the_numeric_check_agrees() -> None:
    numeric = _inspected("article_keras", "1.kernel.0.0").numeric
    assert numeric is not None
    assert not numeric.kink
    assert re.fullmatch(r"\de−\d\d", numeric.difference)


@pytest.mark.parametrize("preset", PRESETS)
def test_every_parameter_of_every_preset_can_be_shown(preset: str) -> None:
    session = Session(PRESETS[preset].spec)
    session.step("epoch")
    for name in ("1.kernel.0.0", f"{len(session.run.network.layers)}.kernel.0.0"):
        session.choose(name)
        shown = html("workspace.html", {"page": workspace(session)})
        assert " style=" not in shown
        assert "NaN" not in shown


def test_formulas_have_no_inline_styles_and_keep_the_textbook_s_names() -> None:
    assert symbol("W1") == "W_{1}"
    assert symbol("h2,1") == "h_{2,1}"
    assert symbol("bH1") == "b_{H1}"
    assert symbol("E") == "E"
    assert "<msub><mi>W</mi>" in mathml(symbol("W1"))
    assert 'display="block"' in tall_mathml(r"\frac{1}{2}")


def test_the_stream_brings_the_inspector_where_something_is_chosen() -> None:
    session = Session(PRESETS["article_2_2_2"].spec)
    stream = PanelStream()
    stream(session)
    session.choose("2.kernel.0.0")
    session.tell()
    second = stream(session)
    assert second is not None
    assert 'hx-target="#chain-rule"' in second
    assert 'hx-target="#update-steps"' in second
    session.step("epoch")
    session.tell()
    third = stream(session)
    assert third is not None
    assert "0.6070 + 0.0070" in third
    session.choose(None)
    session.tell()
    last = stream(session)
    assert last is not None
    assert "Choose an edge" in last


def test_while_playing_the_inspector_is_refreshed_between_the_panels() -> None:
    session = Session(PRESETS["article_2_2_2"].spec)
    session.choose("2.kernel.0.0")
    stream = PanelStream()
    session.playing = {"epochs_per_second": None}
    stream(session)
    session.step("epoch")
    session._explained = None  # as if a sixth of a second had passed
    session.tell()
    between = stream(session)
    assert between is not None
    assert set(re.findall(r'hx-target="#([\w-]+)"', between)) <= {
        "chain-rule",
        "numeric-check",
        "update-steps",
        "contributions-said",
    }


def test_a_phase_layer_by_layer_is_told_with_the_formula_in_play() -> None:
    session = Session(PRESETS["article_2_2_2"].spec)
    session.forward(1)
    said = workspace(session).narration
    assert "layer 1 of 2" in said.sentence
    assert "0.6 · 0.3 + 1 · 0.5 = 0.6800" in said.formula
    session.forward(1)
    said = workspace(session).narration
    assert "0.68 · 0.6 + 0.28 · −0.3 = 0.3240" in said.formula
    assert "0.5803" in said.formula
    session.backward(1)
    said = workspace(session).narration
    assert "output layer" in said.sentence
    assert "−0.4197 · 0.2436 = −0.1022" in said.formula
    page = workspace(session)
    assert [phase.current for phase in page.phases] == [False, False, True, False]
    session.backward(1)
    said = workspace(session).narration
    assert "steepest slope" in said.sentence
    assert "1 · −0.0746 = −0.0746" in said.formula
    session.update()
    assert workspace(session).narration.formula == ""


def test_a_healthy_network_has_no_findings_and_a_dead_unit_is_one() -> None:
    for preset in PRESETS.values():
        session = Session(preset.spec)
        session.step("epoch", 3)
        assert workspace(session).findings == (), preset.name
    data = json.loads(PRESETS["article_keras"].spec.model_dump_json())
    data["network"] = {
        "layers": [{"units": 2, "activation": "relu"}, {"units": 1, "activation": "linear"}],
        "weights": [
            {"kernel": [[1, -1], [1, -1]], "bias": [0, -1]},
            {"kernel": [[1], [1]], "bias": [0]},
        ],
    }
    found = workspace(Session(Spec.model_validate(data))).findings
    assert [(finding.kind, finding.layer, finding.units) for finding in found] == [
        ("dead", "1", "1")
    ]


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
