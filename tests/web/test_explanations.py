"""Explanations through the real server: chain rule, checks, cost, layer-wise phases, events."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
import pytest

from app.session.explained import EXPLANATION_SECONDS
from tests.golden_figures import WORKED, figures, worked_spec
from tests.web.test_events import Reader

NewSession = Callable[..., dict[str, Any]]
NAME = "1.kernel.0.1"
DEEP = {
    "layers": [
        {"units": 3, "activation": "tanh"},
        {"units": 2, "activation": "relu"},
        {"units": 1, "activation": "sigmoid"},
    ]
}


@pytest.fixture
def address(new_session: NewSession) -> str:
    """A session of XOR on 2-3-1."""
    return f"/api/sessions/{new_session()['id']}"


def _get(client: httpx.Client, address: str, **params: Any) -> Any:
    reply = client.get(address, params=params)
    assert reply.status_code == 200, reply.text
    return reply.json()


def _faults(reply: httpx.Response, status: int = 422) -> dict[str, str]:
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    return {fault["pointer"]: fault["detail"] for fault in reply.json().get("errors", [])}


@pytest.mark.parametrize("name", WORKED)
def test_a_worked_example(name: str, client: httpx.Client, new_session: NewSession) -> None:
    golden = figures(name)
    address = f"/api/sessions/{new_session(**worked_spec(golden))['id']}"
    forward, backward = golden["forward"], golden["backward"]
    v1 = _get(client, f"{address}/parameters/2.kernel.0.0/explanation")
    (path,) = v1["paths"]
    y1 = forward["Y"][0]
    values = [step["value"] for step in path["steps"]]
    expected = [backward["dE_dY"][0], y1 * (1 - y1), forward["H"][0]]
    np.testing.assert_allclose(values, expected, rtol=0, atol=1e-12)
    assert [step["symbol"] for step in path["steps"]] == ["dE/dY1", "dY1/dy1", "dy1/dV1"]
    assert path["product"] == pytest.approx(backward["dE_dV"][0][0], rel=0, abs=1e-12)

    w1 = _get(client, f"{address}/parameters/1.kernel.0.0/explanation")
    total = sum(path["product"] for path in w1["paths"])
    assert len(w1["paths"]) == w1["paths_total"] == 2
    assert total == pytest.approx(backward["dE_dW"][0][0], rel=0, abs=1e-12)
    assert w1["gradient"] == pytest.approx(total, rel=0, abs=1e-12)
    new = golden["after_updates"]["1"]["W"][0][0]
    assert w1["update"]["new_value"] == pytest.approx(new, rel=0, abs=1e-12)
    assert w1["numeric"]["relative_error"] < 1e-6
    client.post(f"{address}/step")
    layers = _get(client, f"{address}/parameters")["layers"]
    assert layers[0]["kernel"][0][0] == w1["update"]["new_value"]


def test_the_examples_are_those_asked_for(client: httpx.Client, new_session: NewSession) -> None:
    address = f"/api/sessions/{new_session(batch_size=2)['id']}"
    path = f"{address}/parameters/{NAME}/explanation"
    usual = _get(client, path)
    assert (usual["over"], usual["example"], usual["examples_total"]) == ("train", 3, 4)
    assert _get(client, path, over="batch")["examples_total"] == 2
    client.post(f"{address}/focus", json={"example": 2})
    assert _get(client, path)["example"] == 2
    assert _get(client, path, example=1)["example"] == 1
    client.post(f"{address}/forward")
    backward = client.post(f"{address}/backward").json()
    at_hand = _get(client, path)
    assert at_hand["over"] == "batch"
    assert at_hand["gradient"] == backward["layers"][0]["kernel_gradient"][0][1]
    told = at_hand["update"]["change"]
    update = client.post(f"{address}/update").json()
    assert update["layers"][0]["kernel_update"][0][1] == told


def test_looking_changes_nothing(client: httpx.Client, address: str) -> None:
    before = _get(client, address)
    of_one = f"{address}/parameters/{NAME}"
    for path in (f"{of_one}/explanation", f"{of_one}/cost-curve"):
        _get(client, path)
    for path in (f"{address}/gradient-check", f"{address}/diagnosis"):
        _get(client, path)
    _get(client, f"{address}/cost-surface", x="1.bias.0", y=NAME, points=3)
    assert _get(client, address) == before


def test_every_gradient_is_checked(client: httpx.Client, address: str) -> None:
    for over in ("train", "batch"):
        check = _get(client, f"{address}/gradient-check", over=over)
        assert len(check["parameters"]) == 13
        assert check["max_relative_error"] < 1e-6
        assert check["over"] == over
    assert check["parameters"][0]["label"] == "W1"


def test_cost_along_a_weight(client: httpx.Client, address: str) -> None:
    path = f"{address}/parameters/{NAME}/cost-curve"
    curve = _get(client, path)
    assert len(curve["values"]) == len(curve["costs"]) == 101
    assert curve["values"][0] < curve["value"] < curve["values"][-1]
    curve = _get(client, path, low=-2, high=2, points=9)
    assert curve["values"] == np.linspace(-2, 2, 9).tolist()
    client.patch(f"{address}/parameters", json={NAME: curve["values"][6]})
    moved = _get(client, address)["metrics"]["train"]["loss"]
    assert curve["costs"][6] == pytest.approx(moved, rel=1e-12)


def test_cost_curve_and_surface_are_of_the_batch_or_of_all(
    client: httpx.Client, new_session: NewSession
) -> None:
    address = f"/api/sessions/{new_session(batch_size=1)['id']}"
    looks: list[tuple[str, dict[str, Any]]] = [
        (f"{address}/parameters/{NAME}/cost-curve", {"points": 3}),
        (f"{address}/cost-surface", {"x": NAME, "y": "2.bias.0", "points": 3}),
    ]
    for phases, usual, examples in (((), "train", 4), (("forward", "backward"), "batch", 1)):
        for phase in phases:
            client.post(f"{address}/{phase}")
        for path, query in looks:
            told = _get(client, path, **query)
            assert (told["over"], told["examples"]) == (usual, examples)
            assert _get(client, path, **query, over=usual) == told
            other = "train" if usual == "batch" else "batch"
            assert _get(client, path, **query, over=other)["over"] == other
            assert "/over" in _faults(client.get(path, params=query | {"over": "all"}))


def test_a_cost_that_overflows_is_null(client: httpx.Client, new_session: NewSession) -> None:
    layers = [{"units": 2, "activation": "exponential"}, {"units": 1}]
    address = f"/api/sessions/{new_session(network={'layers': layers})['id']}"
    curve = _get(client, f"{address}/parameters/{NAME}/cost-curve", low=0, high=1e6)
    assert curve["costs"][0] is not None
    assert curve["costs"][-1] is None


def test_cost_over_two_weights(client: httpx.Client, address: str) -> None:
    surface = _get(client, f"{address}/cost-surface", x="1.kernel.0.0", y="2.kernel.1.0")
    assert np.shape(surface["costs"]) == (41, 41)
    assert (surface["x"]["label"], surface["y"]["label"]) == ("W1", "V2")
    small = _get(client, f"{address}/cost-surface", x=NAME, y="2.bias.0", points=2)
    assert np.shape(small["costs"]) == (2, 2)


def test_diagnosis(client: httpx.Client, address: str) -> None:
    told = _get(client, f"{address}/diagnosis")
    assert told["findings"] == []
    assert len(told["gradient_norms"]) == 2
    client.patch(f"{address}/parameters", json={f"1.bias.{unit}": 40 for unit in range(3)})
    (found,) = _get(client, f"{address}/diagnosis")["findings"]
    assert (found["kind"], found["units"]) == ("saturated", [0, 1, 2])


@pytest.mark.parametrize(
    ("path", "pointer", "words"),
    [
        ("parameters/1.kernel.0.9/explanation", "/name", "Near ones: 1.kernel.0"),
        ("parameters/nothing/cost-curve", "/name", "Near ones"),
        (f"parameters/{NAME}/explanation?example=4", "/example", "from 0 to 3"),
        (f"parameters/{NAME}/explanation?example=-1", "/example", "at least 0"),
        (f"parameters/{NAME}/explanation?over=all", "/over", "batch"),
        (f"parameters/{NAME}/cost-curve?low=1&high=1", "/low", "empty"),
        (f"parameters/{NAME}/cost-curve?low=2&high=-2", "/low", "empty"),
        (f"parameters/{NAME}/cost-curve?low=nan", "/low", "finite"),
        (f"parameters/{NAME}/cost-curve?high=1e300", "/high", "at most"),
        (f"parameters/{NAME}/cost-curve?points=1002", "/points", "at most 1001"),
        (f"parameters/{NAME}/cost-curve?points=1", "/points", "at least 2"),
        (f"cost-surface?x={NAME}&y={NAME}", "/y", "another"),
        (f"cost-surface?x={NAME}&y=1.kernel.9.9", "/y", "Near ones"),
        (f"cost-surface?x={NAME}&y=1.bias.0&points=102", "/points", "at most 101"),
        (f"cost-surface?x={NAME}", "/y", "needed"),
    ],
)
def test_what_makes_no_sense_is_named(
    client: httpx.Client, address: str, path: str, pointer: str, words: str
) -> None:
    faults = _faults(client.get(f"{address}/{path}"))
    assert pointer in faults
    assert words in faults[pointer]


def test_a_bias_that_is_not_there_says_why(client: httpx.Client, new_session: NewSession) -> None:
    layers = [{"units": 2, "use_bias": False}, {"units": 1}]
    address = f"/api/sessions/{new_session(network={'layers': layers})['id']}"
    faults = _faults(client.get(f"{address}/parameters/1.bias.0/explanation"))
    assert "use_bias false" in faults["/name"]
    assert "Near ones" in _faults(client.get(f"{address}/parameters/2.bias.5/explanation"))["/name"]


def test_what_would_take_too_long_is_refused_with_what_would_not(
    client: httpx.Client, new_session: NewSession
) -> None:
    layers = [{"units": 300}, {"units": 300}, {"units": 1, "activation": "sigmoid"}]
    data = {"source": "circle", "samples": 5000}
    address = f"/api/sessions/{new_session(network={'layers': layers}, data=data)['id']}"
    assert "single parameters" in _faults(client.get(f"{address}/gradient-check"))["/over"]
    surface = {"x": NAME, "y": "2.bias.0", "points": 101}
    faults = _faults(client.get(f"{address}/cost-surface", params=surface))
    assert "at most" in faults["/points"]


# Layer by layer


def test_forward_and_backward_go_layer_by_layer(
    client: httpx.Client, new_session: NewSession
) -> None:
    address = f"/api/sessions/{new_session(network=DEEP)['id']}"
    other = f"/api/sessions/{new_session(network=DEEP)['id']}"
    whole = client.post(f"{other}/forward").json()
    for done in (1, 2):
        part = client.post(f"{address}/forward", json={"layers": 1}).json()
        assert part["state"]["position"]["layer"] == done
        assert part["state"]["position"]["phase"] == "ready"
        assert part["layers"] == whole["layers"][:done]
        assert part["loss"] is None
    reply = client.post(f"{address}/backward", json={"layers": 1})
    _faults(reply, 409)
    last = client.post(f"{address}/forward").json()
    assert last["state"]["position"] == whole["state"]["position"]
    assert (last["layers"], last["loss"]) == (whole["layers"], whole["loss"])

    whole = client.post(f"{other}/backward").json()
    part = client.post(f"{address}/backward", json={"layers": 2}).json()
    assert part["state"]["position"]["phase"] == "forward"
    assert part["state"]["position"]["layer"] == 2
    assert part["layers"] == [None, *whole["layers"][1:]]
    assert part["loss_gradient"] == whole["loss_gradient"]
    last = client.post(f"{address}/backward", json={"layers": 9}).json()
    assert last["layers"] == whole["layers"]
    assert last["state"]["position"]["layer"] is None
    assert client.post(f"{address}/update").json()["layers"] == client.post(
        f"{other}/update"
    ).json()["layers"]  # fmt: skip


def test_a_step_finishes_a_phase_begun(client: httpx.Client, new_session: NewSession) -> None:
    address = f"/api/sessions/{new_session(network=DEEP)['id']}"
    client.post(f"{address}/forward", json={"layers": 2})
    position = client.post(f"{address}/step", json={"unit": "phase"}).json()["position"]
    assert (position["phase"], position["layer"]) == ("forward", None)
    client.post(f"{address}/backward", json={"layers": 1})
    position = client.post(f"{address}/step", json={"unit": "epoch"}).json()["position"]
    assert (position["epoch"], position["phase"], position["layer"]) == (1, "ready", None)


@pytest.mark.parametrize("layers", [0, -1, 17, 1.5, "1"])
def test_so_many_layers_make_no_sense(client: httpx.Client, address: str, layers: Any) -> None:
    reply = client.post(f"{address}/forward", json={"layers": layers})
    assert "/layers" in _faults(reply)


# Events


def test_the_chosen_parameters_explanation_follows_each_state(
    client: httpx.Client, address: str
) -> None:
    with client.stream("GET", f"{address}/events") as stream:
        reader = Reader(stream.iter_lines())
        assert reader.until("state").data["chosen"] is None
        client.post(f"{address}/choose", json={"parameter": NAME})
        state = reader.until("state", lambda data: data["chosen"] == NAME).data
        told = reader.event()
        assert told.name == "explanation"
        assert told.data["version"] == state["version"]
        rest = _get(client, f"{address}/parameters/{NAME}/explanation")
        assert told.data == {"version": state["version"], **rest}
        client.post(f"{address}/forward")
        client.post(f"{address}/backward")
        told = reader.until("explanation", lambda data: data["over"] == "batch")
        with client.stream("GET", f"{address}/events") as newcomers:
            newcomer = Reader(newcomers.iter_lines())
            assert newcomer.until("explanation").data == told.data


def test_while_playing_explanations_come_now_and_then_and_the_last_is_right(
    client: httpx.Client, address: str
) -> None:
    client.post(f"{address}/choose", json={"parameter": NAME})
    with client.stream("GET", f"{address}/events") as stream:
        reader = Reader(stream.iter_lines())
        reader.until("explanation")
        client.post(f"{address}/play", json={"epochs_per_second": 30})
        begun, states, explanations = time.monotonic(), 0, 0
        while states < 30:
            event = reader.event()
            states += event.name == "state"
            explanations += event.name == "explanation"
        most = 1 + (time.monotonic() - begun) / EXPLANATION_SECONDS
        assert 1 <= explanations <= most + 1
        client.post(f"{address}/pause")
        state = reader.until("state", lambda data: data["playing"] is None).data
        told = reader.until("explanation").data
        assert told["version"] == state["version"]
        assert told["value"] == _get(client, f"{address}/parameters/{NAME}/explanation")["value"]


def test_a_choice_that_makes_no_sense_is_refused(client: httpx.Client, address: str) -> None:
    reply = client.post(f"{address}/choose", json={"parameter": "1.kernel.9.9"})
    assert "Near ones" in _faults(reply)["/parameter"]
    reply = client.post(f"{address}/choose", json={"unit": "1.unit.9"})
    assert "Near ones: 1.unit.2" in _faults(reply)["/unit"]
    both = {"unit": "1.unit.0", "parameter": NAME}
    assert "not both" in _faults(client.post(f"{address}/choose", json=both))["/unit"]
    assert "/units" in _faults(client.post(f"{address}/choose", json={"units": "1.unit.0"}))
    for nothing in ({}, {"parameter": None}, {"unit": None, "parameter": None}):
        assert client.post(f"{address}/choose", json=nothing).status_code == 200


# Units


@pytest.mark.parametrize("name", WORKED)
def test_a_unit_of_a_worked_example(
    name: str, client: httpx.Client, new_session: NewSession
) -> None:
    golden = figures(name)
    address = f"/api/sessions/{new_session(**worked_spec(golden))['id']}"
    told = _get(client, f"{address}/units/1.unit.0/explanation", over="train", example=0)
    exact: dict[str, Any] = {"rel": 0, "abs": 1e-12}
    assert told["label"] == "H1"
    assert told["pre_activation"] == pytest.approx(golden["forward"]["h_pre"][0], **exact)
    assert told["activation"] == pytest.approx(golden["forward"]["H"][0], **exact)
    assert told["delta"] == pytest.approx(golden["backward"]["dE_dh"][0], **exact)
    products = [path["product"] for path in told["paths"]]
    assert sum(products) == pytest.approx(told["delta"], **exact)
    for source, term in enumerate(told["terms"][:2]):
        assert term["parameter"] == f"1.kernel.{source}.0"
        gradient = golden["backward"]["dE_dW"][source][0]
        assert told["delta"] * term["input"] == pytest.approx(gradient, **exact)


def test_a_unit_that_is_not_there_offers_near_ones(client: httpx.Client, address: str) -> None:
    reply = client.get(f"{address}/units/3.unit.0/explanation")
    assert "Near ones: 2.unit.0" in _faults(reply)["/name"]
    reply = client.get(f"{address}/units/1.unit.0/explanation", params={"example": 4})
    assert "from 0 to 3" in _faults(reply)["/example"]


def test_a_chosen_unit_is_explained_after_each_state(client: httpx.Client, address: str) -> None:
    client.post(f"{address}/choose", json={"unit": "1.unit.2"})
    with client.stream("GET", f"{address}/events") as stream:
        reader = Reader(stream.iter_lines())
        state = reader.until("state").data
        assert state["chosen"] == "1.unit.2"
        told = reader.event()
        assert told.name == "explanation"
        rest = _get(client, f"{address}/units/1.unit.2/explanation")
        assert told.data == {"version": state["version"], **rest}
        client.post(f"{address}/step", json={"unit": "epoch", "count": 1})
        told = reader.until("explanation", lambda data: data["version"] > state["version"])
        assert told.data["delta"] != rest["delta"]
