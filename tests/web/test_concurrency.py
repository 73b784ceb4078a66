"""Many at once at one session: one after the other, each on the picture it has, each once."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from app.session.conditions import check, condition
from app.session.database import Database
from app.session.kept import MOST_REPLY_BYTES
from app.session.limits import MAX_WAITING
from app.settings import Settings
from app.web.api.idempotency import MOST_BODY, MOST_REPLIES, KeptReply
from app.web.api.kept_replies import MOST_BETWEEN, RepliesInDatabase
from app.web.api.preconditions import expected
from app.web.application import Application
from tests.conftest import XOR
from tests.session.specs import session

NewSession = Callable[..., dict[str, Any]]
CLIENTS = MAX_WAITING
"""As many as may be at one session at once, each with one request at a time."""


@pytest.fixture
def address(new_session: NewSession) -> str:
    """The API's address of a session of XOR on 2-3-1."""
    return f"/api/sessions/{new_session()['id']}"


@pytest.fixture
def clients(server: str) -> Iterator[list[httpx.Client]]:
    """Clients with a connection each."""
    made = [httpx.Client(base_url=server, timeout=60, trust_env=False) for _ in range(CLIENTS)]
    yield made
    for client in made:
        client.close()


def _at_once(clients: list[httpx.Client], call: Callable[[httpx.Client, int], Any]) -> list[Any]:
    """What ``call`` gives to each client, all of them begun together."""
    gate = threading.Barrier(len(clients))

    def begin(place: int) -> Any:
        gate.wait()
        return call(clients[place], place)

    with ThreadPoolExecutor(len(clients)) as threads:
        return list(threads.map(begin, range(len(clients))))


def _update(state: dict[str, Any]) -> int:
    update: int = state["position"]["update"]
    return update


# One after the other


def test_steps_of_many_at_once_are_whole_and_in_order(
    clients: list[httpx.Client], address: str
) -> None:
    rounds = 10

    def drive(client: httpx.Client, place: int) -> list[list[int]]:
        made = []
        for turn in range(rounds):
            count = 1 + (place + turn) % 4
            reply = client.post(f"{address}/step", json={"count": count})
            assert reply.status_code == 200, reply.text
            state = reply.json()
            epochs = [entry["epoch"] for entry in state["epochs"]]
            assert len(epochs) == count
            assert state["position"]["epoch"] == epochs[-1] == _update(state)
            assert reply.headers["etag"] == f'"{epochs[-1]}"'
            assert state["epochs"][-1]["train"] == state["metrics"]["train"]
            made.append(epochs)
        return made

    made = _at_once(clients, drive)
    for of_one in made:
        assert of_one == sorted(of_one)  # who asks later comes later
    every = sorted(epochs for of_one in made for epochs in of_one)
    total = sum(len(epochs) for epochs in every)
    assert [epoch for epochs in every for epoch in epochs] == list(range(1, total + 1))
    alone = clients[0].post("/api/sessions", json=clients[0].get(address).json()["spec"]).json()
    one = clients[0].post(f"/api/sessions/{alone['id']}/step", json={"count": total}).json()
    assert one["metrics"] == clients[0].get(address).json()["metrics"]
    clients[0].delete(f"/api/sessions/{alone['id']}")


def test_edits_and_phases_of_many_at_once_stay_in_order(
    clients: list[httpx.Client], address: str
) -> None:
    """Whatever comes between, each phase is done once or refused, and an edit is seen whole."""

    def drive(client: httpx.Client, place: int) -> list[int]:
        name = ("forward", "backward", "update")[place % 3]
        if place == 0:
            values = {"1.kernel.0.0": 0.5, "1.kernel.0.1": 0.5}
            reply = client.patch(f"{address}/parameters", json=values)
            kernel = reply.json()["layers"][0]["kernel"]
            assert kernel[0][:2] == [0.5, 0.5]
            return []
        return [client.post(f"{address}/{name}").status_code for _turn in range(6)]

    codes = {code for of_one in _at_once(clients, drive) for code in of_one}
    assert codes <= {200, 409}
    state = clients[0].get(address).json()
    assert state["position"]["epoch"] == _update(state)


