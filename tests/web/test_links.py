"""The drive link, the watch link and what is handed over: who may do what, and who learns what."""

from __future__ import annotations

import asyncio
import importlib
import json
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute

import app.web
from app.session.following import MAX_ASKS
from app.session.links import MAX_GUESTS, Links
from app.session.parsing import parsed_spec
from app.session.presets import PRESETS
from app.settings import Settings
from app.web.application import Application
from tests.conftest import XOR
from tests.web.test_events import Event, Reader

NewSession = Callable[..., dict[str, Any]]
EDGE = "1.kernel.0.0"
BOUND = 20.0
"""Seconds within which all that a stream is read for has come, however busy the machine."""

HOSTILE = '<script>alert("1")</script>'


@dataclass
class Shared:
    """A session and the ids that lead to it."""

    drive: str
    watch: str


@pytest.fixture
def shared(client: httpx.Client, new_session: NewSession) -> Shared:
    drive = new_session()["id"]
    return Shared(drive, client.get(f"/api/sessions/{drive}/following").json()["watch_id"])


class Follower(Reader):
    """An event stream, and the id that it was told."""

    def __init__(self, lines: Iterator[str]) -> None:
        super().__init__(lines)
        self.id = self.data("follower")["id"]
        self.until("state")

    def event(self) -> Event:
        """The next event; HTML with all its lines."""
        fields: dict[str, list[str]] = {}
        for line in self._lines:
            if not line and "data" in fields:
                name, data = fields.get("event", [""])[0], "\n".join(fields["data"])
                return Event(name, json.loads(data) if name else data, fields["id"][0], len(data))
            name, _, value = line.partition(": ")
            if name:
                fields.setdefault(name, []).append(value)
        raise AssertionError("the stream ended")

    def data(self, name: str) -> Any:
        """Of the next event of this name."""
        return self.until(name).data


def _lines(reply: httpx.Response) -> Iterator[str]:
    """The lines of a stream; fails where what the test waits for does not come."""
    end = time.monotonic() + BOUND
    for line in reply.iter_lines():  # a comment comes now and then where there is nothing else
        assert time.monotonic() < end, "this event never came"
        yield line


@pytest.fixture
def follow(client: httpx.Client) -> Iterator[Callable[..., Follower]]:
    """Opens streams, which end with the test."""
    with ExitStack() as stack:

        def open_stream(some_id: str, page: bool = False, **query: str) -> Follower:
            address = f"{'' if page else '/api'}/sessions/{some_id}/events"
            reply = stack.enter_context(client.stream("GET", address, params=query))
            assert reply.status_code == 200, reply.read()
            return Follower(_lines(reply))

        yield open_stream


def _handed(client: httpx.Client, shared: Shared, follower: Follower, name: str = "Mina") -> str:
    """The id by which a follower drives who asked and was let."""
    ask = {"follower": follower.id, "name": name}
    assert client.post(f"/api/sessions/{shared.watch}/ask", json=ask).status_code == 204
    asks = client.get(f"/api/sessions/{shared.drive}/following").json()["asks"]
    number = next(ask["number"] for ask in asks if ask["name"] == name)
    accepted = client.post(f"/api/sessions/{shared.drive}/asks/{number}/accept")
    assert accepted.status_code == 200, accepted.text
    guest: str = follower.data("handed")["id"]
    return guest


# Ids


def test_an_id_leads_to_its_session_and_says_what_it_allows() -> None:
    links = Links()
    links.add("drive", "watch")
    guest = links.hand_over("drive", "Mina")
    assert guest is not None
    assert links.resolve("watch") == ("drive", "watch")
    assert links.resolve(guest.id) == ("drive", "guest")
    assert links.resolve("drive") == ("drive", "drive")
    assert links.take_back("drive", guest.number) == guest
    assert links.resolve(guest.id) == (guest.id, "drive")  # which the store does not know
    assert links.take_back("drive", guest.number) is None
    links.hand_over("drive", "Jun")
    links.forget("drive")
    assert links.guests("drive") == ()
    assert links.resolve("watch") == ("watch", "drive")


def test_guests_are_limited() -> None:
    links = Links()
    for number in range(MAX_GUESTS):
        assert links.hand_over("drive", f"guest {number}") is not None
    assert links.hand_over("drive", "one more") is None
    assert links.hand_over("another", "somebody") is not None


def test_every_id_has_128_bits_and_none_is_made_of_another(
    client: httpx.Client, shared: Shared, follow: Callable[..., Follower]
) -> None:
    ids = [shared.drive, shared.watch, _handed(client, shared, follow(shared.watch))]
    assert all(re.fullmatch(r"[\w-]{22}", some_id) for some_id in ids)
    assert len(set(ids)) == 3


