"""The event stream, through the real server."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np
import pytest

from app.session.parsing import parsed_spec
from app.session.session import Session
from app.web.events import Audience, Issues, Seen
from tests.conftest import XOR

NewSession = Callable[..., dict[str, Any]]


@dataclass
class Event:
    """One server-sent event."""

    name: str
    data: Any
    id: str
    size: int


class Reader:
    """Reads the events of a stream one by one."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines

    def event(self) -> Event:
        """The next event."""
        fields: dict[str, str] = {}
        for line in self._lines:
            if not line and "data" in fields:
                name, data = fields.get("event", ""), fields["data"]
                return Event(name, json.loads(data) if name else data, fields["id"], len(data))
            name, _, value = line.partition(": ")
            if name:
                fields[name] = value
        raise AssertionError("the stream ended")

    def until(self, name: str, holds: Callable[[Any], bool] = lambda data: True) -> Event:
        """The next event called ``name`` whose data ``holds``."""
        while True:
            event = self.event()
            if event.name == name and holds(event.data):
                return event


@pytest.fixture
def follow(client: httpx.Client) -> Callable[..., AbstractContextManager[Reader]]:
    @contextmanager
    def following(session: str, **headers: str) -> Iterator[Reader]:
        address = f"/api/sessions/{session}/events"
        with client.stream("GET", address, headers=headers) as reply:
            assert reply.status_code == 200
            assert reply.headers["content-type"].startswith("text/event-stream")
            yield Reader(reply.iter_lines())

    return following


def _vector(text: str) -> Any:
    return np.frombuffer(base64.b64decode(text), "<f4")


def _flat(layers: list[dict[str, Any]]) -> Any:
    return np.concatenate([np.ravel(part) for layer in layers for part in layer.values()])


def test_a_newcomer_gets_all_that_is_needed_at_once(
    client: httpx.Client, new_session: NewSession, follow: Any
) -> None:
    session = new_session()["id"]
    client.post(f"/api/sessions/{session}/step", json={"count": 3})
    with follow(session) as reader:
        assert reader.until("viewers").data == {"count": 1, "watching": 0}
        spec = reader.until("spec").data
        history = reader.until("history").data
        state = reader.until("state").data
    assert spec["network"]["parameter_labels"][:3] == ["W1", "W2", "W3"]
    assert len(spec["network"]["parameter_names"]) == 13
    assert spec["examples"]["inputs"] == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert history["since"] == 0
    assert [entry["epoch"] for entry in history["epochs"]] == [1, 2, 3]
    assert state["position"]["epoch"] == 3
    parameters = client.get(f"/api/sessions/{session}/parameters").json()["layers"]
    np.testing.assert_allclose(_vector(state["parameters"]), _flat(parameters), rtol=1e-6)
    gradients = client.get(f"/api/sessions/{session}/gradients").json()["layers"]
    np.testing.assert_allclose(_vector(state["gradients"]), _flat(gradients), rtol=1e-6)
    assert state["gradients_over"] == "train"
    assert len(state["focus"]["activations"]) == 2
    assert len(base64.b64decode(state["heatmaps"]["output"]["units"][0])) == 48 * 48


def test_an_operation_comes_down_to_everyone_who_follows(
    client: httpx.Client, new_session: NewSession, follow: Any
) -> None:
    session = new_session()["id"]
    with follow(session) as one, follow(session) as other:
        one.until("viewers", lambda data: data["count"] == 2)
        other.until("state")
        client.post(f"/api/sessions/{session}/forward")
        client.post(f"/api/sessions/{session}/backward")
        for reader in (one, other):
            state = reader.until("state", lambda d: d["position"]["phase"] == "backward").data
            assert state["gradients_over"] == "batch"
            assert state["batch"]["indices"] == [0, 1, 2, 3] or len(state["batch"]["indices"]) == 4
        client.post(f"/api/sessions/{session}/step")
        frames = [reader.until("state", lambda d: d["position"]["epoch"] == 1).data
                  for reader in (one, other)]  # fmt: skip
        assert frames[0] == frames[1]


