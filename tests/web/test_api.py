"""The REST contract, through the real server."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest

from tests.conftest import XOR

NewSession = Callable[..., dict[str, Any]]
PROBLEM = "application/problem+json"


def _json(**parts: Any) -> bytes:
    """XOR's spec with other parts, as Python's json writes it: NaN as NaN."""
    return json.dumps(XOR | parts).encode()


@pytest.fixture
def address(new_session: NewSession) -> str:
    """A session of XOR on 2-3-1."""
    return f"/api/sessions/{new_session(metrics=['mae'])['id']}"


def _problem(reply: httpx.Response, status: int) -> dict[str, Any]:
    """The reply's problem, which is one as RFC 9457 describes it and shows no traceback."""
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == PROBLEM
    problem: dict[str, Any] = reply.json()
    assert problem.keys() >= {"type", "title", "status", "detail"}
    assert problem["status"] == status
    assert "Traceback" not in reply.text
    return problem


def test_making_a_session_gives_its_state_and_address(client: httpx.Client) -> None:
    reply = client.post("/api/sessions", json=XOR)
    assert reply.status_code == 201
    state = reply.json()
    assert reply.headers["location"] == f"/api/sessions/{state['id']}"
    assert len(state["id"]) >= 22  # 128 bits in base64
    assert state["name"] == "XOR"
    assert state["position"] == {
        "epoch": 0,
        "batch": 0,
        "update": 0,
        "phase": "ready",
        "layer": None,
    }
    assert state["playing"] is None
    assert state["metrics"]["test"] is None
    assert client.get(reply.headers["location"]).json() == state
    assert client.delete(reply.headers["location"]).status_code == 204
    _problem(client.get(reply.headers["location"]), 404)


def test_two_requests_train_for_an_epoch(client: httpx.Client, address: str) -> None:
    reply = client.post(f"{address}/step").json()
    assert reply["position"] == {
        "epoch": 1,
        "batch": 0,
        "update": 1,
        "phase": "ready",
        "layer": None,
    }
    (entry,) = reply["epochs"]
    assert entry["epoch"] == 1
    assert entry["fit"].keys() == entry["train"].keys() == {"loss", "mae"}
    assert entry["test"] is None


def test_step_takes_units_and_counts(client: httpx.Client, address: str) -> None:
    step = f"{address}/step"
    assert client.post(step, json={"unit": "phase"}).json()["position"]["phase"] == "forward"
    finished = client.post(step, json={"unit": "epoch", "count": 3}).json()
    assert [entry["epoch"] for entry in finished["epochs"]] == [1, 2, 3]
    assert client.post(step, json={"unit": "batch", "count": 2}).json()["position"]["epoch"] == 5


def test_history_as_json_and_csv(client: httpx.Client, address: str) -> None:
    client.post(f"{address}/step", json={"count": 4})
    history = client.get(f"{address}/history").json()
    assert [entry["epoch"] for entry in history["epochs"]] == [1, 2, 3, 4]
    assert history["initial"]["train"].keys() == {"loss", "mae"}
    later = client.get(f"{address}/history", params={"since": 2}).json()["epochs"]
    assert later == history["epochs"][2:]
    reply = client.get(f"{address}/history", params={"format": "csv"})
    assert reply.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(reply.text)))
    assert len(rows) == 4
    assert float(rows[1]["fit_loss"]) == history["epochs"][1]["fit"]["loss"]
    assert float(rows[3]["train_mae"]) == history["epochs"][3]["train"]["mae"]


def test_floats_have_full_precision(client: httpx.Client, address: str) -> None:
    value = 0.1234567890123456
    client.patch(f"{address}/parameters", json={"1.kernel.0.2": value, "2.bias.0": 0})
    layers = client.get(f"{address}/parameters").json()["layers"]
    assert layers[0]["kernel"][0][2] == value
    assert layers[1]["bias"] == [0.0]