# What a watcher may do


def _routes() -> list[tuple[str, str]]:
    """Method and path of every route of one session, the API's and the pages'."""
    found = set()
    for module in pkgutil.walk_packages(app.web.__path__, "app.web."):
        router = getattr(importlib.import_module(module.name), "router", None)
        prefix = "/api" if module.name.startswith("app.web.api.") else ""
        for route in router.routes if isinstance(router, APIRouter) else ():
            if isinstance(route, APIRoute) and "{session_id}" in route.path:
                path = route.path if route.path.startswith("/api/") else prefix + route.path
                found |= {(method, path) for method in route.methods or ()}
    return sorted(found)


ROUTES = _routes()
ACTING = [route for route in ROUTES if route[0] not in ("GET", "HEAD")]
READING = [path for method, path in ROUTES if method == "GET" and not path.endswith("/events")]
FOR_WATCHERS = {"/ask", "/ask/withdraw", "/look", "/predict"}
"""What one may POST or DELETE by a watch link, since it changes nothing of the session."""


def _filled(path: str, some_id: str) -> str:
    """A path with its gaps filled by what there is."""
    name = "1.unit.0" if "/units/" in path else "Run%201" if "/branches/" in path else EDGE
    path = path.replace("{session_id}", some_id).replace("{name}", name)
    return re.sub(r"{\w+}", "1", path)


def _tail(path: str) -> str:
    return path.partition("{session_id}")[2]


def _all_of(client: httpx.Client, shared: Shared) -> list[Any]:
    """Everything that somebody could have changed."""
    parts = ("", "/parameters", "/history", "/following")
    return [client.get(f"/api/sessions/{shared.drive}{part}").json() for part in parts]


def test_the_routes_are_all_of_them(client: httpx.Client) -> None:
    described = {
        (method.upper(), path)
        for path, calls in client.get("/api/openapi.json").json()["paths"].items()
        for method in calls
        if "{session_id}" in path
    }
    assert described == {(method, path) for method, path in ROUTES if path.startswith("/api/")}
    assert {"/step", "/play", "/focus", "/spec", "/asks/{number}/accept"} <= {
        _tail(path) for _method, path in ACTING
    }


@pytest.mark.parametrize(("method", "path"), ACTING)
def test_nothing_that_acts_takes_a_watch_link(
    client: httpx.Client, shared: Shared, method: str, path: str
) -> None:
    if _tail(path) in FOR_WATCHERS:
        return
    client.post(f"/api/sessions/{shared.drive}/step", json={"count": 2})
    before = _all_of(client, shared)
    body: dict[str, Any] = {"json": {}} if path.startswith("/api/") else {"data": {}}
    reply = client.request(method, _filled(path, shared.watch), **body)
    assert reply.status_code == 403, reply.text
    assert "This link is for watching." in reply.text
    assert shared.drive not in reply.text
    assert _all_of(client, shared) == before
    if path.startswith("/api/"):
        assert reply.headers["content-type"] == "application/problem+json"
        documented = client.get("/api/openapi.json").json()["paths"][path][method.lower()]
        assert "403" in documented["responses"]
    else:
        toast = client.request(
            method, _filled(path, shared.watch), headers={"hx-request": "true"}, **body
        )
        assert toast.status_code == 403
        assert 'hx-target="#toasts"' in toast.text


def test_what_watchers_may_post_changes_nothing(
    client: httpx.Client, shared: Shared, follow: Callable[..., Follower]
) -> None:
    follower = follow(shared.watch)
    before = _all_of(client, shared)
    address = f"/api/sessions/{shared.watch}"
    assert client.post(f"{address}/predict", json={"inputs": [[0, 1]]}).status_code == 200
    look = {"follower": follower.id, "parameter": EDGE}
    assert client.post(f"{address}/look", json=look).status_code == 204
    assert _all_of(client, shared) == before


# What a watcher is told