def test_more_than_may_wait_are_told_to_come_again(server: str, new_session: NewSession) -> None:
    """Those that were not refused are done all the same, and nothing is done twice."""
    wide = {"network": {"layers": [{"units": 200}, {"units": 1}]}}
    address = f"/api/sessions/{new_session(**wide)['id']}"
    crowd = [
        httpx.Client(base_url=server, timeout=60, trust_env=False) for _ in range(3 * MAX_WAITING)
    ]
    replies = _at_once(
        crowd, lambda client, _place: client.post(f"{address}/step", json={"count": 40})
    )
    done = [reply for reply in replies if reply.status_code == 200]
    refused = [reply for reply in replies if reply.status_code != 200]
    assert len(done) >= MAX_WAITING
    assert {reply.status_code for reply in refused} <= {429}
    assert all("Send the next after a reply" in reply.json()["detail"] for reply in refused)
    state = crowd[0].get(address).json()
    assert state["position"]["epoch"] == 40 * len(done)
    for client in crowd:
        client.close()


# If-Match


@pytest.mark.parametrize("count", [1, 3000])
def test_of_many_that_act_on_the_same_picture_one_acts(
    clients: list[httpx.Client], address: str, count: int
) -> None:
    """Also where the first is still at it, in a thread, when the others come."""
    for update in range(0, 3 * count, count):
        headers = {"If-Match": f'"{update}"'}
        replies = _at_once(
            clients,
            lambda client, _place, headers=headers: client.post(  # type: ignore[misc]
                f"{address}/step", json={"count": count}, headers=headers
            ),
        )
        passed = [reply for reply in replies if reply.status_code == 200]
        refused = [reply for reply in replies if reply.status_code == 412]
        assert (len(passed), len(refused)) == (1, len(clients) - 1)
        assert _update(passed[0].json()) == update + count
        for reply in refused:
            assert reply.headers["content-type"] == "application/problem+json"
            assert reply.headers["etag"] == f'"{update + count}"'
            words = "1 update," if update + count == 1 else f"{update + count} updates,"
            assert words in reply.json()["detail"]


ACTS: list[tuple[str, str, Any]] = [
    ("POST", "/step", None),
    ("POST", "/forward", None),
    ("POST", "/reset", None),
    ("POST", "/play", {"epochs_per_second": 0.01}),
    ("POST", "/pause", None),
    ("POST", "/focus", {"example": 0}),
    ("POST", "/choose", {"parameter": "2.kernel.0.0"}),
    ("PATCH", "/parameters", {"2.bias.0": 0.5}),
    ("PATCH", "/spec", {"name": "Other"}),
    ("POST", "/rewind", {"epoch": 0}),
    ("POST", "/branches", None),
    ("POST", "/branches/Run 1/checkout", None),
    ("DELETE", "", None),
]


@pytest.mark.parametrize(("method", "place", "body"), ACTS)
def test_all_that_acts_heeds_it(
    client: httpx.Client, address: str, method: str, place: str, body: Any
) -> None:
    before = client.post(f"{address}/step").json()
    for stale in ('"0"', '"2", "3"', 'W/"1"', '"one"'):
        headers = {"If-Match": stale}
        refused = client.request(method, address + place, json=body, headers=headers)
        assert refused.status_code == 412, (stale, refused.text)
    del before["epochs"]
    assert client.get(address).json() == before
    headers = {"If-Match": '"7", "1"'}
    done = client.request(method, address + place, json=body, headers=headers)
    assert done.status_code in (200, 204), done.text


@pytest.mark.parametrize(
    ("place", "body"),
    [
        ("/rewind", {"epoch": 9}),
        ("/rewind", {"back": "epoch"}),
        ("/branches/Run 9/checkout", None),
    ],
)
def test_a_stale_picture_is_told_of_before_what_cannot_be(
    client: httpx.Client, address: str, place: str, body: Any
) -> None:
    refused = client.post(address + place, json=body, headers={"If-Match": '"7"'})
    assert refused.status_code == 412
    held = client.post(address + place, json=body, headers={"If-Match": '"0"'})
    assert held.status_code in (404, 409, 422)


