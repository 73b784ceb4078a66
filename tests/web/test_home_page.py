"""The list of sessions: whose they are, and what its buttons do beside what others do."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from functools import partial

import httpx
import pytest

from app.session.links import new_id
from app.session.store import SessionStore
from app.settings import Settings
from app.web.application import Application
from app.web.home_page import rename_session
from app.web.ownership import COOKIE, MOST_OWN
from app.web.sessions import driving
from tests.conftest import XOR
from tests.session.specs import session as new_session

WIDER = [{"units": 5, "activation": "tanh"}, {"units": 1, "activation": "sigmoid"}]

Visitor = Callable[..., httpx.Client]


@pytest.fixture(scope="module")
def home_server(start_server: Callable[..., AbstractContextManager[str]]) -> Iterator[str]:
    with start_server() as address:
        yield address


@pytest.fixture
def visitor(home_server: str) -> Iterator[Visitor]:
    """Browsers, each new: on another machine, unless it is the host's."""
    with ExitStack() as all_of_them:

        def make(*, on_host: bool = False) -> httpx.Client:
            headers = {} if on_host else {"X-Forwarded-For": "203.0.113.7"}
            client = httpx.Client(
                base_url=home_server, headers=headers, timeout=30, trust_env=False
            )
            return all_of_them.enter_context(client)

        yield make


def _made(reply: httpx.Response) -> str:
    """The id of the session that a reply leads to."""
    assert reply.status_code == 303, reply.text
    return reply.headers["location"].rpartition("/")[2]


def _listed(browser: httpx.Client, search: str = "") -> list[str]:
    page = browser.get("/sessions", params={"search": search})
    assert page.status_code == 200
    return re.findall(r'<a href="/sessions/([^"]+)"', page.text.partition('id="new-heading"')[0])


def _tagged(browser: httpx.Client) -> set[str]:
    """The ids of those that the list calls the visitor's."""
    lines = browser.get("/sessions").text.split("<li>")[1:]
    return {
        found[1]
        for line in lines
        if 'class="mine"' in line and (found := re.search(r'<a href="/sessions/([^"]+)"', line))
    }


def _scripted(browser: httpx.Client, name: str) -> str:
    """The id of a session that was made over the API."""
    session: str = browser.post("/api/sessions", json=XOR | {"name": name}).json()["id"]
    return session


@pytest.mark.parametrize("on_host", [False, True])
def test_what_a_browser_made_is_its_own(visitor: Visitor, on_host: bool) -> None:
    browser = visitor(on_host=on_host)
    scripted = _scripted(browser, "Scripted")
    file = browser.get(f"/api/sessions/{scripted}/file").json()
    link = browser.get(f"/api/sessions/{scripted}/link").json()["link"]
    own = [_made(browser.get("/"))]
    assert browser.post(f"/sessions/{own[0]}/forward").status_code == 303
    own.append(_made(browser.post("/sessions", data={"preset": "sine"})))
    own.append(_made(browser.post("/open", files={"file": ("x.json", json.dumps(file))})))
    own.append(_made(browser.post("/open", data={"link": link})))
    before = set(_listed(browser))
    assert browser.post(f"/sessions/{own[1]}/copy").status_code == 303
    own += set(_listed(browser)) - before
    assert len(set(own)) == 5
    assert _tagged(browser) == set(own)
    assert on_host or set(_listed(browser)) == set(own)
    assert on_host == (scripted in _listed(browser))
    assert _tagged(visitor(on_host=True)) == set()
    assert _listed(visitor()) == []


def test_it_may_do_with_them_what_it_likes(visitor: Visitor) -> None:
    browser = visitor()
    first, second = (_made(browser.post("/sessions", data={"preset": "sine"})) for _ in range(2))
    assert browser.post(f"/sessions/{first}/rename", data={"name": "Mine"}).status_code == 303
    _scripted(browser, "Mine, but a script's")
    assert _listed(browser, "mine") == [first]
    assert browser.get(f"/sessions/{first}").status_code == 200
    assert browser.post(f"/sessions/{first}/delete").status_code == 303
    assert _listed(browser) == [second]
    assert browser.post(f"/sessions/{first}/bring-back").status_code == 303
    assert set(_listed(browser)) == {first, second}