def test_a_watcher_never_learns_an_id_to_drive_by(
    client: httpx.Client, shared: Shared, follow: Callable[..., Follower]
) -> None:
    guest = _handed(client, shared, follow(shared.watch))
    client.post(f"/api/sessions/{shared.drive}/step", json={"count": 3})
    client.post(f"/api/sessions/{shared.drive}/choose", json={"parameter": EDGE})
    secret = (shared.drive, guest)
    fine = 0
    pages = [f"/sessions/{shared.watch}?{query}" for query in ("by=layer", f"parameter={EDGE}")]
    for address in [*(_filled(path, shared.watch) for path in READING), *pages]:
        query = {"x": EDGE, "y": "1.kernel.0.1"} if address.endswith("surface") else None
        reply = client.get(address, params=query)
        told = reply.text + str(reply.headers.multi_items())
        assert not any(some_id in told for some_id in secret), address
        fine += reply.status_code == 200
    assert fine >= len(READING) - 1  # who follows is the owner's to know
    for page in (False, True):
        stream = follow(shared.watch, page=page)
        client.put(f"/api/sessions/{shared.drive}/spec", json=XOR | {"name": "anew"})
        event = stream.event()
        while not (event.name == "state" and event.data["position"]["epoch"] == 0):
            assert not any(some_id in json.dumps(event.data) for some_id in secret)
            event = stream.event()


def test_a_guest_never_learns_the_sessions_own_id(
    client: httpx.Client, shared: Shared, follow: Callable[..., Follower]
) -> None:
    guest = _handed(client, shared, follow(shared.watch))
    for path in READING:
        reply = client.get(_filled(path, guest), params={"x": EDGE, "y": "1.kernel.0.1"})
        assert shared.drive not in reply.text + str(reply.headers.multi_items()), path
    state = client.post(f"/api/sessions/{guest}/step").json()
    assert (state["id"], state["position"]["epoch"]) == (guest, 1)
    back = client.post(f"/sessions/{guest}/epoch")
    assert back.headers["location"] == f"/sessions/{guest}"
    for acting in (
        client.delete(f"/api/sessions/{guest}"),
        client.post(f"/sessions/{guest}/delete"),
        client.get(f"/api/sessions/{guest}/following"),
    ):
        assert acting.status_code == 403
        assert "Only the one whose session this is" in acting.text


def test_the_page_of_a_watcher_has_nothing_that_acts(client: httpx.Client, shared: Shared) -> None:
    page = client.get(f"/sessions/{shared.watch}").text
    assert "You are watching. The one who drives moves everything here." in page
    forms = set(re.findall(r'action="([^"]*)"', page))
    own = f"/sessions/{shared.watch}"
    assert forms == {own, f"{own}/ask", f"{own}/ask/withdraw"}
    assert not re.search(r"<(select|textarea)\b(?![^>]*(cost-|output-|surface-))", page)
    assert "Sigmoid" in page  # what is trained is told all the same


def test_no_address_goes_to_another_site(client: httpx.Client, shared: Shared) -> None:
    for some_id in (shared.drive, shared.watch):
        reply = client.get(f"/sessions/{some_id}")
        assert reply.headers["referrer-policy"] == "same-origin"
        assert "set-cookie" not in reply.headers


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("client_address", "name", "all_are_listed"),
    [
        ("127.0.0.1", "localhost:8000", True),
        ("127.0.0.1", "[::1]:8000", True),
        ("192.0.2.1", "192.0.2.1:8000", True),
        ("192.0.2.7", "192.0.2.1:8000", False),
        ("192.0.2.7", "localhost:8000", False),
        # By a tunnel or a proxy that runs here, and says nothing of whom it speaks for.
        ("127.0.0.1", "class.example", False),
        ("192.0.2.1", "class.example", False),
    ],
)
async def test_other_machines_are_not_told_of_the_sessions_here(
    client_address: str, name: str, all_are_listed: bool
) -> None:
    settings = Settings(
        engine="numpy", host="192.0.2.1", allowed_hosts=["class.example"], memory=True
    )
    application = Application(settings)
    session = application.store.add(PRESETS["article_keras"].spec)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope["server"] = ("192.0.2.1", 8000)
        await application(scope, receive, send)

    transport = httpx.ASGITransport(app=app, client=(client_address, 50000))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{name}") as client:
        listed = await client.get("/sessions")
        own = await client.get(
            "/sessions", headers={"cookie": f"backprop_visualizer_session={session.id}"}
        )
    assert (session.id in listed.text) == all_are_listed
    assert session.id in own.text


# Following


def test_who_follows(client: httpx.Client, shared: Shared, follow: Callable[..., Follower]) -> None:
    driver = follow(shared.drive)
    followers = [follow(shared.watch), follow(shared.watch, page=True)]
    told = driver.until("following", lambda told: told["watching"] == len(followers)).data
    assert told == client.get(f"/api/sessions/{shared.drive}/following").json()


