"""A session's time over REST: back and forth to the bit, and branches that stay."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

NewSession = Callable[..., dict[str, Any]]


class Driven:
    """A session driven over REST."""

    def __init__(self, client: httpx.Client, session: dict[str, Any]) -> None:
        self.client = client
        self.address = f"/api/sessions/{session['id']}"

    def post(self, path: str, body: Any = None, status: int = 200) -> dict[str, Any]:
        reply = self.client.post(f"{self.address}/{path}", json=body)
        assert reply.status_code == status, reply.text
        answer: dict[str, Any] = reply.json()
        return answer

    def get(self, path: str = "", **query: Any) -> Any:
        reply = self.client.get(f"{self.address}{path}", params=query)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def weights(self) -> Any:
        return self.get("/parameters")

    def edit(self, value: float, name: str = "1.kernel.0.0") -> None:
        reply = self.client.patch(f"{self.address}/parameters", json={name: value})
        assert reply.status_code == 200, reply.text

    def branches(self) -> dict[str, dict[str, Any]]:
        return {branch["name"]: branch for branch in self.get("/branches")}


@pytest.fixture
def driven(client: httpx.Client, new_session: NewSession) -> Driven:
    """XOR in batches of two, so that an epoch has two updates."""
    return Driven(client, new_session(batch_size=2))


def test_rewound_epochs_have_the_numbers_that_they_had(driven: Driven) -> None:
    seen = {0: (driven.get()["metrics"], driven.weights())}
    for epoch in range(1, 6):
        state = driven.post("step")
        seen[epoch] = (state["metrics"], driven.weights())
    for epoch in (3, 0, 5, 1, 4):
        state = driven.post("rewind", {"epoch": epoch})
        assert state["position"]["epoch"] == epoch
        assert state["recorded"] == {"epoch": 5, "update": 10}
        assert (state["metrics"], driven.weights()) == seen[epoch]


def test_one_goes_back_by_phases_batches_and_epochs(driven: Driven) -> None:
    driven.post("step", {"count": 2})
    driven.post("forward")
    driven.post("backward")
    places = []
    for unit in ("phase", "phase", "batch", "phase", "epoch", "epoch"):
        position = driven.post("rewind", {"back": unit})["position"]
        places.append((position["update"], position["phase"]))
    assert places == [
        (4, "forward"),
        (4, "ready"),
        (3, "ready"),
        (2, "backward"),
        (2, "ready"),
        (0, "ready"),
    ]
    detail = driven.post("rewind", {"back": "phase"}, status=409)["detail"]
    assert "training begins" in detail


def test_updates_can_be_named(driven: Driven) -> None:
    driven.post("step", {"count": 2})
    position = driven.post("rewind", {"update": 3})["position"]
    assert (position["epoch"], position["batch"], position["update"]) == (1, 1, 3)


@pytest.mark.parametrize(
    ("body", "pointer", "says"),
    [
        ({"epoch": 3}, "/epoch", "2 epochs"),
        ({"update": 5}, "/update", "4 updates"),
        ({}, "", "one of epoch, update and back"),
        ({"epoch": 1, "update": 1}, "", "one of epoch, update and back"),
        ({"back": "layer"}, "/back", "'phase', 'batch' or 'epoch'"),
        ({"epoch": -1}, "/epoch", "at least 0"),
        ({"epoch": 1.5}, "/epoch", "whole number"),
        ({"epochs": 1}, "/epochs", "no field of this name"),
    ],
)
def test_a_rewind_that_makes_no_sense_says_what_would(
    driven: Driven, body: dict[str, Any], pointer: str, says: str
) -> None:
    driven.post("step", {"count": 2})
    before = driven.get()
    (error,) = driven.post("rewind", body, status=422)["errors"]
    assert error["pointer"] == pointer
    assert says in error["detail"]
    assert driven.get() == before


def test_training_in_the_past_goes_along_what_was_recorded(driven: Driven) -> None:
    driven.post("step", {"count": 4})
    end = driven.weights()
    driven.post("rewind", {"epoch": 1})
    driven.post("step", {"count": 3})
    assert driven.weights() == end
    assert list(driven.branches()) == ["Run 1"]


def test_the_curve_of_a_branch_begins_with_the_loss_that_it_goes_on_with(driven: Driven) -> None:
    mse = driven.get()["metrics"]["train"]["loss"]
    driven.client.patch(f"{driven.address}/spec", json={"loss": "mae"})
    mae = driven.get()["metrics"]["train"]["loss"]
    driven.post("step", {"count": 2})
    for _change in range(3):
        at = driven.post("rewind", {"back": "epoch"})
    assert at["metrics"]["train"]["loss"] == mse  # before the change
    assert driven.get("/history")["initial"]["train"]["loss"] == mae
    again = {"loss": "mae", "optimizer": {"learning_rate": 0.5}}
    driven.client.patch(f"{driven.address}/spec", json=again)
    assert driven.get("/history", branch="Run 1")["initial"]["train"]["loss"] == mae
    with driven.client.stream("GET", f"{driven.address}/events") as stream:
        events = Followed(stream.iter_lines()).until_state(0)
    (ghost,) = _of(events, "branches")[0]["ghosts"]
    assert (ghost["name"], ghost["train"]["loss"][0]) == ("Run 1", mae)


def test_a_change_in_the_past_begins_a_branch_and_the_old_one_stays(driven: Driven) -> None:
    driven.post("step", {"count": 4})
    end = driven.weights()
    driven.post("rewind", {"epoch": 1})
    driven.edit(0.5)
    edited = driven.branches()["Run 2"]["loss"]
    assert edited == driven.get()["metrics"]["train"]["loss"] != driven.branches()["Run 1"]["loss"]
    driven.post("step")
    branches = driven.branches()
    assert list(branches) == ["Run 1", "Run 2"]
    old, new = branches.values()
    assert (old["current"], old["epochs"], old["parent"]) == (False, 4, None)
    assert (new["current"], new["epochs"], new["updates"]) == (True, 2, 4)
    assert (new["parent"], new["from_epoch"]) == ("Run 1", 1.0)
    assert old["comparable"]
    assert new["loss"] == driven.get()["metrics"]["train"]["loss"]
    state = driven.post("branches/Run 1/checkout")
    assert (state["branch"], state["position"]["epoch"]) == ("Run 1", 4)
    assert driven.weights() == end


def test_the_list_of_branches_tells_what_is_other_in_each(driven: Driven) -> None:
    driven.post("step", {"count": 4})
    driven.post("rewind", {"epoch": 1})
    driven.post("branches", {"name": "slower"})
    changed = {"optimizer": {"name": "adam", "learning_rate": 0.002}, "loss": "mae"}
    reply = driven.client.patch(f"{driven.address}/spec", json=changed)
    assert reply.status_code == 200
    page = html.unescape(driven.client.get(driven.address.removeprefix("/api")).text)
    titles = re.findall(r'class="(?:quiet )?name"[^>]*title="(.*?)"', page)
    assert titles == [
        "Return to Run 1; optimizer SGD, here Adam; learning rate 0.01, here 0.002; "
        "loss Mean squared error, here Mean absolute error",
        "slower, from Run 1 at epoch 1",
    ]


def test_every_branch_has_its_history(driven: Driven) -> None:
    driven.post("step", {"count": 4})
    whole = driven.get("/history")
    driven.post("rewind", {"epoch": 2})
    assert driven.get("/history") == whole
    driven.edit(0.5)
    driven.post("step")
    assert driven.get("/history", branch="Run 1") == whole
    own = driven.get("/history")["epochs"]
    assert own[:2] == whole["epochs"][:2]
    assert len(own) == 3
    assert own[2] != whole["epochs"][2]


def test_branches_are_begun_named_and_deleted(driven: Driven) -> None:
    driven.post("step")
    assert driven.post("branches", {"name": "larger steps"})["branch"] == "larger steps"
    client, address = driven.client, f"{driven.address}/branches"
    renamed = client.patch(f"{address}/Run 1", json={"name": "as it was"})
    assert [branch["name"] for branch in renamed.json()] == ["as it was", "larger steps"]
    assert all(branch["named"] for branch in renamed.json())
    assert renamed.json()[1]["parent"] == "as it was"
    refused = client.delete(f"{address}/larger steps")
    assert refused.status_code == 409
    assert "Check out another" in refused.json()["detail"]
    assert client.delete(f"{address}/as it was").status_code == 204
    assert list(driven.branches()) == ["larger steps"]


def test_a_branch_that_is_not_there_is_told_by_those_that_are(driven: Driven) -> None:
    address = f"{driven.address}/branches/nowhere"
    for reply in (
        driven.client.post(f"{address}/checkout"),
        driven.client.patch(address, json={"name": "x"}),
        driven.client.delete(address),
        driven.client.get(f"{driven.address}/history?branch=nowhere"),
    ):
        assert reply.status_code == 404
        assert "'nowhere'" in reply.json()["detail"]
        assert "Run 1" in reply.json()["detail"]


@pytest.mark.parametrize(
    "name", ["", "  ", "a/b", "..", "x" * 101, "Run 1", "two\nlines\0", "a\u202eb"]
)
def test_names_that_no_branch_can_have(driven: Driven, name: str) -> None:
    (error,) = driven.post("branches", {"name": name}, status=422)["errors"]
    assert error["pointer"] == "/name"
    assert list(driven.branches()) == ["Run 1"]


def test_a_cost_that_means_something_else_is_not_comparable(driven: Driven) -> None:
    driven.post("step", {"count": 2})
    driven.post("rewind", {"epoch": 1})
    reply = driven.client.patch(f"{driven.address}/spec", json={"loss": "mae"})
    assert reply.status_code == 200
    branches = driven.branches()
    assert not branches["Run 1"]["comparable"]
    assert branches["Run 2"]["comparable"]


def test_another_seed_is_another_branch_with_the_same_cost(
    driven: Driven, new_session: NewSession
) -> None:
    driven.post("step")
    spec = driven.get()["spec"] | {"seed": 7}
    assert driven.client.put(f"{driven.address}/spec", json=spec).status_code == 200
    assert driven.branches()["Run 1"]["comparable"]
    circle = {"source": "circle", "samples": 20}
    drawn = Driven(driven.client, new_session(data=circle))
    drawn.post("step")
    spec = drawn.get()["spec"] | {"seed": 7}
    assert drawn.client.put(f"{drawn.address}/spec", json=spec).status_code == 200
    assert not drawn.branches()["Run 1"]["comparable"]


class Followed:
    """The first events of a stream, up to the first state and then on demand."""

    def __init__(self, lines: Any) -> None:
        self._lines = lines

    def until_state(self, update: int) -> list[tuple[str, Any]]:
        """The events up to the state with so many updates."""
        events, name = [], ""
        for line in self._lines:
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: ") and name:
                data = json.loads(line.removeprefix("data: "))
                events.append((name, data))
                if name == "state" and data["position"]["update"] == update:
                    return events
                name = ""
        raise AssertionError("the stream ended")


def _of(events: list[tuple[str, Any]], name: str) -> list[Any]:
    return [data for event, data in events if event == name]


def test_the_stream_sends_no_rows_again_when_one_goes_back(driven: Driven) -> None:
    driven.post("step", {"count": 4})
    with driven.client.stream("GET", f"{driven.address}/events") as stream:
        followed = Followed(stream.iter_lines())
        first = followed.until_state(8)
        assert [row["epoch"] for row in _of(first, "history")[0]["epochs"]] == [1, 2, 3, 4]
        driven.post("rewind", {"epoch": 2})
        events = followed.until_state(4)
        assert not _of(events, "history")
        assert not _of(events, "branches")
        state = _of(events, "state")[-1]
        assert state["position"]["epoch"] == 2
        assert state["recorded"] == {"epoch": 4, "update": 8, "end": 4.0, "ahead": True}
        assert (state["branch"], state["marks"]) == ("Run 1", [])


def test_a_newcomer_in_the_past_is_sent_what_is_ahead_too(driven: Driven) -> None:
    driven.post("step", {"count": 4})
    driven.post("rewind", {"epoch": 1})
    with driven.client.stream("GET", f"{driven.address}/events") as stream:
        events = Followed(stream.iter_lines()).until_state(2)
    assert [row["epoch"] for row in _of(events, "history")[0]["epochs"]] == [1, 2, 3, 4]


def test_a_new_branch_comes_with_the_old_one_as_a_ghost(driven: Driven) -> None:
    driven.post("step", {"count": 4})
    losses = [row["train"]["loss"] for row in driven.get("/history")["epochs"]]
    driven.post("rewind", {"epoch": 1})
    driven.post("step", {"unit": "batch"})
    with driven.client.stream("GET", f"{driven.address}/events") as stream:
        followed = Followed(stream.iter_lines())
        assert not _of(followed.until_state(3), "branches")[0]["ghosts"]
        driven.edit(0.5)
        driven.post("step", {"unit": "batch"})
        events = followed.until_state(4)
    told = _of(events, "branches")
    assert told[-1]["present"] == "Run 2"
    assert told[-1]["branches"] == ["Run 1", "Run 2"]
    (ghost,) = told[-1]["ghosts"]
    assert (ghost["name"], ghost["whole"], ghost["epochs"]) == ("Run 1", True, [0, 1, 2, 3, 4])
    assert ghost["train"]["loss"][1:] == losses
    state = _of(events, "state")[-1]
    assert state["marks"] == [{"epoch": 1.5, "kind": "edit"}]
    assert not state["recorded"]["ahead"]


def test_a_long_ghost_is_thinned_and_keeps_its_spikes(driven: Driven) -> None:
    driven.post("step", {"count": 900})
    driven.edit(3.0, "2.bias.0")
    driven.post("step", {"count": 1100})
    losses = [row["train"]["loss"] for row in driven.get("/history")["epochs"]]
    driven.post("reset")
    with driven.client.stream("GET", f"{driven.address}/events") as stream:
        events = Followed(stream.iter_lines()).until_state(0)
    (ghost,) = _of(events, "branches")[0]["ghosts"]
    assert len(ghost["epochs"]) < 500
    assert not ghost["whole"]  # a new beginning is not drawn on the axis of the old one
    assert ghost["epochs"][-1] == 2000
    at = ghost["epochs"].index(901)
    assert ghost["train"]["loss"][at] == max(losses) == losses[900]


def _form(driven: Driven, path: str, **fields: str) -> httpx.Response:
    page = driven.address.removeprefix("/api")
    return driven.client.post(f"{page}/{path}", data=fields, follow_redirects=True)


def test_plain_forms_go_back_and_to_an_epoch_and_to_the_end(driven: Driven) -> None:
    driven.post("step", {"count": 3})
    shown = _form(driven, "back", unit="epoch")
    assert "epoch 2 of 3" in shown.text
    assert "Back where epoch 2 ended" in shown.text
    shown = _form(driven, "rewind", epoch="1")
    assert "epoch 1 of 3" in shown.text
    assert "a change begins a branch" in shown.text
    shown = _form(driven, "branches/checkout", branch="Run 1")
    assert "At the end of Run 1" in shown.text
    assert "a change begins a branch" not in shown.text


def test_plain_forms_change_branches(driven: Driven) -> None:
    driven.post("step", {"count": 3})
    shown = _form(driven, "branches")
    assert "Run 2 goes on from here; Run 1 stays as it was." in shown.text
    shown = _form(driven, "branches/rename", branch="Run 1", name="the first")
    assert "Return to the first" in shown.text
    assert "Return to the first (" not in shown.text
    _form(driven, "branches/compare", branch="the first")
    assert 'aria-pressed="false"' in _form(driven, "branches/checkout", branch="the first").text
    shown = _form(driven, "branches/delete", branch="Run 2")
    assert list(driven.branches()) == ["the first"]
    assert "Run 2" not in shown.text


@pytest.mark.parametrize(
    ("path", "fields", "status", "says"),
    [
        ("back", {"unit": "phase"}, 409, "where training begins"),
        ("back", {"unit": "year"}, 422, "Known are phase, batch, epoch"),
        ("rewind", {"epoch": "soon"}, 422, "Give the number of an epoch"),
        ("rewind", {"epoch": "7"}, 422, "0 epochs"),
        ("branches/checkout", {"branch": "x"}, 404, "There is no branch"),
        ("branches/compare", {"branch": "x"}, 404, "There is no branch"),
        ("branches/delete", {"branch": "Run 1"}, 409, "Check out another"),
        ("branches/rename", {"branch": "Run 1", "name": ""}, 422, "1 to 100"),
    ],
)
def test_plain_forms_that_make_no_sense_are_answered_in_words(
    driven: Driven, path: str, fields: dict[str, str], status: int, says: str
) -> None:
    shown = _form(driven, path, **fields)
    assert shown.status_code == status
    assert says in shown.text


def test_an_edit_in_the_past_says_that_it_began_a_branch(driven: Driven) -> None:
    driven.post("step", {"count": 3})
    driven.post("rewind", {"epoch": 1})
    driven.edit(0.5)
    page = driven.client.get(driven.address.removeprefix("/api"))
    assert "Run 2 goes on from here; Run 1 stays as it was." in page.text