def test_no_link_of_anothers_session_makes_it_ones_own(visitor: Visitor) -> None:
    host, browser = visitor(on_host=True), visitor()
    session = _scripted(host, "A class")
    watch = host.get(f"/api/sessions/{session}/following").json()["watch_id"]
    for link in (session, watch):
        page = browser.get(f"/sessions/{link}")
        assert page.status_code == 200
        assert "set-cookie" not in page.headers
    assert browser.post(f"/sessions/{watch}/copy").status_code == 403
    assert not browser.cookies
    assert _listed(browser) == []
    # Nor a cookie with another kind of id.
    headers = {"cookie": f"{COOKIE}={watch}"}
    page = browser.get("/sessions", headers=headers)
    assert session not in page.text
    assert watch not in page.text
    assert _made(browser.get("/", headers=headers)) not in (session, watch)


@pytest.mark.anyio
async def test_a_guest_drives_what_stays_anothers() -> None:
    application = Application(Settings(engine="numpy", memory=True))
    session = application.store.keep(new_session())
    guest = application.store.links.hand_over(session.id, "Ada")
    assert guest is not None
    transport = httpx.ASGITransport(app=application, client=("192.0.2.7", 50000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:
        assert (await browser.get(f"/sessions/{guest.id}")).status_code == 200
        assert (await browser.post(f"/sessions/{guest.id}/forward")).status_code == 303
        assert (await browser.post(f"/sessions/{guest.id}/copy")).status_code == 403
        assert not browser.cookies
        headers = {"cookie": f"{COOKIE}={guest.id}"}
        page = await browser.get("/sessions", headers=headers)
        assert "None yet" in page.text
        begun = await browser.get("/", headers=headers)
        assert guest.id not in begun.headers["location"]
        assert session.id not in begun.headers["location"]


def test_the_cookie_is_kept_from_scripts_and_other_sites(visitor: Visitor) -> None:
    cookie = visitor().post("/sessions", data={"preset": "sine"}).headers["set-cookie"].lower()
    assert {"httponly", "samesite=lax", "path=/", "max-age=31536000"} <= set(cookie.split("; "))


def test_the_oldest_go_where_they_are_too_many_for_a_cookie(visitor: Visitor) -> None:
    browser = visitor()
    made = [_made(browser.post("/sessions", data={"preset": "sine"})) for _ in range(2)]
    others = [new_id() for _ in range(MOST_OWN - 1)]
    headers = {"cookie": f"{COOKIE}={'.'.join([made[1], *others])}"}
    reply = browser.post("/sessions", data={"preset": "sine"}, headers=headers)
    cookie = reply.headers["set-cookie"].partition(";")[0]
    assert cookie == f"{COOKIE}={'.'.join([_made(reply), made[1], *others[:-1]])}"
    assert len(cookie) < 3000


@pytest.mark.parametrize("cookie", [b"nonsense", b"a" * 4000, b"\xff\xfe.", b"'.\"", b"." * 3000])
def test_a_cookie_that_holds_no_ids_is_of_no_account(visitor: Visitor, cookie: bytes) -> None:
    headers = {"cookie": COOKIE.encode() + b"=" + cookie}
    assert _listed(visitor()) == []
    made = _made(visitor().post("/sessions", data={"preset": "sine"}, headers=headers))
    reply = visitor().get("/", headers=headers)
    assert reply.headers["set-cookie"].startswith(f"{COOKIE}={_made(reply)};")
    assert made not in reply.headers["set-cookie"]


@pytest.mark.anyio
async def test_a_new_name_undoes_nothing_that_another_driver_does_meanwhile() -> None:
    store = SessionStore(2)
    session = store.keep(new_session())
    await session.perform(partial(session.step, "epoch", 3))
    spec = new_session(network={"layers": WIDER}, name="Wide").spec
    async with session.turn():  # while an operation is under way, two come and wait for their turn
        changing = asyncio.create_task(session.perform(partial(session.change_spec, spec)))
        await asyncio.sleep(0)
        renaming = asyncio.create_task(rename_session(driving(session), "Another"))
        await asyncio.sleep(0)
    await asyncio.gather(changing, renaming)
    assert session.name == "Another"
    assert session.spec.network == spec.network
    assert list(session.timeline.branches) == ["Run 1", "Run 2"]  # the change began the second
    assert [one.name for one in store.listed()] == ["Another"]


@pytest.mark.anyio
async def test_the_name_of_before_another_gave_one_is_given_again() -> None:
    store = SessionStore(2)
    session = store.keep(new_session(name="First"))
    async with session.turn():
        former, latter = (
            asyncio.create_task(rename_session(driving(session), name))
            for name in ("Second", "First")
        )
        await asyncio.sleep(0)
    await asyncio.gather(former, latter)
    assert session.name == "First"