def test_an_ask_is_seen_and_goes_with_its_stream(
    client: httpx.Client, shared: Shared, follow: Callable[..., Follower]
) -> None:
    driver = follow(shared.drive, page=True)
    address = f"/api/sessions/{shared.watch}"
    with client.stream("GET", f"{address}/events") as reply:
        asker = Follower(_lines(reply))
        ask = {"follower": asker.id, "name": f"  {HOSTILE[:30]}\u202e\n  {{{{7*7}}}} "}
        assert client.post(f"{address}/ask", json=ask).status_code == 204
        assert asker.data("ask") == {"waiting": True}
        told = driver.until("following", lambda told: told["asks"]).data
        assert told["asks"][0]["name"] == f"{HOSTILE[:30]} {{{{7*7}}}}"
        html = driver.until("", lambda html: "Would like to drive" in html).data
        assert "<script" not in html
        assert "&lt;script&gt;" in html
        assert "{{7*7}}" in html
    assert driver.until("following", lambda told: not told["asks"])
    late = client.post(f"{address}/ask", json=ask | {"name": "Mina"})
    assert late.status_code == 404
    assert "Follow the events again first." in late.text


def test_an_ask_is_declined_or_withdrawn_and_made_again(
    client: httpx.Client, shared: Shared, follow: Callable[..., Follower]
) -> None:
    asker = follow(shared.watch)
    ask = {"follower": asker.id, "name": "Mina"}
    watch, drive = f"/api/sessions/{shared.watch}", f"/api/sessions/{shared.drive}"
    for end in ("decline", "withdraw"):
        client.post(f"{watch}/ask", json=ask)
        assert asker.until("ask", lambda told: told["waiting"])
        number = client.get(f"{drive}/following").json()["asks"][0]["number"]
        if end == "decline":
            assert client.delete(f"{drive}/asks/{number}").json()["asks"] == []
        else:
            withdrawn = client.delete(f"{watch}/ask", params={"follower": asker.id})
            assert withdrawn.status_code == 204
        assert asker.until("ask", lambda told: not told["waiting"])
        assert client.post(f"{drive}/asks/{number}/accept").status_code == 404


@pytest.mark.parametrize("name", ["", "   ", "\u202e\u0000", "x" * 41])
def test_an_ask_needs_a_name_of_a_sensible_length(
    client: httpx.Client, shared: Shared, follow: Callable[..., Follower], name: str
) -> None:
    asker = follow(shared.watch)
    ask = {"follower": asker.id, "name": name}
    reply = client.post(f"/api/sessions/{shared.watch}/ask", json=ask)
    assert reply.status_code == 422
    assert reply.json()["errors"][0]["pointer"] == "/name"
    assert client.get(f"/api/sessions/{shared.drive}/following").json()["asks"] == []


def test_so_many_may_ask_and_no_more(
    client: httpx.Client, shared: Shared, follow: Callable[..., Follower]
) -> None:
    address = f"/api/sessions/{shared.watch}/ask"
    pupils = [follow(shared.watch) for _number in range(MAX_ASKS + 1)]
    for number, pupil in enumerate(pupils):
        ask = {"follower": pupil.id, "name": f"pupil {number}"}
        assert client.post(address, json=ask).status_code == (204 if number < MAX_ASKS else 409)


def test_one_asks_for_oneself_only(
    client: httpx.Client, shared: Shared, follow: Callable[..., Follower], new_session: NewSession
) -> None:
    driver, elsewhere = follow(shared.drive), follow(new_session()["id"])
    for other in (driver, elsewhere):
        ask = {"follower": other.id, "name": "Mina"}
        assert client.post(f"/api/sessions/{shared.watch}/ask", json=ask).status_code == 404
    own = client.post(
        f"/api/sessions/{shared.drive}/ask", json={"follower": driver.id, "name": "me"}
    )
    assert own.status_code == 409


def test_what_was_handed_over_is_taken_back(
    client: httpx.Client, shared: Shared, follow: Callable[..., Follower]
) -> None:
    driver = follow(shared.drive)
    guest = _handed(client, shared, follow(shared.watch))
    told = driver.until("following", lambda told: told["guests"]).data
    assert [person["name"] for person in told["guests"]] == ["Mina"]
    assert told["asks"] == []
    stream = follow(guest)
    assert client.post(f"/api/sessions/{guest}/step").status_code == 200
    number = told["guests"][0]["number"]
    back = client.delete(f"/api/sessions/{shared.drive}/guests/{number}")
    assert back.json()["guests"] == []
    assert stream.data("handed")["address"] == f"/sessions/{shared.watch}"
    assert client.post(f"/api/sessions/{guest}/step").status_code == 404
    assert client.get(f"/sessions/{guest}").status_code == 404
    assert client.delete(f"/api/sessions/{shared.drive}/guests/{number}").status_code == 404