def test_one_who_comes_back_misses_nothing(
    client: httpx.Client, new_session: NewSession, follow: Any
) -> None:
    session = new_session()["id"]
    with follow(session) as reader:
        client.post(f"/api/sessions/{session}/step", json={"count": 2})
        seen = reader.until("state", lambda data: data["position"]["epoch"] == 2).id
    client.post(f"/api/sessions/{session}/step", json={"count": 3})
    with follow(session, **{"last-event-id": seen}) as reader:
        history = reader.until("history").data
        assert history["since"] == 2
        assert [entry["epoch"] for entry in history["epochs"]] == [3, 4, 5]
        assert reader.until("state").data["position"]["epoch"] == 5
    client.post(f"/api/sessions/{session}/reset")
    client.post(f"/api/sessions/{session}/step", json={"count": 4})
    with follow(session, **{"last-event-id": seen}) as reader:  # another run: all of it again
        assert [e["epoch"] for e in reader.until("history").data["epochs"]] == [1, 2, 3, 4]


@pytest.mark.parametrize("last", ["viewers", "spec", "history", "state"])
def test_a_line_cut_anywhere_is_gone_on_with(
    client: httpx.Client, new_session: NewSession, follow: Any, last: str
) -> None:
    session = new_session()["id"]
    client.post(f"/api/sessions/{session}/step", json={"count": 4})
    epochs: list[int] = []
    with follow(session) as reader:
        while True:
            event = reader.event()
            if event.name == "history":
                epochs += [entry["epoch"] for entry in event.data["epochs"]]
            if event.name == last:
                break
    client.post(f"/api/sessions/{session}/step", json={"count": 3})
    with follow(session, **{"last-event-id": event.id}) as reader:
        history = reader.until("history").data
        epochs += [entry["epoch"] for entry in history["epochs"]]
        assert reader.until("state").data["position"]["epoch"] == 7
    assert epochs == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("id", ["", "x", "1-2-3-4", "9-9-999999", "٣-1-1"])
def test_an_id_of_elsewhere_gets_everything(new_session: NewSession, follow: Any, id: str) -> None:
    with follow(new_session()["id"], **{"last-event-id": id.encode()}) as reader:
        assert reader.until("spec")
        assert reader.until("state").data["position"]["epoch"] == 0


def test_a_change_of_the_spec_is_told(
    client: httpx.Client, new_session: NewSession, follow: Any
) -> None:
    session = new_session()["id"]
    with follow(session) as reader:
        reader.until("state")
        client.patch(f"/api/sessions/{session}/spec", json={"loss": "mae"})
        assert reader.until("spec").data["spec"]["loss"] == "mae"
        state = reader.until("state").data
        assert state["operation"] == "spec"


def test_the_end_is_told(client: httpx.Client, new_session: NewSession, follow: Any) -> None:
    session = new_session()["id"]
    with follow(session) as reader:
        reader.until("state")
        client.delete(f"/api/sessions/{session}")
        assert reader.until("ended").data == {"reason": "deleted"}
        with pytest.raises(AssertionError, match="ended"):
            reader.event()


def test_play_runs_on_the_server_and_pauses(
    client: httpx.Client, new_session: NewSession, follow: Any
) -> None:
    session = new_session()["id"]
    address = f"/api/sessions/{session}"
    with follow(session) as reader:
        state = client.post(f"{address}/play", json={"epochs_per_second": 50}).json()
        assert state["playing"]["epochs_per_second"] == 50
        reader.until("state", lambda data: data["position"]["epoch"] >= 5)
        client.post(f"{address}/pause")
        paused = reader.until("state", lambda data: data["playing"] is None).data
        assert client.get(address).json()["position"] == paused["position"]
        client.post(f"{address}/play", json={"epochs_per_second": None})
        fast = reader.until("state", lambda data: data["position"]["epoch"] > 300).data
        assert fast["playing"]["epochs_per_second"] is None
        client.post(f"{address}/forward")  # a phase by hand pauses
        reader.until("state", lambda data: data["playing"] is None)


