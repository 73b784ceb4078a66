"""Sessions outlive the server that they were made on, through the real command and its file."""

from __future__ import annotations

import html
import os
import re
import resource
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import XOR, wait_for_engines
from tests.killing import served
from tests.server import COMMAND, DEFAULTS
from tests.web.test_events import Reader

StartServer = Callable[..., AbstractContextManager[str]]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "sessions.sqlite3"


@pytest.fixture
def start(start_server: StartServer, database: Path) -> StartServer:
    """A server on the test's database, with its engine ready."""

    def start(**environment: str) -> AbstractContextManager[str]:
        return start_server("--database", str(database), environment=environment)

    return start


def _client(address: str) -> httpx.Client:
    return httpx.Client(base_url=address, timeout=60, trust_env=False)


def _made(client: httpx.Client, **spec: Any) -> str:
    reply = client.post("/api/sessions", json=XOR | spec)
    assert reply.status_code == 201, reply.text
    session_id: str = reply.json()["id"]
    return session_id


def _all_of(client: httpx.Client, session_id: str) -> dict[str, Any]:
    paths = ("", "/history", "/parameters", "/gradients?over=train", "/branches", "/following")
    return {path: client.get(f"/api/sessions/{session_id}{path}").json() for path in paths}


# Again after the server's end


def test_the_next_morning_the_link_still_works(start: StartServer) -> None:
    with start() as address, _client(address) as client:
        wait_for_engines(address)
        session = _made(client, optimizer="adam", metrics=["mae"])
        api = f"/api/sessions/{session}"
        client.post(f"{api}/step", json={"count": 120})
        client.post(f"{api}/rewind", json={"epoch": 40})
        client.patch(f"{api}/spec", json={"optimizer": {"learning_rate": 0.1}})
        client.post(f"{api}/step", json={"count": 30})
        client.post(f"{api}/rewind", json={"epoch": 55})
        client.post(f"{api}/forward")
        before = _all_of(client, session)
        assert before[""]["branch"] == "Run 2"
    with start() as address, _client(address) as client:
        assert _all_of(client, session) == before
        assert client.get(f"/sessions/{session}").status_code == 200
        watch = before["/following"]["watch_id"]
        assert client.get(f"/api/sessions/{watch}").json()["position"] == before[""]["position"]
        assert client.post(f"/api/sessions/{watch}/step").status_code == 403


def test_what_was_played_is_there_once_it_is_paused(start: StartServer, database: Path) -> None:
    with served(database) as server, _client(server.address) as client:
        session = _made(client)
        client.post(f"/api/sessions/{session}/play", json={"until": {"epoch": 100_000}})
        reply = client.post(f"/api/sessions/{session}/pause").json()
        server.kill()
    with start() as address, _client(address) as client:
        again = client.get(f"/api/sessions/{session}").json()
        assert (again["position"], again["playing"]) == (reply["position"], None)


def test_what_was_shown_of_play_survives_a_kill_and_its_end_is_told(
    start: StartServer, database: Path
) -> None:
    with served(database) as server, _client(server.address) as client:
        session = _made(client)
        api = f"/api/sessions/{session}"
        play = {"epochs_per_second": 500, "until": {"epoch": 100_000}}
        client.post(f"{api}/play", json=play)
        with client.stream("GET", f"{api}/events") as stream:
            reader = Reader(stream.iter_lines())
            reader.until("state", lambda data: data["position"]["epoch"] > 50)
            shown = client.get(api).json()["position"]["epoch"]
            server.kill()
    with start() as address, _client(address) as client:
        state = client.get(api).json()
        at = state["position"]["epoch"]
        assert at >= shown
        assert (state["playing"], state["play_end"]) == (None, {"reason": "restart", "epoch": at})
        said = f"Play ended at epoch {at:,}, since the server was started again."
        assert said in client.get(f"/sessions/{session}").text
        client.post(f"{api}/step")
        assert said not in client.get(f"/sessions/{session}").text


def test_why_play_ended_is_known_the_next_morning(start: StartServer) -> None:
    with start() as address, _client(address) as client:
        session = _made(client)
        api = f"/api/sessions/{session}"
        client.post(f"{api}/play", json={"until": {"epoch": 40}})
        with client.stream("GET", f"{api}/events") as stream:
            Reader(stream.iter_lines()).until("state", lambda data: data["playing"] is None)
        before = client.get(api).json()
        assert before["play_end"] == {"reason": "epoch", "epoch": 40}
    with start() as address, _client(address) as client:
        assert client.get(api).json() == before
        assert "Stopped at epoch 40, as asked." in client.get(f"/sessions/{session}").text
        client.post(f"{api}/play", json={"epochs_per_second": 1})
        assert client.post(f"{api}/pause").json()["play_end"] is None