def test_what_a_guest_waits_with_is_not_done_once_it_was_taken_back() -> None:
    application = Application(Settings(memory=True))
    store = application.store

    async def step(session: str) -> httpx.Response:
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.post(f"/api/sessions/{session}/step", json={"count": 7})

    async def test() -> list[int]:
        session = store.add(parsed_spec(XOR))
        one, other = (store.links.hand_over(session.id, name) for name in ("Mina", "Jun"))
        assert one is not None
        assert other is not None
        async with session.turn():
            waiting = [asyncio.create_task(step(guest.id)) for guest in (one, other)]
            while session.waiting < 3:
                await asyncio.sleep(0)
            store.links.take_back(session.id, one.number)
        replies = await asyncio.gather(*waiting)
        assert session.position.epoch == 7
        return [reply.status_code for reply in replies]

    assert asyncio.run(asyncio.wait_for(test(), BOUND)) == [404, 200]
    store.database.close()


def test_all_ids_end_with_the_session(
    client: httpx.Client, shared: Shared, follow: Callable[..., Follower]
) -> None:
    guest = _handed(client, shared, follow(shared.watch))
    assert client.delete(f"/api/sessions/{shared.drive}").status_code == 204
    for some_id in (shared.drive, shared.watch, guest):
        assert client.get(f"/api/sessions/{some_id}").status_code == 404


# To look by oneself


def test_one_who_looks_by_himself_is_explained_that_and_all_else_as_everybody(
    client: httpx.Client, shared: Shared, follow: Callable[..., Follower]
) -> None:
    drive, watch = f"/api/sessions/{shared.drive}", f"/api/sessions/{shared.watch}"
    client.post(f"{drive}/choose", json={"parameter": EDGE})
    alone, beside = follow(shared.watch, page=True), follow(shared.watch, page=True)
    look = {"follower": alone.id, "parameter": "2.bias.0"}
    assert client.post(f"{watch}/look", json=look).status_code == 204
    assert alone.until("explanation", lambda told: told["name"] == "2.bias.0")
    html = alone.until("", lambda html: "#chain-rule" in html).data
    assert "Chain rule" in html
    client.post(f"{drive}/step")
    told = alone.until("state", lambda told: told["position"]["epoch"] == 1).data
    assert told["chosen"] == EDGE
    assert alone.data("explanation")["name"] == "2.bias.0"
    assert "#narration" in alone.until("").data
    client.post(f"{drive}/choose", json={"unit": "1.unit.1"})
    assert beside.until("explanation", lambda told: told["name"] == "1.unit.1")
    client.post(f"{watch}/look", json={"follower": alone.id})
    assert alone.until("explanation", lambda told: told["name"] == "1.unit.1")


def test_what_one_looks_at_may_be_in_the_address_of_the_stream(
    client: httpx.Client, shared: Shared, follow: Callable[..., Follower]
) -> None:
    stream = follow(shared.watch, unit="1.unit.2")
    assert stream.data("explanation")["name"] == "1.unit.2"
    page = client.get(f"/sessions/{shared.watch}", params={"unit": "1.unit.2"}).text
    assert f"/sessions/{shared.watch}/events?unit=1.unit.2" in page


def test_a_network_without_it_brings_one_back_to_the_class(
    client: httpx.Client, shared: Shared, follow: Callable[..., Follower]
) -> None:
    drive = f"/api/sessions/{shared.drive}"
    client.post(f"{drive}/choose", json={"parameter": EDGE})
    stream = follow(shared.watch, parameter="1.kernel.0.2")
    assert stream.data("explanation")["name"] == "1.kernel.0.2"
    layers = [{"units": 2, "activation": "sigmoid"}, {"units": 1, "activation": "sigmoid"}]
    client.put(f"{drive}/spec", json=XOR | {"network": {"layers": layers}})
    assert stream.data("explanation")["name"] == EDGE


def test_a_look_at_what_is_not_there(
    client: httpx.Client, shared: Shared, follow: Callable[..., Follower]
) -> None:
    stream = follow(shared.watch)
    address = f"/api/sessions/{shared.watch}/look"
    for look in ({"parameter": "9.kernel.0.0"}, {"unit": "1"}, {"parameter": "", "unit": ""}):
        reply = client.post(address, json={"follower": stream.id, **look})
        assert reply.status_code == 422, look
    gone = client.post(address, json={"follower": "nobody", "parameter": EDGE})
    assert gone.status_code == 404