@pytest.mark.parametrize("given", ["*", '"0"', '"5" , "0"', '"5","0"'])
def test_conditions_that_hold(client: httpx.Client, address: str, given: str) -> None:
    assert client.post(f"{address}/step", headers={"If-Match": given}).status_code == 200


@pytest.mark.parametrize("given", ["0", "", '"0', "'0'", '"0" "1"', '*, "0"', "W/0", '"0",'])
def test_conditions_that_are_none(client: httpx.Client, address: str, given: str) -> None:
    refused = client.post(f"{address}/step", headers={"If-Match": given})
    assert refused.status_code == 422
    assert "in quotes" in refused.json()["detail"]
    assert client.get(address).json()["position"]["epoch"] == 0


def test_a_look_has_no_condition(client: httpx.Client, address: str) -> None:
    reply = client.get(address, headers={"If-Match": '"77"'})
    assert (reply.status_code, reply.headers["etag"]) == (200, '"0"')


def test_the_etag_of_a_phase_is_that_of_its_state(client: httpx.Client, address: str) -> None:
    for name, etag in (("forward", '"0"'), ("backward", '"0"'), ("update", '"1"')):
        assert client.post(f"{address}/{name}").headers["etag"] == etag


def test_a_condition_is_of_its_request_alone() -> None:
    one = session()
    check(one)
    token = condition.set(expected('"0"'))
    check(one)
    one.step("batch")
    with pytest.raises(Exception, match="after 1 update,"):
        check(one)
    condition.reset(token)
    check(one)


# Idempotency-Key


def _key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid.uuid4())}


def test_what_is_sent_many_times_at_once_is_done_once(
    clients: list[httpx.Client], address: str
) -> None:
    for turn in range(1, 6):
        headers = _key()
        replies = _at_once(
            clients,
            lambda client, _place, headers=headers: client.post(  # type: ignore[misc]
                f"{address}/step", json={"count": 2}, headers=headers
            ),
        )
        assert {reply.status_code for reply in replies} == {200}
        assert len({reply.content for reply in replies}) == 1
        assert {reply.headers["etag"] for reply in replies} == {f'"{2 * turn}"'}
        replayed = [reply.headers.get("idempotency-replayed") for reply in replies]
        assert sorted(replayed, key=str) == [None] + ["true"] * (len(clients) - 1)
        assert clients[0].get(address).json()["position"]["epoch"] == 2 * turn


def test_a_session_is_made_once_and_ended_once(client: httpx.Client, address: str) -> None:
    spec = client.get(address).json()["spec"]
    headers = _key()
    made, again = (client.post("/api/sessions", json=spec, headers=headers) for _ in range(2))
    assert made.status_code == again.status_code == 201
    assert made.headers["location"] == again.headers["location"]
    assert made.json() == again.json()
    assert again.headers["content-type"] == "application/json"
    headers = _key()
    location = made.headers["location"]
    ended, again = (client.delete(location, headers=headers) for _ in range(2))
    assert (ended.status_code, again.status_code) == (204, 204)
    assert again.headers["idempotency-replayed"] == "true"
    assert client.delete(location, headers=_key()).status_code == 404


def test_a_repetition_is_answered_first_whatever_has_come_since(
    client: httpx.Client, address: str
) -> None:
    headers = _key() | {"If-Match": '"0"'}
    first = client.post(f"{address}/step", headers=headers)
    client.post(f"{address}/step", json={"count": 5})
    again = client.post(f"{address}/step", headers=headers)
    assert again.json() == first.json()
    assert client.get(address).json()["position"]["epoch"] == 6


@pytest.mark.parametrize(
    ("place", "body", "expects", "status", "first"),
    [
        ("/backward", None, "*", 409, ("/forward", None)),
        ("/step", None, '"1"', 412, ("/step", None)),
        ("/rewind", {"epoch": 1}, "*", 422, ("/step", {"count": 2})),
    ],
)
def test_what_was_refused_did_nothing_and_is_tried_again(
    client: httpx.Client,
    address: str,
    place: str,
    body: Any,
    expects: str,
    status: int,
    first: tuple[str, Any],
) -> None:
    headers = _key() | {"If-Match": expects}
    refused = client.post(address + place, json=body, headers=headers)
    assert refused.status_code == status
    client.post(address + first[0], json=first[1])
    done = client.post(address + place, json=body, headers=headers)
    assert (done.status_code, "idempotency-replayed" in done.headers) == (200, False)
    again = client.post(address + place, json=body, headers=headers)
    assert (again.content, "idempotency-replayed" in again.headers) == (done.content, True)


