"""A session as a file or a link, over the API and by the pages' plain forms."""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from app.session.parcel import MAX_LINK, digest_of
from tests.conftest import XOR

NewSession = Callable[..., dict[str, Any]]
HOSTILE = '<script>alert("1")</script>'


@pytest.fixture
def sent(client: httpx.Client, new_session: NewSession) -> dict[str, Any]:
    """The State of a session that was trained, edited and wound back."""
    address = f"/api/sessions/{new_session(metrics=['mae'])['id']}"
    client.post(f"{address}/step", json={"count": 12})
    client.patch(f"{address}/parameters", json={"1.kernel.0.0": 0.5})
    client.post(f"{address}/step", json={"count": 8})
    client.post(f"{address}/rewind", json={"epoch": 15})
    state: dict[str, Any] = client.get(address).json()
    return state


def _file(client: httpx.Client, session: dict[str, Any]) -> dict[str, Any]:
    reply = client.get(f"/api/sessions/{session['id']}/file")
    assert reply.status_code == 200
    found: dict[str, Any] = reply.json()
    return found


def _link(client: httpx.Client, session: dict[str, Any]) -> str:
    link: str = client.get(f"/api/sessions/{session['id']}/link").json()["link"]
    return link


def _all_of(client: httpx.Client, session: dict[str, Any]) -> dict[str, Any]:
    address = f"/api/sessions/{session['id']}"
    state = client.get(address).json()
    parts = {part: client.get(f"{address}/{part}").json() for part in ("parameters", "history")}
    return {"state": {**state, "id": ""}, **parts}


def _opened(client: httpx.Client, content: dict[str, Any]) -> dict[str, Any]:
    reply = client.post("/api/sessions/open", json=content)
    assert reply.status_code == 201, reply.text
    state: dict[str, Any] = reply.json()
    assert reply.headers["location"] == f"/api/sessions/{state['id']}"
    return state


# The API


def test_a_file_and_a_link_open_as_what_was_sent(
    client: httpx.Client, sent: dict[str, Any]
) -> None:
    for content in (_file(client, sent), {"link": _link(client, sent)}):
        again = _opened(client, content)
        assert again["id"] != sent["id"]
        assert _all_of(client, again) == _all_of(client, sent)
        assert again["recorded"] == sent["recorded"]
        assert client.delete(f"/api/sessions/{again['id']}").status_code == 204


def test_a_file_opens_on_another_server(
    client: httpx.Client,
    sent: dict[str, Any],
    start_server: Callable[..., AbstractContextManager[str]],
) -> None:
    """On one that has just started, too, and is still making its engine ready."""
    with (
        start_server() as address,
        httpx.Client(base_url=address, timeout=120, trust_env=False) as other,
    ):
        again = _opened(other, _file(client, sent))
        assert _all_of(other, again) == _all_of(client, sent)


def test_a_link_is_this_servers_page_and_holds_no_id(
    client: httpx.Client, server: str, sent: dict[str, Any]
) -> None:
    link = _link(client, sent)
    assert link.startswith(f"{server}/open#bpv1.")
    watch = client.get(f"/api/sessions/{sent['id']}/following").json()["watch_id"]
    assert client.get(f"/api/sessions/{watch}/link").json() == {"link": link}
    file = client.get(f"/api/sessions/{watch}/file").text
    assert sent["id"] not in file
    assert watch not in file


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("XOR", "XOR.backprop.json"),
        ("Übung 1/2\r\nx: y", "Übung 1 2 x y.backprop.json"),
        ("../..", "session.backprop.json"),
        ("한국어", "한국어.backprop.json"),
    ],
)
def test_a_download_has_a_name_that_any_system_can_keep(
    client: httpx.Client, new_session: NewSession, name: str, file: str
) -> None:
    reply = client.get(f"/api/sessions/{new_session(name=name)['id']}/file")
    kind, _parameter, quoted = reply.headers["content-disposition"].partition("; filename*=UTF-8''")
    assert (kind, unquote(quoted)) == ("attachment", file)
    assert reply.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({}, "This is no session of this program."),
        ({"link": "http://127.0.0.1/open"}, "This is no link that carries a session"),
        ({"link": "#bpv1.abc"}, "cut short or altered"),
        ({"link": "#bpv2.abc"}, "newer version"),
        ({"link": "#bpv1." + "A" * MAX_LINK}, "too long"),
        ({"link": 3}, "This is no session of this program."),
        (XOR, "This is no session of this program."),
    ],
)
def test_what_cannot_be_opened_is_refused_with_a_sentence(
    client: httpx.Client, content: dict[str, Any], sentence: str
) -> None:
    reply = client.post("/api/sessions/open", json=content)
    assert reply.status_code == 422
    assert reply.headers["content-type"] == "application/problem+json"
    assert sentence in reply.json()["errors"][0]["detail"]


def test_an_altered_file_is_refused(client: httpx.Client, sent: dict[str, Any]) -> None:
    file = _file(client, sent)
    file["session"]["recording"]["spec"]["seed"] = 1
    reply = client.post("/api/sessions/open", json=file)
    assert reply.status_code == 422
    assert "cut short or altered" in reply.json()["errors"][0]["detail"]