def test_why_play_ended_is_not_told_of_another_run(visitor: httpx.Client) -> None:
    api = f"/api/sessions/{_made(visitor)}"
    visitor.post(f"{api}/play", json={"until": {"epoch": 40}})
    with visitor.stream("GET", f"{api}/events") as stream:
        Reader(stream.iter_lines()).until("state", lambda data: data["playing"] is None)
    assert visitor.get(api).json()["play_end"] is not None
    assert visitor.post(f"{api}/reset").json()["play_end"] is None


def test_sessions_that_visitors_never_touched_are_not_kept(
    start: StartServer, database: Path
) -> None:
    with start() as address, _client(address) as client:
        for _visitor in range(5):
            client.cookies.clear()
            assert client.get("/").status_code == 303
        touched = client.get("/").headers["location"]
        client.post(f"{touched}/epoch")
    with closing(sqlite3.connect(database)) as kept:
        assert kept.execute("SELECT id FROM session").fetchall() == [(touched.split("/")[-1],)]
    with start() as address, _client(address) as client:
        assert client.get(f"/api{touched}").json()["position"]["epoch"] == 1


def test_more_sessions_than_memory_holds(start: StartServer) -> None:
    with start(BACKPROP_MAX_SESSIONS="3") as address, _client(address) as client:
        sessions = [_made(client, seed=seed) for seed in range(10)]
        for count, session in enumerate(sessions):
            client.post(f"/api/sessions/{session}/step", json={"count": count})
        epochs = [client.get(f"/api/sessions/{s}").json()["position"]["epoch"] for s in sessions]
        assert epochs == list(range(10))


# Requests that are sent again


def test_a_request_sent_again_after_a_restart_is_not_done_again(start: StartServer) -> None:
    with start() as address, _client(address) as client:
        session = _made(client)
        path, key = f"/api/sessions/{session}/step", {"Idempotency-Key": "one"}
        first = client.post(path, json={"count": 3}, headers=key)
        made = client.post("/api/sessions", json=XOR, headers={"Idempotency-Key": "make"})
        ended = _made(client)
        end = {"Idempotency-Key": "end"}
        assert client.delete(f"/api/sessions/{ended}", headers=end).status_code == 204
    with start() as address, _client(address) as client:
        again = client.post(path, json={"count": 3}, headers=key)
        assert (again.status_code, again.json()) == (200, first.json())
        assert again.headers["idempotency-replayed"] == "true"
        remade = client.post("/api/sessions", json=XOR, headers={"Idempotency-Key": "make"})
        assert (remade.status_code, remade.json()) == (201, made.json())
        assert client.delete(f"/api/sessions/{ended}", headers=end).status_code == 204
        assert client.post(path, json={"count": 4}, headers=key).status_code == 422
        assert client.get(f"/api/sessions/{session}").json()["position"]["epoch"] == 3


def test_one_whose_reply_was_lost_with_the_server_answers_the_state(
    start: StartServer, database: Path
) -> None:
    with start() as address, _client(address) as client:
        session = _made(client)
        path, key = f"/api/sessions/{session}/step", {"Idempotency-Key": "one"}
        first = client.post(path, json={"count": 3}, headers=key).json()
        client.post(path, json={"count": 2})
        make = {"Idempotency-Key": "make"}
        made = client.post("/api/sessions", json=XOR, headers=make)
    del first["epochs"]
    with closing(sqlite3.connect(database)) as kept, kept:
        # As it is between the operation and its reply.
        assert kept.execute(_FORGET_REPLIES, (_state_text(first), "one")).rowcount == 1
        assert kept.execute(_FORGET_REPLIES, (_state_text(made.json()), "make")).rowcount == 1
    with start() as address, _client(address) as client:
        again = client.post(path, json={"count": 3}, headers=key)
        assert (again.status_code, again.json()) == (200, first)
        assert again.headers["etag"] == '"3"'
        remade = client.post("/api/sessions", json=XOR, headers=make)
        assert (remade.status_code, remade.json()) == (201, made.json())
        assert remade.headers["location"] == made.headers["location"]


_FORGET_REPLIES = """UPDATE reply SET state = ?, status = NULL, headers = NULL, body = NULL
    WHERE key LIKE '%' || ?"""


def _state_text(state: dict[str, Any]) -> str:
    return httpx.Request("POST", "http://x", json=state).content.decode()


# Files that are refused