def test_two_people_with_the_same_key_get_a_session_each() -> None:
    """The reply holds the id that drives it: it is for the one who made it."""
    application = Application(Settings(memory=True))

    async def post(address: str) -> httpx.Response:
        transport = httpx.ASGITransport(application, client=(address, 50_000))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            headers = {"Idempotency-Key": "make-1"}
            return await client.post("/api/sessions", json=XOR, headers=headers)

    one, other, again = (asyncio.run(post(f"192.0.2.{n}")) for n in (1, 2, 1))
    assert [reply.status_code for reply in (one, other, again)] == [201] * 3
    assert one.json()["id"] == again.json()["id"] != other.json()["id"]
    application.store.database.close()


def test_no_reply_to_nobody_is_kept(client: httpx.Client, address: str) -> None:
    requests: list[tuple[str, str, Any, int]] = [
        ("POST", "/api/sessions/bogus/step", b"{", 422),
        ("POST", "/api/sessions/bogus/step", b"", 404),
        ("PATCH", f"{address}/step", b"", 405),
        ("PUT", "/api/sessions", b"", 405),
    ]
    for method, path, content, status in requests:
        key = _key()
        for _time in range(2):
            reply = client.request(
                method, path, content=content, headers=key | {"content-type": "application/json"}
            )
            assert reply.status_code == status, (path, reply.text)
            assert "idempotency-replayed" not in reply.headers


def test_where_no_reply_can_be_read_it_is_a_problem() -> None:
    application = Application(Settings(memory=True))
    application.store.database.close()

    async def post() -> httpx.Response:
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.post("/api/sessions", headers=_key())

    reply = asyncio.run(post())
    assert reply.status_code == 507
    assert reply.headers["content-type"] == "application/problem+json"


def test_all_replies_together_are_kept_to_their_bound() -> None:
    database = Database()
    replies = RepliesInDatabase(database)
    for number in range(100):
        replies.put("", str(number), KeptReply("", 200, (), bytes(1024 * 1024)))
    kept = database.read("SELECT sum(length(body)) FROM reply")[0][0]
    assert 0 < kept <= MOST_REPLY_BYTES + MOST_BETWEEN
    assert replies.get("", "0") is None
    assert replies.get("", "99") is not None


def test_another_request_needs_a_key_of_its_own(client: httpx.Client, address: str) -> None:
    headers = _key()
    client.post(f"{address}/step", json={"count": 2}, headers=headers)
    others: list[tuple[str, str, Any]] = [
        ("POST", "/step", {"count": 3}),
        ("POST", "/step", None),
        ("POST", "/step?again=1", {"count": 2}),
        ("POST", "/reset", None),
        ("PATCH", "/parameters", {"2.bias.0": 0.5}),
    ]
    for method, place, body in others:
        refused = client.request(method, address + place, json=body, headers=headers)
        assert refused.status_code == 422
        assert "Idempotency-Key" in refused.json()["detail"]
    assert client.get(address).json()["position"]["epoch"] == 2


def test_sessions_have_keys_of_their_own(
    client: httpx.Client, address: str, new_session: NewSession
) -> None:
    other = f"/api/sessions/{new_session()['id']}"
    headers = _key()
    for place in (address, other):
        reply = client.post(f"{place}/step", headers=headers)
        assert "idempotency-replayed" not in reply.headers
        assert reply.json()["position"]["epoch"] == 1


@pytest.mark.parametrize("given", ["", "two words", "x" * 256, "caf\xe9", "a\tb"])
def test_keys_that_are_none(client: httpx.Client, address: str, given: str) -> None:
    key = given.encode("latin-1")
    refused = client.post(f"{address}/step", headers={b"Idempotency-Key": key})
    assert refused.status_code == 422
    assert "visible characters" in refused.json()["detail"]
    assert client.get(address).json()["position"]["epoch"] == 0