def test_a_session_that_is_too_large_for_a_link(
    client: httpx.Client, new_session: NewSession
) -> None:
    rows = [[math.sin(n * n), math.cos(n * n)] for n in range(6000)]
    data = {"source": "inline", "inputs": rows, "targets": [[n % 2] for n in range(6000)]}
    large = new_session(data=data)
    reply = client.get(f"/api/sessions/{large['id']}/link")
    assert reply.status_code == 409
    assert "Download it instead" in reply.json()["detail"]
    page = client.get(f"/sessions/{large['id']}/link").text
    assert "Download it instead" in page
    assert f'href="/api/sessions/{large["id"]}/file" download' in page
    assert "<textarea" not in page
    again = _opened(client, _file(client, large))
    assert again["metrics"] == large["metrics"]


def test_others_get_on_beside_a_long_training(
    client: httpx.Client, server: str, new_session: NewSession
) -> None:
    other = new_session()
    file = _file(client, new_session())
    file["session"]["recording"]["update"] = 150_000
    del file["digest"]
    file["digest"] = digest_of(file)
    with ThreadPoolExecutor(1) as threads:
        opening = threads.submit(
            httpx.post, f"{server}/api/sessions/open", json=file, timeout=120, trust_env=False
        )
        answered = 0
        while not opening.done():
            assert client.post(f"/api/sessions/{other['id']}/step").status_code == 200
            answered += 1
    assert answered >= 5
    again = opening.result().json()
    assert (again["position"]["epoch"], again["recorded"]["epoch"]) == (0, 150_000)


def test_a_key_makes_one_session_of_a_link(client: httpx.Client, sent: dict[str, Any]) -> None:
    content, headers = {"link": _link(client, sent)}, {"Idempotency-Key": f"open-{sent['id']}"}
    first = client.post("/api/sessions/open", json=content, headers=headers)
    again = client.post("/api/sessions/open", json=content, headers=headers)
    assert first.json()["id"] == again.json()["id"]


def test_another_site_opens_nothing_here(client: httpx.Client, sent: dict[str, Any]) -> None:
    foreign = {"Origin": "https://evil.example"}
    for address, body in (
        ("/api/sessions/open", {"json": {"link": _link(client, sent)}}),
        ("/open", {"data": {"link": _link(client, sent)}}),
    ):
        assert client.post(address, headers=foreign, **body).status_code == 403


# The pages, without scripts


def test_a_pasted_link_and_an_uploaded_file_lead_to_the_session(
    client: httpx.Client, sent: dict[str, Any]
) -> None:
    link, file = _link(client, sent), json.dumps(_file(client, sent))
    page = client.get("/open")
    assert page.status_code == 200
    assert len(re.findall(r'<form method="post" action="/open"', page.text)) == 2
    for body in (
        {"data": {"link": f"  {link}\n"}},
        {"data": {"link": file}},
        {"files": {"link": (None, link)}},
        {"files": {"file": ("mine.json", file)}},
        {"files": {"file": ("mine.json", b"\xef\xbb\xbf" + file.encode())}},
    ):
        reply = client.post("/open", **body)  # type: ignore[arg-type]
        assert reply.status_code == 303, reply.text
        again = {"id": reply.headers["location"].rpartition("/")[2]}
        assert _all_of(client, again) == _all_of(client, sent)
    shown = client.get(reply.headers["location"]).text
    assert "Back where epoch 15 ended" in shown


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "Paste a link, or choose a file."),
        ({"data": {"link": " "}}, "Paste a link, or choose a file."),
        ({"files": {"file": ("x", b"")}}, "This file is empty."),
        ({"files": {"file": ("x.png", b"\x89PNG\xff")}}, "This file is not text."),
        ({"files": {"file": ("x.csv", b"1,2,3")}}, "This is no session of this program."),
        ({"data": {"link": HOSTILE}}, "This is no link that carries a session"),
        ({"data": {"link": "#bpv1.abc" + HOSTILE}}, "cut short or altered"),
        ({"data": {"link": "#bpv1." + "A" * MAX_LINK}}, "too long"),
    ],
)
def test_the_page_says_why_nothing_is_opened(
    client: httpx.Client, body: dict[str, Any], sentence: str
) -> None:
    reply = client.post("/open", **body)
    assert reply.status_code == 422
    assert sentence in html.unescape(reply.text)
    assert "<script>alert" not in reply.text
    assert 'id="refused" class="refused" role="alert" >' in reply.text


def test_what_was_made_by_hand_is_named_by_its_fields(
    client: httpx.Client, sent: dict[str, Any]
) -> None:
    file = _file(client, sent)
    file["session"]["recording"]["changes"] = [{"update": 2, "edit": {HOSTILE: 1}}]
    del file["digest"]
    file["digest"] = digest_of(file)
    reply = client.post("/open", files={"file": ("mine.json", json.dumps(file))})
    assert reply.status_code == 422
    assert "made by hand" in reply.text
    assert "/session/recording/changes/0/edit/" in reply.text
    assert "<script>alert" not in reply.text


def test_the_link_is_shown_where_no_script_copies_it(
    client: httpx.Client, sent: dict[str, Any]
) -> None:
    watch = client.get(f"/api/sessions/{sent['id']}/following").json()["watch_id"]
    for some_id in (sent["id"], watch):
        session = client.get(f"/sessions/{some_id}").text
        assert f'href="/sessions/{some_id}/link"' in session
        assert f'href="/api/sessions/{some_id}/file" download' in session
        page = client.get(f"/sessions/{some_id}/link").text
        found = re.search(r"<textarea[^>]*>([^<]*)</textarea>", page)
        assert found
        assert found[1] == _link(client, sent)


def test_the_list_of_sessions_leads_to_what_opens_more(client: httpx.Client) -> None:
    assert 'href="/open"' in client.get("/sessions").text