def test_gradients_change_nothing(client: httpx.Client, address: str) -> None:
    before = client.get(address).json()
    batch = client.get(f"{address}/gradients", params={"over": "batch"}).json()
    train = client.get(f"{address}/gradients", params={"over": "train"}).json()
    assert [len(layer["kernel"]) for layer in train["layers"]] == [2, 3]
    assert train["loss"] == before["metrics"]["train"]["loss"]
    assert batch["loss"] == pytest.approx(train["loss"])  # one batch holds all four
    assert client.get(address).json() == before


def test_the_penalty_stands_apart(client: httpx.Client, new_session: NewSession) -> None:
    layers = [{"units": 2, "activation": "tanh", "l2": 0.1}, {"units": 1, "activation": "sigmoid"}]
    address = f"/api/sessions/{new_session(network={'layers': layers})['id']}"
    kernel = client.get(f"{address}/parameters").json()["layers"][0]["kernel"]
    forward = client.post(f"{address}/forward").json()
    assert forward["penalty"] == pytest.approx(0.1 * sum(w * w for row in kernel for w in row))
    gradients = client.post(f"{address}/backward").json()["layers"][0]
    penalty = gradients["kernel_penalty_gradient"]
    assert penalty[0] == pytest.approx([0.2 * weight for weight in kernel[0]])
    total = forward["state"]["metrics"]["train"]["loss"]
    assert total == pytest.approx(forward["loss"] + forward["penalty"])


def test_patching_the_spec_keeps_the_weights_and_put_starts_anew(
    client: httpx.Client, address: str
) -> None:
    client.post(f"{address}/step")
    weights = client.get(f"{address}/parameters").json()
    state = client.patch(f"{address}/spec", json={"optimizer": {"learning_rate": 0.5}}).json()
    assert state["spec"]["optimizer"]["learning_rate"] == 0.5
    assert state["position"]["epoch"] == 1
    assert client.get(f"{address}/parameters").json() == weights
    problem = _problem(client.patch(f"{address}/spec", json={"seed": 3}), 422)
    assert problem["errors"][0]["pointer"] == "/seed"
    assert client.put(f"{address}/spec", json=XOR | {"seed": 3}).json()["position"]["epoch"] == 0
    assert client.get(f"{address}/parameters").json() != weights


def test_reset_starts_again(client: httpx.Client, address: str) -> None:
    start = client.get(f"{address}/parameters").json()
    client.post(f"{address}/step", json={"count": 5})
    state = client.post(f"{address}/reset").json()
    assert state["position"]["epoch"] == 0
    assert client.get(f"{address}/parameters").json() == start
    assert client.get(f"{address}/history").json()["epochs"] == []


def test_predict(client: httpx.Client, address: str) -> None:
    outputs = client.post(f"{address}/predict", json={"inputs": [[0, 1], [1, 1]]}).json()
    assert [len(row) for row in outputs["outputs"]] == [1, 1]
    for inputs, pointer in (
        ([[0, 1, 2]], "/inputs/0"),
        ([], "/inputs"),
        ([[0, "a"]], "/inputs/0/1"),
    ):
        problem = _problem(client.post(f"{address}/predict", json={"inputs": inputs}), 422)
        assert problem["errors"][0]["pointer"] == pointer


def test_out_of_order_says_what_to_do_first(client: httpx.Client, address: str) -> None:
    problem = _problem(client.post(f"{address}/backward"), 409)
    assert "Call forward first" in problem["detail"]
    client.post(f"{address}/forward")
    _problem(client.post(f"{address}/forward"), 409)
    assert client.get(address).json()["position"]["phase"] == "forward"


def test_an_edit_of_an_unknown_parameter_offers_near_ones(
    client: httpx.Client, address: str
) -> None:
    before = client.get(f"{address}/parameters").json()
    body = {"1.kernel.0.0": 1, "1.kernel.0.7": 1}
    problem = _problem(client.patch(f"{address}/parameters", json=body), 422)
    assert problem["errors"][0]["pointer"] == "/1.kernel.0.7"
    assert "1.kernel.0.2" in problem["errors"][0]["detail"]
    assert client.get(f"{address}/parameters").json() == before


