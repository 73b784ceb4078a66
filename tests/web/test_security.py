"""What the server refuses, hides and escapes: hosts, origins, files, names and odd numbers."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from app.resources import STATIC
from tests.web.test_events import Reader

NewSession = Callable[..., dict[str, Any]]

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&amp${7*7}{{7*7}}"


@pytest.fixture
def address(new_session: NewSession) -> str:
    return f"/api/sessions/{new_session()['id']}"


def _raw(server: str, method: str, target: str, **headers: str) -> tuple[int, bytes]:
    """Status and body of a request whose target and Host are sent just as they are."""
    connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=30)
    try:
        connection.putrequest(method, target, skip_host="host" in headers)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


# By whom


@pytest.mark.parametrize(
    "host",
    [
        "evil.example@localhost",
        "localhost@evil.example",
        "user:word@127.0.0.1:{port}",
        "@localhost",
        "localhost.evil.example",
        "localhost,evil.example",
        "localhost evil.example",
        "evil.example#localhost",
        "evil.example/localhost",
        "evil.example\\@localhost",
        "0.0.0.0",
        "127.1",
        "2130706433",
        "[::ffff:127.0.0.1]",
        "[::1",
    ],
)
def test_a_host_that_is_not_this_servers_name(server: str, host: str) -> None:
    port = server.rsplit(":", 1)[1]
    status, body = _raw(server, "GET", "/api/presets", host=host.format(port=port))
    assert status in (400, 421)
    assert b"sigmoid" not in body


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "file://",
        "http://",
        "http://[::1",
        "http://[",
        "//",
        "127.0.0.1",
        "http://evil.example",
        "http://evil.example/{netloc}",
        "http://evil.example?{netloc}",
        "http://{netloc}.evil.example",
        "http://{netloc}@evil.example",
        "http://{netloc}, http://evil.example",
        "http://evil.example#http://{netloc}",
        "javascript:{netloc}",
        "chrome-extension://{netloc}x",
    ],
)
def test_an_origin_that_is_not_this_servers_may_change_nothing(
    client: httpx.Client, server: str, address: str, origin: str
) -> None:
    before = client.get(address).json()
    headers = {"origin": origin.format(netloc=urlsplit(server).netloc)}
    for place in (f"{address}/step", address.removeprefix("/api") + "/epoch"):
        assert client.post(place, headers=headers).status_code == 403
    assert client.delete(address, headers=headers).status_code == 403
    assert client.patch(f"{address}/spec", json={}, headers=headers).status_code == 403
    assert client.get(address).json() == before


@pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense", ""])
def test_a_browser_that_says_it_comes_from_elsewhere_may_change_nothing(
    client: httpx.Client, server: str, address: str, site: str
) -> None:
    headers = {"sec-fetch-site": site, "origin": server}
    assert client.post(f"{address}/step", headers=headers).status_code == 403


def test_no_site_is_allowed_to_read_from_elsewhere(client: httpx.Client, address: str) -> None:
    headers = {"origin": "http://evil.example", "access-control-request-method": "POST"}
    for reply in (client.options(address, headers=headers), client.get(address, headers=headers)):
        assert not [name for name in reply.headers if name.startswith("access-control-")]
        assert reply.headers["cross-origin-resource-policy"] == "same-origin"


# Files


@pytest.mark.parametrize(
    "path", ["css/tokens.css", "js/main.js", "images/favicon.svg", "vendor/d3.min.js"]
)
def test_what_pages_need_is_served(client: httpx.Client, path: str) -> None:
    reply = client.get(f"/static/{path}")
    assert reply.status_code == 200
    assert reply.content == (STATIC / path).read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "",
        "package.json",
        "package-lock.json",
        ".npmrc",
        "js",
        "js/",
        "node_modules/d3/package.json",
        "node_modules/.package-lock.json",
        "types/d3.d.ts",
        "js/../package.json",
        "js/%2e%2e/package.json",
        "js/..%2fpackage.json",
        "js/..%5cpackage.json",
        "../pyproject.toml",
        "js/../../pyproject.toml",
        "js/%2e%2e/%2e%2e/pyproject.toml",
        "js/..%2f..%2fpyproject.toml",
        "js/%252e%252e/%252e%252e/pyproject.toml",
        "js/..%2f..%2fapp/settings.py",
        "css//etc/passwd",
        "css/%2fetc%2fpasswd",
        "css/../../../../../../etc/passwd",
        "css/..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
        "css/base.css%00.js",
        "css/%ff%fe",
        "js/" + "a" * 5000,
    ],
)
def test_no_other_file_is_served(server: str, path: str) -> None:
    status, body = _raw(server, "GET", f"/static/{path}")
    assert status in (400, 404, 405)
    assert b"Traceback" not in body
    for telling in (b"root:", b"hatchling", b"lockfileVersion", b"BaseSettings"):
        assert telling not in body


# Cookies


def test_the_cookie_is_for_this_server_and_for_no_script(server: str) -> None:
    reply = httpx.get(server, trust_env=False)
    (cookie,) = reply.headers.get_list("set-cookie")
    value, *flags = [part.strip().lower() for part in cookie.split(";")]
    assert len(value.partition("=")[2]) >= 22  # 128 bits
    assert {"httponly", "samesite=lax", "path=/"} <= set(flags)
    assert not [flag for flag in flags if flag.startswith("domain")]


# Names


class _Elements(HTMLParser):
    """The elements of a page and its text, as a browser would find them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.scripts: list[str | None] = []
        self.handlers: list[str] = []
        self.images = 0
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.handlers += [name for name in given if name.startswith("on")]
        self.images += tag == "img"
        if tag == "script":
            self.scripts.append(given.get("src"))

    def handle_data(self, data: str) -> None:
        self.text += data


