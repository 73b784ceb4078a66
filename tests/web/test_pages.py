"""The pages and their forms, through the real server and without scripts."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest

from app.session.presets import PRESETS

NewSession = Callable[..., dict[str, Any]]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def visitor(server: str) -> Iterator[httpx.Client]:
    """A browser without scripts: keeps cookies and goes where it is sent."""
    with httpx.Client(
        base_url=server, timeout=30, trust_env=False, follow_redirects=True
    ) as visitor:
        yield visitor


@pytest.fixture
def address(new_session: NewSession) -> str:
    """The page of a session of XOR on 2-3-1."""
    return f"/sessions/{new_session(metrics=['mae'])['id']}"


def _text(reply: httpx.Response, id: str) -> str:
    """The text of the element with this id, as far as its own end tag's kind allows."""
    found = re.search(rf'<(\w+)[^>]*\bid="{re.escape(id)}"[^>]*>(.*?)</\1>', reply.text, re.S)
    assert found, f"no element {id}"
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", found[2])).split())


def _value(reply: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', reply.text)
    assert found, f"no field {name}"
    return html.unescape(found[1])


def _refused(reply: httpx.Response, pointer: str) -> str:
    """The message beside a field."""
    assert reply.status_code == 422
    return _text(reply, "field" + pointer.replace("/", "-") + "-error")


def test_a_visitor_has_one_session_and_another_visitor_another(
    visitor: httpx.Client, server: str
) -> None:
    first = visitor.get("/")
    assert first.status_code == 200
    assert "XOR" in _text(first, "session-name")
    assert visitor.get("/").url == first.url
    cookie = first.history[0].headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    other = httpx.get(server, follow_redirects=True, trust_env=False)
    assert other.url != first.url
    visitor.post(f"{first.url.path}/delete")
    assert visitor.get("/").url != first.url


def test_a_crawl_of_the_start_page_crowds_nobody_out(
    start_server: Callable[..., AbstractContextManager[str]],
) -> None:
    with (
        start_server(environment={"BACKPROP_MAX_SESSIONS": "40"}) as address,
        httpx.Client(base_url=address, timeout=30, trust_env=False) as crawler,
    ):
        mine = crawler.get("/").headers["location"]
        crawler.post(f"{mine}/epoch")
        for _visit in range(60):
            crawler.cookies.clear()
            assert crawler.get("/").status_code == 303
        assert crawler.get(mine).status_code == 200
        assert re.findall(r'<a href="(/sessions/[^"]+)"', crawler.get("/sessions").text) == [mine]


def test_steps_by_plain_forms(visitor: httpx.Client, address: str) -> None:
    for step, beginning in (
        ("forward", "Forward: "),
        ("backward", "Backward: "),
        ("update", "Update: "),
        ("batch", "Batch "),
        ("epoch", "Epoch "),
    ):
        reply = visitor.post(f"{address}/{step}")
        assert reply.history[0].status_code == 303
        assert reply.url.path == address
        assert _text(reply, "narration").startswith(beginning)
    assert _text(reply, "epoch-count") == "3"
    assert _text(visitor.post(f"{address}/reset"), "epoch-count") == "0"


def test_the_present_phase_is_marked(visitor: httpx.Client, address: str) -> None:
    page = visitor.post(f"{address}/forward")
    assert re.search(r'<li data-phase="forward" aria-current="step">', page.text)
    assert re.fullmatch(r"0\.\d{4}", _text(page, "batch-loss"))
    page = visitor.post(f"{address}/backward")
    assert re.search(r'<li data-phase="backward" aria-current="step">', page.text)
    assert 'data-phase="backward"' in page.text


def test_htmx_gets_nothing_since_the_stream_tells(visitor: httpx.Client, address: str) -> None:
    reply = visitor.post(f"{address}/epoch", headers=HTMX)
    assert (reply.status_code, reply.text) == (204, "")
    assert visitor.get(f"/api{address}").json()["position"]["epoch"] == 1


def test_a_step_out_of_order_says_what_comes_first(visitor: httpx.Client, address: str) -> None:
    page = visitor.post(f"{address}/backward")
    assert page.status_code == 409
    assert "press that first" in page.text
    assert f'href="{address}"' in page.text
    toast = visitor.post(f"{address}/update", headers=HTMX)
    assert toast.status_code == 409
    assert toast.text.startswith('<hx-partial hx-target="#toasts"')


def test_a_changed_field(visitor: httpx.Client, address: str) -> None:
    visitor.post(f"{address}/epoch")
    form = {"panel": "training", "/optimizer/learning_rate": "0.5"}
    page = visitor.post(f"{address}/spec", data=form)
    assert page.url.path == address
    assert _value(page, "/optimizer/learning_rate") == "0.5"
    assert _text(page, "epoch-count") == "1"
    page = visitor.post(f"{address}/spec", data={"panel": "data", "/seed": "4"})
    assert _text(page, "epoch-count") == "0"


def test_a_wrong_field_is_told_beside_it_and_changes_nothing(
    visitor: httpx.Client, address: str
) -> None:
    before = visitor.get(f"/api{address}").json()
    form = {"panel": "training", "/optimizer/learning_rate": "-1", "/batch_size": "8"}
    page = visitor.post(f"{address}/spec", data=form)
    assert "above 0" in _refused(page, "/optimizer/learning_rate")
    assert _refused(page, "/batch_size") == ""
    assert _value(page, "/optimizer/learning_rate") == "-1"
    assert page.text.count('aria-invalid="true"') == 1
    assert visitor.get(f"/api{address}").json() == before


def test_htmx_gets_the_panel_with_its_errors(visitor: httpx.Client, address: str) -> None:
    form = {"panel": "model", "/network/layers/0/units": "0"}
    reply = visitor.post(f"{address}/spec", data=form, headers=HTMX)
    assert reply.status_code == 422
    assert reply.text.startswith('<hx-partial hx-target="#model-panel" hx-swap="innerMorph">')
    assert "at least 1" in _refused(reply, "/network/layers/0/units")
    form["/network/layers/0/units"] = "3"
    reply = visitor.post(f"{address}/spec", data=form, headers=HTMX)
    assert reply.status_code == 200
    assert 'aria-invalid="true"' not in reply.text


def test_a_fault_across_panels_is_told_where_the_change_was(
    visitor: httpx.Client, address: str
) -> None:
    visitor.post(f"{address}/spec", data={"panel": "training", "/loss/name": "binary_crossentropy"})
    form = {"panel": "model", "/network/layers/1/activation/name": "linear"}
    page = visitor.post(f"{address}/spec", data=form)
    assert "between 0 and 1" in _refused(page, "/network/layers/1/activation/name")


def test_layers_by_buttons(visitor: httpx.Client, address: str) -> None:
    page = visitor.post(f"{address}/spec", data={"panel": "model", "edit": "add-layer"})
    assert _text(page, "session-subtitle").startswith("2–3–3–1 ")
    page = visitor.post(f"{address}/spec", data={"panel": "model", "edit": "more-units 1"})
    assert _text(page, "session-subtitle").startswith("2–3–4–1 ")


@pytest.mark.parametrize("preset", PRESETS)
def test_presets(visitor: httpx.Client, address: str, preset: str) -> None:
    page = visitor.post(f"{address}/preset", data={"preset": preset})
    assert _text(page, "session-name") == PRESETS[preset].title
    assert _text(page, "preset-doc") == PRESETS[preset].doc


def test_an_unknown_preset_is_refused(visitor: httpx.Client, address: str) -> None:
    page = visitor.post(f"{address}/preset", data={"preset": "nonsense"})
    assert page.status_code == 422
    assert "no such preset" in page.text


@pytest.mark.parametrize(
    ("sent", "shown"), [({"go": "3"}, "3"), ({"example": " 2 ", "go": ""}, "2")]
)
def test_the_example_in_focus(
    visitor: httpx.Client, address: str, sent: dict[str, str], shown: str
) -> None:
    page = visitor.post(f"{address}/focus", data=sent)
    assert _value(page, "example") == shown
    assert _text(page, "narration").startswith(f"Example {shown}: ")


@pytest.mark.parametrize("number", ["0", "5", "-1", "one", "", "9" * 40])
def test_an_example_that_is_none(visitor: httpx.Client, address: str, number: str) -> None:
    page = visitor.post(f"{address}/focus", data={"example": number})
    assert page.status_code == 422
    assert "1 to 4" in page.text


def test_a_weight_set_by_hand(visitor: httpx.Client, address: str) -> None:
    page = visitor.post(f"{address}/parameters", data={"1.kernel.0.2": "−0,5"})
    assert _text(page, "narration").startswith("W3 is now −0.5, set by hand.")
    assert _value(page, "1.kernel.0.2") == "−0.5000"
    assert visitor.post(f"{address}/parameters", data={"1.kernel.0.2": "x"}).status_code == 422
    assert visitor.post(f"{address}/parameters", data={"1.kernel.0.2": "nan"}).status_code == 422
    assert visitor.post(f"{address}/parameters", data={"9.kernel.0.0": "1"}).status_code == 422


def test_data_of_ones_own(visitor: httpx.Client, address: str) -> None:
    table = "a,b,kind\n1,2,x\n2,1,y\n3,3,z\n4,4,x\n5,5,y\n6,6,z\n"
    page = visitor.post(f"{address}/upload", data={"text": table})
    assert _text(page, "session-subtitle").startswith("2–3–3 ")
    said = "6 examples were read: 4 to train with, 2 kept to test."
    assert (
        _text(page, "data-read")
        == f"{said} Inputs are standardised: their mean is 0 and their standard deviation 1."
    )
    page = visitor.post(
        f"{address}/spec",
        data={"panel": "data", "/data/standardize": "false", "/data/test_fraction": "0"},
    )
    said = "6 examples were read, all to train with; none is kept to test."
    assert _text(page, "data-read") == f"{said} Inputs are as they came."
    file = {"file": ("points.csv", "x,y\n1,2\n2,4\n3,6\n4,8\n", "text/csv")}
    page = visitor.post(f"{address}/upload", data={"text": ""}, files=file)
    assert _text(page, "session-subtitle").startswith("1–3–1 ")


def test_data_that_cannot_be_read_is_told_and_kept_to_be_mended(
    visitor: httpx.Client, address: str
) -> None:
    page = visitor.post(f"{address}/upload", data={"text": "a,b\n1,q\n2,3"})
    assert page.status_code == 422
    assert "Line 2" in _text(page, "csv-error")
    assert _text(page, "csv") == "a,b 1,q 2,3"
    assert _text(visitor.get(address), "session-subtitle").startswith("2–3–1 ")


def test_play_and_pause(visitor: httpx.Client, address: str) -> None:
    page = visitor.post(f"{address}/play", data={"epochs_per_second": "30"})
    assert "data-playing" in page.text
    assert visitor.get(f"/api{address}").json()["playing"]["epochs_per_second"] == 30
    page = visitor.post(f"{address}/pause")
    assert "data-playing" not in page.text
    visitor.post(f"{address}/play", data={"epochs_per_second": "full"})
    assert visitor.get(f"/api{address}").json()["playing"]["epochs_per_second"] is None
    visitor.post(f"{address}/forward")
    assert visitor.get(f"/api{address}").json()["playing"] is None


@pytest.mark.parametrize("pace", ["0", "-1", "x", "1e9"])
def test_a_pace_that_is_none(visitor: httpx.Client, address: str, pace: str) -> None:
    page = visitor.post(f"{address}/play", data={"epochs_per_second": pace})
    assert page.status_code == 422


def test_sessions_are_listed_begun_and_deleted(visitor: httpx.Client, address: str) -> None:
    visitor.post(f"{address}/epoch")
    page = visitor.get("/sessions")
    assert f'href="{address}"' in page.text
    begun = visitor.post("/sessions", data={"preset": "sine"})
    assert _text(begun, "session-name") == "A sine curve"
    page = visitor.post(f"{begun.url.path}/delete")
    assert page.url.path == "/sessions"
    assert f'href="{begun.url.path}"' not in page.text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_session_that_is_none(visitor: httpx.Client, method: str) -> None:
    path = "/sessions/none" if method == "GET" else "/sessions/none/epoch"
    page = visitor.request(method, path)
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert "There is no such session" in page.text


def test_an_address_that_is_none(visitor: httpx.Client) -> None:
    page = visitor.get("/nothing/here")
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")


def test_a_body_that_is_too_large_is_refused(visitor: httpx.Client, address: str) -> None:
    page = visitor.post(f"{address}/upload", data={"text": "1" * 9_000_000})
    assert page.status_code == 413


def test_a_stopped_session_explains_itself(visitor: httpx.Client, address: str) -> None:
    form = {"panel": "training", "/optimizer/learning_rate": "1e200"}
    visitor.post(f"{address}/spec", data=form)
    form = {"panel": "model", "/network/layers/1/activation/name": "linear"}
    visitor.post(f"{address}/spec", data=form)
    for _epoch in range(3):
        page = visitor.post(f"{address}/epoch")
    assert "data-stopped" in page.text
    assert "Training stopped" in _text(page, "narration")
    assert "learning rate" in _text(page, "narration").lower()


def test_pages_need_no_inline_script_or_style(visitor: httpx.Client, address: str) -> None:
    for page in (visitor.get(address), visitor.get("/sessions"), visitor.get("/nothing")):
        assert "unsafe" not in page.headers["content-security-policy"]
        assert not re.search(r"<script>|<script [^>]*>[^<]|<style|\sstyle=|\son\w+=", page.text)


def test_what_a_page_loads_is_this_servers_and_light(visitor: httpx.Client, address: str) -> None:
    page = visitor.get(address)
    loaded = set(re.findall(r'(?:src|href)="(/static/[^"#]+)"', page.text))
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page.text)
    waiting = [path for path in loaded if path.endswith(".js") and "vendor" not in path]
    while waiting:
        path = waiting.pop()
        for name in re.findall(r'from "(\.[^"]+)"', visitor.get(path).text):
            module = str(httpx.URL(path).join(name))
            if module not in loaded:
                loaded.add(module)
                waiting.append(module)
    size = len(page.content)
    for path in sorted(loaded):
        with visitor.stream("GET", path) as reply:
            assert reply.status_code == 200, path
            size += sum(len(part) for part in reply.iter_raw())
    assert size <= 500_000