@pytest.mark.parametrize("given", ["x", "x" * 255, '"8e03978e-40d5-43dd"', "!~"])
def test_keys_as_they_may_be(client: httpx.Client, address: str, given: str) -> None:
    headers = {"Idempotency-Key": given}
    for _time in range(2):
        assert client.post(f"{address}/step", headers=headers).json()["position"]["epoch"] == 1


def test_a_body_that_is_too_long_is_refused_with_a_key_as_without(
    start_server: Callable[..., Any],
) -> None:
    with (
        start_server(environment={"BACKPROP_MAX_BODY": "2000"}) as server,
        httpx.Client(base_url=server, timeout=30, trust_env=False) as client,
    ):

        def in_parts() -> Iterator[bytes]:
            yield from [b" " * 1000] * 3

        for headers in ({}, _key()):
            refused = client.post("/api/sessions", content=in_parts(), headers=headers)
            assert refused.status_code == 413


def test_a_long_reply_is_kept_as_the_state_of_its_time(
    client: httpx.Client, new_session: NewSession
) -> None:
    layers = [{"units": 500}, {"units": 100}, {"units": 1}]
    state = new_session(network={"layers": layers})
    place = f"/api/sessions/{state['id']}"
    headers = _key()
    values = {"2.bias.0": 0.5}
    client.post(f"{place}/step")
    first = client.patch(f"{place}/parameters", json=values, headers=headers)
    assert len(first.content) > MOST_BODY
    then = client.get(place).json()
    client.post(f"{place}/step")
    again = client.patch(f"{place}/parameters", json=values, headers=headers)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (200, "true")
    assert again.json() == then
    assert int(again.headers["content-length"]) == len(again.content) < MOST_BODY


def test_a_look_with_a_long_answer_is_taken_again(client: httpx.Client, address: str) -> None:
    headers, inputs = _key(), [[0.25, 0.5]] * 10_000
    replies = [
        client.post(f"{address}/predict", json={"inputs": inputs}, headers=headers)
        for _time in range(2)
    ]
    assert len(replies[0].content) > 150_000
    assert replies[0].json() == replies[1].json()


def test_of_each_session_the_last_replies_are_kept() -> None:
    replies = RepliesInDatabase(Database())
    kept = KeptReply("f", 200, (), b"{}")
    replies.put("other", "0", kept)
    for number in range(MOST_REPLIES + 3):
        replies.put("one", str(number), kept)
    assert [replies.get("one", str(n)) is None for n in range(4)] == [True, True, True, False]
    assert replies.get("other", "0") == kept
    replies.put("", "0", kept)
    replies.put("one", "3", kept)  # once more: in its place
    assert replies.get("one", "4") == kept
    assert replies.get("", "0") == kept


def test_what_leaves_the_count_of_updates_passes_if_match(
    client: httpx.Client, new_session: NewSession
) -> None:
    """As OpenAPI says of it."""
    address = f"/api/sessions/{new_session()['id']}"
    seen = client.get(address).headers["etag"]
    client.patch(f"{address}/parameters", json={"1.kernel.0.0": 0.5})
    for path in ("reset", "forward"):
        passed = client.post(f"{address}/{path}", headers={"If-Match": seen})
        assert passed.status_code == 200
    client.post(f"{address}/step")
    refused = client.post(f"{address}/step", headers={"If-Match": seen})
    assert "after 1 update, not after as many as" in refused.json()["detail"]


def test_the_headers_are_described(client: httpx.Client) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]

    def headers(call: dict[str, Any]) -> set[str]:
        return {p["name"] for p in call.get("parameters", []) if p["in"] == "header"}

    for path, calls in paths.items():
        for method, call in calls.items():
            acts = path.startswith("/api/sessions") and method != "get"
            assert ("Idempotency-Key" in headers(call)) == acts
            inside = acts and "{session_id}" in path
            assert ("If-Match" in headers(call)) == inside
            assert ("412" in call["responses"]) == inside