def test_focus(client: httpx.Client, address: str) -> None:
    assert client.post(f"{address}/focus", json={"example": 3}).status_code == 200
    problem = _problem(client.post(f"{address}/focus", json={"example": 4}), 422)
    assert problem["errors"][0] == {
        "pointer": "/example",
        "detail": "Choose an example from 0 to 3.",
    }


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b"{bad", ""),
        (b"", ""),
        (b"[1, 2]", ""),
        (b"\xff\xfe", ""),
        (_json(seed=math.nan), "/seed"),
        (_json(network={"layers": [{"units": 0}]}), "/network/layers/0/units"),
        (_json(name="a\0"), "/name"),
        (_json(name="a\u202eb"), "/name"),
        (_json(name="\ud800"), "/name"),
    ],
)
def test_a_bad_body_is_named(client: httpx.Client, body: bytes, pointer: str) -> None:
    reply = client.post("/api/sessions", content=body, headers={"content-type": "application/json"})
    problem = _problem(reply, 422)
    assert problem["errors"][0]["pointer"] == pointer
    assert problem["errors"][0]["detail"]


def test_deep_json_is_refused(client: httpx.Client) -> None:
    body = b'{"network":' + b"[" * 100_000
    reply = client.post("/api/sessions", content=body, headers={"content-type": "application/json"})
    _problem(reply, 422)


def test_a_body_over_the_limit_is_refused_with_and_without_its_length(
    client: httpx.Client,
) -> None:
    _problem(client.post("/api/sessions", content=b"x" * 8_000_001), 413)
    chunks = (b"x" * 1_000_000 for _ in range(9))
    _problem(client.post("/api/sessions", content=chunks), 413)


@pytest.mark.parametrize("id", ["nope", "a" * 22, "%2e%2e", "' or 1=1"])
def test_an_unknown_session(client: httpx.Client, id: str) -> None:
    for method, path in (("GET", ""), ("POST", "/step"), ("GET", "/events"), ("DELETE", "")):
        problem = _problem(client.request(method, f"/api/sessions/{id}{path}"), 404)
        assert problem["detail"]


def test_an_unknown_path_and_method_are_problems_too(client: httpx.Client) -> None:
    _problem(client.get("/api/nothing"), 404)
    _problem(client.put("/api/sessions", json={}), 405)


def test_a_step_of_1e6_ends_in_a_session_that_explains_itself(
    client: httpx.Client, new_session: NewSession
) -> None:
    state = new_session(
        network={"layers": [{"units": 3, "activation": "relu"}, {"units": 1}]},
        data={"source": "plane"},
        optimizer={"name": "sgd", "learning_rate": 1e6},
    )
    reply = client.post(f"/api/sessions/{state['id']}/step", json={"count": 50})
    assert reply.status_code == 200
    assert "NaN" not in reply.text
    assert "Infinity" not in reply.text
    stopped = reply.json()["stopped"]
    assert stopped["reason"] == "overflow"
    assert "learning rate" in stopped["advice"]
    parameters = client.get(f"/api/sessions/{state['id']}/parameters")
    assert "NaN" not in parameters.text


def test_a_step_that_would_take_too_long_is_refused(
    client: httpx.Client, new_session: NewSession
) -> None:
    layers = [{"units": 200, "activation": "tanh"}] * 3 + [{"units": 1}]
    state = new_session(
        network={"layers": layers}, data={"source": "plane", "samples": 5000}, batch_size=1
    )
    reply = client.post(f"/api/sessions/{state['id']}/step", json={"count": 10_000})
    problem = _problem(reply, 422)
    assert problem["errors"][0]["pointer"] == "/count"
    assert "at most" in problem["errors"][0]["detail"]