def _hostile_table() -> str:
    """Columns and classes with names that no table should have."""
    kinds = [f"{kind}</td></script>{HOSTILE}".replace('"', '""') for kind in "abc"]
    header = ",".join('"{}"'.format(f"{name}{HOSTILE}".replace('"', '""')) for name in ("x", "y"))
    rows = [f'{row},{row % 4},"{kinds[row % 3]}"' for row in range(12)]
    return "\n".join([f'{header},"kind<b>"', *rows])


@pytest.fixture
def hostile(client: httpx.Client) -> Iterator[str]:
    """The address of a page whose session, columns and classes have such names."""
    spec = {
        "name": HOSTILE,
        "network": {
            "layers": [
                {"units": 3, "activation": "tanh"},
                {"units": 3, "activation": "softmax"},
            ]
        },
        "data": {"source": "csv", "text": _hostile_table()},
        "loss": "categorical_crossentropy",
        "metrics": ["accuracy"],
    }
    reply = client.post("/api/sessions", json=spec)
    assert reply.status_code == 201, reply.text
    yield reply.headers["location"].removeprefix("/api")
    client.delete(reply.headers["location"])


def _expect_harmless(page: str) -> None:
    found = _Elements(page)
    assert found.images == 0
    assert found.handlers == []
    assert all(source and source.startswith("/static/") for source in found.scripts)
    assert "<script>alert(1)</script>" in found.text  # it is shown, as text
    assert "{{7*7}}" in found.text


def test_names_are_shown_as_they_are_and_do_nothing(client: httpx.Client, hostile: str) -> None:
    _expect_harmless(client.get(hostile).text)
    _expect_harmless(client.get("/sessions").text)
    for step in ("forward", "backward", "update", "epoch"):
        assert client.post(f"{hostile}/{step}").status_code == 303
        _expect_harmless(client.get(hostile).text)
    form = {"panel": "training", "/optimizer/learning_rate": HOSTILE}
    refused = client.post(f"{hostile}/spec", data=form)
    assert refused.status_code == 422
    _expect_harmless(refused.text)
    refused = client.post(f"{hostile}/upload", data={"text": f'a,b\n1,"{HOSTILE}'})
    assert refused.status_code == 422
    assert _Elements(refused.text).images == 0


def test_names_do_nothing_on_the_stream(client: httpx.Client, hostile: str) -> None:
    with client.stream("GET", f"{hostile}/events") as reply:
        messages = _messages(_exact_lines(reply))
        _expect_harmless(next(html for html in messages if "#session-name" in html))
        client.post(f"{hostile}/epoch")
        assert "onerror=alert(2)>" not in next(messages)


