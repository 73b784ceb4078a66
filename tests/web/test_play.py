"""Play over HTTP: its end, what State and frames say of it, and what the page shows."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from app.session.limits import MAX_EPOCHS, MAX_EPOCHS_PER_SECOND
from app.session.playing import PlayEnd, Playing, Until
from app.web.progress import progress
from tests.session.specs import session
from tests.web.test_events import Reader

NewSession = Callable[..., dict[str, Any]]
SLOW = 0.01
HTMX = {"HX-Request": "true"}


@pytest.fixture
def address(new_session: NewSession) -> str:
    """The API's address of a session of XOR on 2-3-1."""
    return f"/api/sessions/{new_session(optimizer={'name': 'sgd', 'learning_rate': 2.0})['id']}"


def _over(client: httpx.Client, address: str) -> dict[str, Any]:
    """The State once play has ended."""
    with client.stream("GET", f"{address}/events") as stream:
        Reader(stream.iter_lines()).until("state", lambda data: data["playing"] is None)
    state: dict[str, Any] = client.get(address).json()
    return state


@pytest.mark.parametrize("pace", [300, None])
def test_it_goes_to_its_epoch_and_no_further(
    client: httpx.Client, address: str, pace: float | None
) -> None:
    client.post(f"{address}/step", json={"count": 3})
    how = {"epochs_per_second": pace, "until": {"epoch": 157}}
    assert client.post(f"{address}/play", json=how).status_code == 200
    state = _over(client, address)
    assert state["position"]["epoch"] == 157
    assert state["play_end"] == {"reason": "epoch", "epoch": 157}
    assert client.post(f"{address}/step").json()["play_end"] == state["play_end"]


def test_it_ends_with_the_first_cost_below(client: httpx.Client, address: str) -> None:
    losses = [
        epoch["train"]["loss"]
        for epoch in client.post(f"{address}/step", json={"count": 2000}).json()["epochs"]
    ]
    bound = losses[1700]
    first = 1 + next(epoch for epoch, loss in enumerate(losses) if loss < bound)
    client.post(f"{address}/reset")
    how = {"epochs_per_second": None, "until": {"loss_below": bound}}
    client.post(f"{address}/play", json=how)
    state = _over(client, address)
    assert state["position"]["epoch"] == first
    assert state["metrics"]["train"]["loss"] == losses[first - 1] < bound
    assert state["play_end"] == {"reason": "loss", "epoch": first}


def test_state_and_frames_tell_where_it_ends(client: httpx.Client, address: str) -> None:
    client.post(f"{address}/step", json={"count": 3})
    how = {"epochs_per_second": SLOW, "until": {"epoch": 500, "loss_below": 0.001}}
    until = {"epoch": 500, "loss_below": 0.001}
    playing = client.post(f"{address}/play", json=how).json()["playing"]
    assert playing.pop("seconds_left") == pytest.approx(497 / SLOW, rel=0.01)
    assert playing == {"epochs_per_second": SLOW, "until": until, "from_epoch": 3}
    with client.stream("GET", f"{address}/events") as stream:
        reader = Reader(stream.iter_lines())
        frame = reader.until("state", lambda data: data["position"]["epoch"] == 4).data
        assert frame["playing"]["until"] == until
        assert frame["playing"]["seconds_left"] == pytest.approx(496 / SLOW, rel=0.01)
        assert frame["play_end"] is None
        paused = client.post(f"{address}/pause").json()
        assert paused["play_end"] is None  # it did not end by itself
        reader.until("state", lambda data: data["playing"] is None)
        client.post(f"{address}/play", json={"epochs_per_second": None, "until": {"epoch": 9}})
        frame = reader.until("state", lambda data: data["play_end"]).data
        assert frame["play_end"] == {"reason": "epoch", "epoch": 9}
        assert frame["playing"] is None


def test_played_again_without_an_end_it_has_none(client: httpx.Client, address: str) -> None:
    how: dict[str, Any] = {"epochs_per_second": SLOW, "until": {"epoch": 500}}
    client.post(f"{address}/play", json=how)
    playing = client.post(f"{address}/play", json={"epochs_per_second": SLOW}).json()["playing"]
    assert (playing["until"], playing["seconds_left"]) == (None, None)
    client.post(f"{address}/pause")


@pytest.mark.parametrize(
    ("until", "pointer"),
    [
        ({"epoch": 3}, "/until/epoch"),
        ({"epoch": 0}, "/until/epoch"),
        ({"epoch": MAX_EPOCHS + 1}, "/until/epoch"),
        ({"epoch": 7.5}, "/until/epoch"),
        ({"loss_below": 0}, "/until/loss_below"),
        ({"loss_below": -0.1}, "/until/loss_below"),
        ({"loss_below": "low"}, "/until/loss_below"),
        ({}, "/until"),
        ({"epochs": 5}, "/until/epochs"),
    ],
)
def test_an_end_that_makes_no_sense_is_named(
    client: httpx.Client, address: str, until: Any, pointer: str
) -> None:
    client.post(f"{address}/step", json={"count": 3})
    refused = client.post(f"{address}/play", json={"until": until})
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert client.get(address).json()["playing"] is None