def _command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, "--port", "0", *arguments],
        env=os.environ | DEFAULTS | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "content", [b"no database at all" * 1000, b"SQLite format 3\0" + b"x" * 99]
)
def test_a_file_of_something_else_is_refused_and_left_alone(database: Path, content: bytes) -> None:
    database.write_bytes(content)
    done = _command("--database", str(database))
    assert done.returncode == 1
    assert (done.stdout, done.stderr.count("\n")) == ("", 1)
    assert str(database) in done.stderr
    assert database.read_bytes() == content


def test_a_second_server_on_the_same_file_is_refused(start: StartServer, database: Path) -> None:
    with start() as address, _client(address) as client:
        session = _made(client)
        done = _command("--database", str(database))
        assert done.returncode == 1
        assert "in use by another server" in done.stderr
        assert client.post(f"/api/sessions/{session}/step").status_code == 200


def test_sessions_are_kept_in_the_users_data_folder_unless_told_otherwise(
    start_server: StartServer, tmp_path: Path
) -> None:
    environment = {"XDG_DATA_HOME": str(tmp_path), "HOME": str(tmp_path)}
    with start_server(environment=environment) as address, _client(address) as client:
        _made(client)
        assert "until the server stops" in client.get("/sessions").text
    assert list(tmp_path.rglob("*.sqlite3")) == []
    environment["BACKPROP_MEMORY"] = "false"
    with start_server(environment=environment) as address, _client(address) as client:
        _made(client)
        assert "90 days" in client.get("/sessions").text
    assert [file.name for file in tmp_path.rglob("*.sqlite3")] == ["sessions.sqlite3"]


# No room


def test_a_full_disk_is_said_clearly_and_loses_nothing(start: StartServer, database: Path) -> None:
    def limit(process_id: int, size: int) -> None:
        """Of the bytes that a file of the process may have, as on a disk without room."""
        most = resource.RLIM_INFINITY
        resource.prlimit(process_id, resource.RLIMIT_FSIZE, (size, most))

    with served(database) as server, _client(server.address) as client:
        session = _made(client)
        client.post(f"/api/sessions/{session}/step", json={"count": 3})
        before = _all_of(client, session)
        limit(server.process.pid, 4096)
        reply = client.post(f"/api/sessions/{session}/step")
        assert reply.status_code == 507
        assert "the session stays as it was" in reply.json()["detail"]
        page = client.post(f"/sessions/{session}/epoch")
        assert page.status_code == 507
        assert "stays as it was" in page.text
        assert client.post("/api/sessions", json=XOR).status_code == 507
        assert _all_of(client, session) == before
        assert client.get("/sessions").status_code == 200
        limit(server.process.pid, resource.RLIM_INFINITY)
        assert client.post(f"/api/sessions/{session}/step").status_code == 200
        before = _all_of(client, session)
        assert before[""]["position"]["epoch"] == 4
        server.kill()
    with start() as address, _client(address) as client:
        assert _all_of(client, session) == before


# The list of sessions, without scripts


@pytest.fixture
def visitor(start: StartServer) -> Iterator[httpx.Client]:
    with start() as address, _client(address) as client:
        client.follow_redirects = True
        yield client


def _names(page: httpx.Response) -> list[str]:
    assert page.status_code == 200
    kept = page.text[: page.text.index('id="new-heading"')]
    return [html.unescape(name).strip() for name in re.findall(r"<strong>([^<]*)", kept)]


def test_sessions_are_renamed_copied_and_deleted(visitor: httpx.Client) -> None:
    session = _made(visitor, name="one")
    visitor.post(f"/api/sessions/{session}/step", json={"count": 5})
    page = visitor.post(f"/sessions/{session}/rename", data={"name": " Monday's  <class> "})
    assert _names(page) == ["Monday's <class>"]
    page = visitor.post(f"/sessions/{session}/copy")
    assert _names(page) == ["Monday's <class> (copy)", "Monday's <class>"]
    copy = re.findall(r'href="(/sessions/[^"]+)"', page.text)[0]
    parameters = [
        visitor.get(f"/api{address}/parameters").json()
        for address in (copy, f"/sessions/{session}")
    ]
    assert parameters[0] == parameters[1]
    page = visitor.post(f"/sessions/{session}/delete")
    assert _names(page) == ["Monday's <class> (copy)"]
    assert "“Monday&#39;s &lt;class&gt;” was deleted" in page.text
    assert visitor.get(f"/api/sessions/{session}").status_code == 404
    page = visitor.post(f"/sessions/{session}/bring-back")
    assert sorted(_names(page)) == ["Monday's <class>", "Monday's <class> (copy)"]
    assert visitor.get(f"/api/sessions/{session}").json()["position"]["epoch"] == 5
    assert visitor.post(f"/sessions/{session}/bring-back").status_code == 404