def test_play_ends_when_nobody_watches(
    start_server: Callable[..., AbstractContextManager[str]],
) -> None:
    with (
        start_server(environment={"BACKPROP_PATIENCE": "0.05"}) as server,
        httpx.Client(base_url=server, trust_env=False, timeout=30) as client,
    ):
        spec = client.get("/api/presets").json()[0]["spec"]
        address = client.post("/api/sessions", json=spec).headers["location"]
        client.post(f"{address}/play", json={"epochs_per_second": 100})
        while client.get(address).json()["playing"]:
            pass
        assert client.get(address).json()["position"]["epoch"] < 100


def test_play_stops_with_training(
    client: httpx.Client, new_session: NewSession, follow: Any
) -> None:
    session = new_session(
        network={"layers": [{"units": 3, "activation": "relu"}, {"units": 1}]},
        data={"source": "plane"},
        optimizer={"name": "sgd", "learning_rate": 1e6},
    )["id"]
    with follow(session) as reader:
        client.post(f"/api/sessions/{session}/play")
        state = reader.until("state", lambda data: data["stopped"] and not data["playing"]).data
        assert state["stopped"]["reason"] == "overflow"


def test_a_frame_of_a_large_network_stays_small(new_session: NewSession, follow: Any) -> None:
    row = [0.1] * 64
    layers = [
        {"units": 32, "activation": "relu"},
        {"units": 10, "activation": "softmax"},
    ]
    target = [1.0] + [0.0] * 9
    data = {"source": "inline", "inputs": [row] * 4, "targets": [target] * 4}
    session = new_session(network={"layers": layers}, data=data, loss="categorical_crossentropy")[
        "id"
    ]
    with follow(session) as reader:
        state = reader.until("state")
    assert len(_vector(state.data["parameters"])) == 2410
    assert state.size <= 64_000


@pytest.mark.parametrize("units", [126, 127, 130])
def test_a_weight_in_front_of_a_wide_layer_is_explained(
    client: httpx.Client, new_session: NewSession, follow: Any, units: int
) -> None:
    layers = [{"units": 2, "activation": "tanh"}, {"units": units, "activation": "tanh"}]
    layers.append({"units": 1, "activation": "sigmoid"})
    session = new_session(network={"layers": layers})["id"]
    chosen = client.post(f"/api/sessions/{session}/choose", json={"parameter": "1.kernel.0.0"})
    assert chosen.status_code == 200
    assert client.get(f"/sessions/{session}").status_code == 200
    with follow(session) as reader:
        explanation = reader.until("explanation").data
    products = sum(path["product"] for path in explanation["paths"]) + explanation["paths_rest"]
    assert products == pytest.approx(explanation["example_gradient"])


def test_a_pause_while_a_frame_is_made_is_not_lost() -> None:
    one = Session(parsed_spec(XOR))
    version = one.version
    issues = Issues(one)
    making, original = one.run.gradient, one.run.gradient

    def paused_meanwhile(over: Any) -> Any:
        one.tell()
        return making(over)

    one.run.gradient = paused_meanwhile  # type: ignore[method-assign]
    assert issues.next([]).seen.version == version
    one.run.gradient = original  # type: ignore[method-assign]
    assert issues.next([]).seen.version == version + 1


def test_a_newcomer_is_sent_nothing_that_is_put_together_of_two_moments() -> None:
    """An issue has no edition for one who came after it: he waits for the next."""
    one = Session(parsed_spec(XOR))
    one.choose("1.kernel.0.0")
    issues, newcomer = Issues(one), Audience(one.id, "drive", None, True, "en")
    former = issues.next([])
    one.step("epoch", 50)
    one.tell()
    issues.pack(former, newcomer, Seen())
    assert not former.parcels
    issue = issues.next([newcomer])
    issues.pack(issue, newcomer, Seen())
    assert b"50 epochs" in issue.parcels[newcomer, Seen()]