def _messages(lines: Iterator[str]) -> Iterator[str]:
    """The HTML of the messages without a name."""
    name, data = "", []
    for line in lines:
        field, _colon, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            data.append(value)
        elif not line:
            if data and not name:
                yield "\n".join(data)
            name, data = "", []


@pytest.mark.parametrize("line_end", ["\n", "\r", "\r\n", "\u2028", "\x0b", "\x85"])
def test_a_name_of_several_lines_does_not_break_the_stream(
    client: httpx.Client, new_session: NewSession, line_end: str
) -> None:
    name = f"one{line_end}{line_end}event: state{line_end}data: 1"
    session = new_session(name=name)["id"]
    for place in (f"/api/sessions/{session}/events", f"/sessions/{session}/events"):
        with client.stream("GET", place) as reply:
            reader = Reader(_exact_lines(reply))
            assert reader.until("spec").data["name"] == "one event: state data: 1"
            assert reader.until("state").data["position"]["epoch"] == 0
    assert client.get(f"/sessions/{session}").status_code == 200


def _exact_lines(reply: httpx.Response) -> Iterator[str]:
    """Lines as an EventSource reads them, ended by CR, LF or both; httpx knows more ends."""
    rest = ""
    for text in reply.iter_text():
        rest = (rest + text).replace("\r\n", "\n").replace("\r", "\n")
        *lines, rest = rest.split("\n")
        yield from lines


# Odd characters and giant numbers

LONE = '"\\ud800"'
GIANT = "9" * 5000
SPEC = (
    '{"name": %s, "network": {"layers": [{"units": %s, "activation": %s, "l2": %s}]}, '
    '"data": {"source": "inline", "inputs": [[%s]], "targets": [[%s]]}, "seed": %s}'
)
USUAL = ('"a"', "1", '"linear"', "0", "1", "1", "0")


def _specs() -> Iterator[str]:
    """The usual spec with one odd value in one place."""
    for place in range(len(USUAL)):
        for odd in (
            LONE,
            GIANT,
            "-" + GIANT,
            "1e400",
            "-1e400",
            "1e308",
            '"\\u0000"',
            f'"{GIANT}"',
        ):
            yield SPEC % tuple(odd if at == place else usual for at, usual in enumerate(USUAL))
    yield SPEC % USUAL + "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")
    yield (SPEC % USUAL).replace('"seed"', LONE)
    yield SPEC % ('"\\ud83d\\ude42"', *USUAL[1:])  # two surrogates that make a character


def _expect_alive(client: httpx.Client, address: str) -> None:
    """The session still answers, to scripts and to people."""
    for place in (address, address.removeprefix("/api"), "/sessions"):
        assert client.get(place).status_code == 200
    with client.stream("GET", f"{address}/events") as reply:
        assert Reader(reply.iter_lines()).until("state")


def test_odd_values_in_a_spec_never_break_the_server(client: httpx.Client) -> None:
    headers = {"content-type": "application/json"}
    statuses = set()
    for body in _specs():
        reply = client.post("/api/sessions", content=body.encode("latin-1"), headers=headers)
        assert reply.status_code in (201, 422), (body[:200], reply.text)
        statuses.add(reply.status_code)
        if reply.status_code == 201:
            _expect_alive(client, reply.headers["location"])
            client.delete(reply.headers["location"])
    assert statuses == {201, 422}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/parameters", '{"\\ud800": 1}'),
        ("PATCH", "/parameters", f'{{"{GIANT}.kernel.0.0": 1}}'),
        ("PATCH", "/parameters", f'{{"1.kernel.{GIANT}.0": 1}}'),
        ("PATCH", "/parameters", '{"1.kernel.٣.0": 1}'),
        ("PATCH", "/parameters", f'{{"1.kernel.0.0": {GIANT}}}'),
        ("PATCH", "/parameters", '{"1.kernel.0.0": 1e400}'),
        ("PATCH", "/parameters", '{"1.kernel.0.0": "\\ud800"}'),
        ("PATCH", "/spec", '{"\\ud800": 1}'),
        ("PATCH", "/spec", '{"name": "\\udfff"}'),
        ("PATCH", "/spec", f'{{"batch_size": {GIANT}}}'),
        ("PATCH", "/spec", f'{{"optimizer": {{"learning_rate": {GIANT}}}}}'),
        ("PATCH", "/spec", '{"optimizer": {"name": "\\ud800"}}'),
        ("PATCH", "/spec", '{"optimizer": {"\\ud800": 1}}'),
        ("PATCH", "/spec", '{"network": {"layers": {"\\ud800": 1}}}'),
        ("PATCH", "/spec", '{"network": {"layers": [{"\\ud800": 1}, {}]}}'),
        ("PATCH", "/spec", '{"loss": "\\ud800"}'),
        ("POST", "/step", f'{{"count": {GIANT}}}'),
        ("POST", "/step", '{"count": 1e400}'),
        ("POST", "/step", '{"unit": "\\ud800"}'),
        ("POST", "/focus", f'{{"example": {GIANT}}}'),
        ("POST", "/play", f'{{"epochs_per_second": {GIANT}}}'),
        ("POST", "/play", '{"epochs_per_second": 1e-320}'),
        ("POST", "/predict", f'{{"inputs": [[{GIANT}, 1]]}}'),
        ("POST", "/predict", '{"inputs": [["\\ud800", 1]]}'),
        ("POST", "/predict", '{"inputs": [[1e400, 1]]}'),
    ],
)
def test_odd_values_in_a_request_are_refused_and_change_nothing(
    client: httpx.Client, address: str, method: str, path: str, body: str
) -> None:
    before = client.get(address).json()
    reply = client.request(
        method,
        address + path,
        content=body.encode(),
        headers={"content-type": "application/json"},
    )
    assert reply.status_code == 422, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    assert json.loads(reply.text)["errors"]
    assert client.get(address).json() == before
    _expect_alive(client, address)