def test_two_drivers_at_once_are_served_one_after_the_other(
    client: httpx.Client, address: str
) -> None:
    with ThreadPoolExecutor(8) as drivers:
        replies = list(drivers.map(lambda _: client.post(f"{address}/step").json(), range(40)))
    epochs = [reply["position"]["epoch"] for reply in replies]
    assert sorted(epochs) == list(range(1, 41))
    assert all(reply["epochs"][0]["epoch"] == reply["position"]["epoch"] for reply in replies)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[::1"])
def test_a_foreign_host_is_refused(client: httpx.Client, host: str) -> None:
    reply = client.get("/api/presets", headers={"host": host})
    assert reply.status_code in (400, 421)
    assert "sigmoid" not in reply.text


def test_the_servers_own_names_are_served(client: httpx.Client, server: str) -> None:
    port = server.rsplit(":", 1)[1]
    for host in ("localhost", "LOCALHOST", "127.0.0.1", "[::1]"):
        for with_port in (host, f"{host}:{port}"):
            assert client.get("/api/presets", headers={"host": with_port}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_another_site_may_not_change_anything(
    client: httpx.Client, address: str, headers: dict[str, str]
) -> None:
    before = client.get(address).json()
    _problem(client.post(f"{address}/step", headers=headers), 403)
    assert client.get(address).json() == before


def test_the_servers_own_pages_may(client: httpx.Client, address: str, server: str) -> None:
    headers = {"origin": server, "sec-fetch-site": "same-origin"}
    assert client.post(f"{address}/step", headers=headers).status_code == 200


def test_every_reply_carries_the_security_headers(client: httpx.Client, address: str) -> None:
    for reply in (client.get(address), client.get("/api/nothing"), client.get("/api/docs")):
        policy = reply.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert reply.headers["x-content-type-options"] == "nosniff"


def test_presets_can_be_posted_as_they_are(client: httpx.Client) -> None:
    presets = client.get("/api/presets").json()
    assert len(presets) >= 8
    for preset in presets:
        reply = client.post("/api/sessions", json=preset["spec"])
        assert reply.status_code == 201
        client.delete(reply.headers["location"])


def test_the_catalog_tells_options_defaults_and_texts(client: httpx.Client) -> None:
    catalog = client.get("/api/catalog").json()
    adam = next(entry for entry in catalog["optimizers"] if entry["name"] == "adam")
    rate = next(option for option in adam["options"] if option["name"] == "learning_rate")
    assert (rate["default"], rate["exclusive_minimum"]) == (0.001, 0)
    assert all(entry["doc"] for kind in catalog.values() for entry in kind)


def test_openapi_names_every_tag_in_the_order_of_use(client: httpx.Client) -> None:
    openapi = client.get("/api/openapi.json").json()
    tags = [tag["name"] for tag in openapi["tags"]]
    assert tags[:3] == ["sessions", "training", "timeline"]
    used = {tag for calls in openapi["paths"].values() for c in calls.values() for tag in c["tags"]}
    assert used == set(tags)


def test_openapi_describes_every_call_with_words_and_an_example(client: httpx.Client) -> None:
    openapi = client.get("/api/openapi.json").json()
    text = json.dumps(openapi)
    assert "HTTPValidationError" not in text
    for path, calls in openapi["paths"].items():
        for method, call in calls.items():
            assert call["summary"], (method, path)
            assert call["description"], (method, path)
    examples = openapi["paths"]["/api/sessions"]["post"]["requestBody"]["content"]
    for example in examples["application/json"]["examples"].values():
        reply = client.post("/api/sessions", json=example["value"])
        assert reply.status_code == 201
        client.delete(reply.headers["location"])


def test_more_sessions_than_memory_holds_are_all_there(
    start_server: Callable[..., AbstractContextManager[str]],
) -> None:
    with (
        start_server(environment={"BACKPROP_MAX_SESSIONS": "3"}) as server,
        httpx.Client(base_url=server, trust_env=False) as client,
    ):
        places = [client.post("/api/sessions", json=XOR).headers["location"] for _ in range(4)]
        statuses = [client.get(place).status_code for place in places]
        assert statuses == [200] * 4