def test_a_name_that_cannot_be(visitor: httpx.Client) -> None:
    session = _made(visitor, name="one")
    for name in ("x" * 101, "   ", "", "a\0", "a\u202eb"):
        reply = visitor.post(f"/sessions/{session}/rename", data={"name": name})
        assert reply.status_code == 422
        assert "Give a name of 1 to 100 characters that can be seen." in reply.text
    assert visitor.get(f"/api/sessions/{session}").json()["name"] == "one"


def test_one_that_cannot_be_read_stands_in_nobodys_way(start: StartServer, database: Path) -> None:
    with start() as address, _client(address) as client:
        first, second, third = (_made(client, name=f"Class {number}") for number in (1, 2, 3))
        watch = client.get(f"/api/sessions/{first}/following").json()["watch_id"]
    with closing(sqlite3.connect(database)) as file, file:  # as a later version may write it
        file.execute("UPDATE branch SET spec = replace(spec, 'sigmoid', 'swish9')")
        file.execute("""UPDATE session SET network = replace(network, '"sgd"', '"lion"')""")
    with start() as address, _client(address) as client:
        client.cookies["backprop_visualizer_session"] = first
        begun = client.get("/")
        assert begun.status_code == 303
        assert first not in begun.headers["location"]
        assert client.get(begun.headers["location"]).status_code == 200
        page = client.get("/sessions")
        assert sorted(_names(page)) == ["Class 1", "Class 2", "Class 3"]
        assert "lion" in page.text
        for reply in (
            client.get(f"/sessions/{first}"),
            client.get(f"/sessions/{watch}"),
            client.post(f"/sessions/{first}/rename", data={"name": "another"}),
            client.post(f"/sessions/{first}/epoch"),
        ):
            assert reply.status_code == 501
            assert "this version of the program cannot read it" in reply.text
            assert f'href="/sessions/{first}"' not in reply.text  # which would say the same again
        assert client.get(f"/api/sessions/{first}").status_code == 501
        with_condition = {"If-Match": '"0"'}  # nobody can tell whether that holds
        reply = client.delete(f"/api/sessions/{first}", headers=with_condition)
        assert reply.status_code == 501
        assert client.delete(f"/api/sessions/{watch}").status_code == 403
        assert client.delete(f"/api/sessions/{first}").status_code == 204
        assert client.delete(f"/api/sessions/{first}").status_code == 404
        assert client.post(f"/sessions/{second}/copy").status_code == 303
        assert client.post(f"/sessions/{second}/delete").status_code == 303
        assert sorted(_names(client.get("/sessions"))) == ["Class 2 (copy)", "Class 3"]
        assert client.get(f"/api/sessions/{third}").status_code == 501


def test_many_sessions_are_searched_and_paged(visitor: httpx.Client) -> None:
    for number in range(57):
        _made(visitor, name=f"Class {number}")
    first = visitor.get("/sessions")
    assert _names(first) == [f"Class {number}" for number in range(56, 6, -1)]
    assert "1 to 50 of 57" in first.text
    later = re.findall(r'href="([^"]+)" rel="next"', first.text)
    second = visitor.get(html.unescape(later[0]))
    assert _names(second) == [f"Class {number}" for number in range(6, -1, -1)]
    assert 'rel="prev"' in second.text
    assert 'rel="next"' not in second.text
    assert _names(visitor.get("/sessions?search=CLASS 4")) == [
        f"Class {number}" for number in (49, 48, 47, 46, 45, 44, 43, 42, 41, 40, 4)
    ]
    assert visitor.get("/sessions", params={"page": "9" * 5000}).status_code == 200
    none = visitor.get("/sessions", params={"search": "<nothing>"})
    assert _names(none) == []
    assert "&lt;nothing&gt;" in none.text


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=x", "page=" + "9" * 30, "page=²"])
def test_a_page_that_is_none_shows_one_that_is(visitor: httpx.Client, query: str) -> None:
    _made(visitor, name="one")
    assert _names(visitor.get(f"/sessions?{query}")) == ["one"]


@pytest.mark.parametrize("query", ["deleted=x", "deleted=%ff", "search=%00", "search=%ed%a0%80"])
def test_nonsense_in_the_address_does_no_harm(visitor: httpx.Client, query: str) -> None:
    assert visitor.get(f"/sessions?{query}").status_code == 200