@pytest.mark.parametrize("odd", ["%ff%fe", "%ED%A0%80", "%00", GIANT, "1e400", "-" + GIANT, "٣"])
def test_odd_values_in_addresses_never_break_the_server(
    server: str, address: str, odd: str
) -> None:
    targets = [
        f"{address}/history?since={odd}",
        f"{address}/history?format={odd}",
        f"{address}/gradients?over={odd}",
        f"/api/sessions/{odd}",
        f"/sessions/{odd}",
        f"/{odd}",
        f"/api/{odd}?{odd}={odd}",
    ]
    for target in targets:
        status, body = _raw(server, "GET", target.replace("٣", "%D9%A3"))
        assert 200 <= status < 500, (target[:200], body)
        assert b"Traceback" not in body


FORMS = ("spec", "parameters", "focus", "play", "preset", "upload", "choose")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "odd", ["%ff%fe", "%ED%A0%80", "%00", GIANT, "-" + GIANT, "1e400", "%D9%A3"]
)
def test_odd_values_in_forms_never_break_the_server(
    client: httpx.Client, address: str, form: str, odd: str
) -> None:
    page = address.removeprefix("/api")
    fields = {
        "spec": ["/network/layers/0/units", "/optimizer/learning_rate", "/seed", "/data/source",
                 "/loss/name", "/name", "/data/inputs/0/0", f"/network/layers/{odd}/units",
                 f"/data/inputs/{odd}/0", "edit", "panel", odd],
        "parameters": ["1.kernel.0.0", odd, f"1.kernel.{odd}.0"],
        "focus": ["example", "go"],
        "play": ["epochs_per_second"],
        "preset": ["preset"],
        "upload": ["text", "target_columns"],
        "choose": ["parameter", "unit"],
    }[form]  # fmt: skip
    for field in fields:
        before = client.get(address).json()
        reply = client.post(
            f"{page}/{form}",
            content=f"{field}={odd}".encode(),
            headers={"content-type": "application/x-www-form-urlencoded"},
        )
        assert reply.status_code < 500, (field[:100], reply.text[:2000])
        assert "Traceback" not in reply.text
        if reply.status_code >= 400:
            assert client.get(address).json() == before
    _expect_alive(client, address)


def test_a_form_that_is_none_is_refused(client: httpx.Client, address: str) -> None:
    page = address.removeprefix("/api")
    for body, kind in (
        (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
        (b"nonsense", "multipart/form-data"),
        (b'{"panel": "data"}', "application/json"),
    ):
        for form in FORMS:
            reply = client.post(f"{page}/{form}", content=body, headers={"content-type": kind})
            assert reply.status_code < 500, (form, kind, reply.text[:2000])
    _expect_alive(client, address)