# The page


def _said(reply: httpx.Response) -> str:
    found = re.search(r'id="progress"[^>]*>(.*?)</div>', reply.text, re.S)
    assert found
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", found[1])).split())


def test_a_page_without_scripts_gives_play_its_end(client: httpx.Client, address: str) -> None:
    page = address.removeprefix("/api")
    form = {"epochs_per_second": str(SLOW), "until_epoch": " 400 ", "until_cost": "0,001"}
    assert client.post(f"{page}/play", data=form).status_code == 303
    playing = client.get(address).json()["playing"]
    assert playing["until"] == {"epoch": 400, "loss_below": 0.001}
    shown = client.get(page)
    assert "to epoch 400 or a cost below 0.001" in _said(shown)
    assert re.search(r'<progress value="0\.00\d\d" max="1"', shown.text)
    assert 'value="400"' in shown.text
    assert 'title="Play to epoch 400 or a cost below 0.001 (key: space)"' in shown.text
    form["until_epoch"] = form["until_cost"] = ""
    client.post(f"{page}/play", data=form)
    assert client.get(address).json()["playing"]["until"] is None
    assert "<progress" not in client.get(page).text
    assert 'title="Play (key: space)"' in client.get(page).text
    client.post(f"{page}/pause")


def test_the_page_says_why_play_ended_until_something_else_is_done(
    client: httpx.Client, address: str
) -> None:
    page = address.removeprefix("/api")
    client.post(f"{page}/play", data={"epochs_per_second": "full", "until_epoch": "40"})
    _over(client, address)
    assert _said(client.get(page)) == "Stopped at epoch 40, as asked."
    client.post(f"{page}/epoch")
    assert _said(client.get(page)) == ""


@pytest.mark.parametrize(
    "end", [{"until_epoch": "x"}, {"until_epoch": "0"}, {"until_cost": "x"}, {"until_cost": "0"}]
)
def test_the_page_refuses_an_end_that_makes_no_sense(
    client: httpx.Client, address: str, end: dict[str, str]
) -> None:
    page = address.removeprefix("/api")
    refused = client.post(f"{page}/play", data=end, headers=HTMX)
    assert refused.status_code == 422
    assert "Give" in refused.text
    assert client.get(address).json()["playing"] is None


@pytest.mark.parametrize("pace", [0, SLOW / 2, 2 * MAX_EPOCHS_PER_SECOND])
def test_the_page_and_the_api_refuse_the_same_paces(
    client: httpx.Client, address: str, pace: float
) -> None:
    form, page = {"epochs_per_second": str(pace)}, address.removeprefix("/api")
    refused = client.post(f"{page}/play", data=form, headers=HTMX)
    assert refused.status_code == 422
    assert "epochs, 0.01 to 1000" in refused.text
    refused = client.post(f"{address}/play", json={"epochs_per_second": pace})
    assert refused.status_code == 422
    assert client.get(address).json()["playing"] is None


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "1 s left"),
        (12.4, "12 s left"),
        (89, "89 s left"),
        (600, "10 min left"),
        (7200, "2 h left"),
        (3 * 86400, "3 days left"),
    ],
)
def test_the_time_left_is_told_in_the_unit_that_fits(seconds: float, said: str) -> None:
    one = session()
    one.playing = Playing(5.0, Until(epoch=100), from_loss=1.0, reached=100 / seconds)
    assert progress(one).left == said


def test_before_any_epoch_nothing_is_said_of_the_time_left() -> None:
    one = session()
    one.playing = Playing(None, Until(epoch=100), from_loss=1.0)
    assert progress(one).left == ""
    assert progress(one).share == "0.0000"


@pytest.mark.parametrize(
    ("reason", "until", "said"),
    [
        ("epoch", Until(epoch=1200), "Stopped at epoch 1,200, as asked."),
        ("loss", Until(loss_below=0.05), "Stopped with the cost below 0.05, as asked."),
        ("most_epochs", None, "Stopped: a session keeps no more epochs. Reset it to train on."),
        ("unwatched", None, "Stopped, since nobody watched any more."),
        (
            "not_kept",
            None,
            "Stopped, since this cannot be kept: the disk may be full. Make room to go on.",
        ),
        ("restart", None, "Play ended at epoch 0, since the server was started again."),
        ("stopped", Until(epoch=1200), ""),
    ],
)
def test_why_play_ended(reason: Any, until: Until | None, said: str) -> None:
    one = session()
    one.play_end = PlayEnd(reason, Playing(5.0, until), epoch=0, update=0)
    assert progress(one).ended == said
    one.step("batch")
    assert progress(one).ended == ""
