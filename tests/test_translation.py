"""Every text that a person reads can be translated: with a language whose texts are all marked,
nothing on a page is without its mark but numbers, names and symbols.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest

from app import language
from app.session.frame import spec_frame
from app.session.presets import PRESETS
from app.session.session import Session
from app.settings import Settings
from app.web.application import Application
from tests.test_language import TEXTS, compiled, forget
from tests.texts import Text, of_python, of_templates

PSEUDO = "qps"
OPEN, CLOSE = "⟦", "⟧"
READ_ATTRIBUTES = ("title", "aria-label", "aria-description", "alt", "placeholder")
INLINE = {"a", "b", "button", "em", "i", "math", "span", "strong", "sub", "sup", "var"}
"""What stands within a sentence."""

UNREAD = {"script", "style", "math", "code", "kbd", "textarea"}
"""What holds no sentences: formulas, pointers, keys, and what somebody typed."""


class _Reading(HTMLParser):
    """All that a person reads or hears of a page, piece by piece."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._piece = ""
        self._unread = 0
        self.feed(page)
        self.close()
        self._end_piece()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in INLINE:
            self._end_piece()
        self.pieces += [
            value
            for name, value in attributes
            if name in READ_ATTRIBUTES and value and value.strip()
        ]
        self._unread += tag in UNREAD

    def handle_endtag(self, tag: str) -> None:
        if tag not in INLINE:
            self._end_piece()
        self._unread -= tag in UNREAD

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self._piece += data

    def _end_piece(self) -> None:
        if self._piece.strip():
            self.pieces.append(" ".join(self._piece.split()))
        self._piece = ""


def _all_texts(root: Path) -> list[Text]:
    return [*of_python(root / "app"), *of_templates(root / "templates")]


@pytest.fixture
def pseudo(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A language in which every text stands between marks."""
    texts = {"": TEXTS[""]}
    for text in _all_texts(root):
        single = f"{OPEN}{text.singular}{CLOSE}"
        texts.setdefault(text.singular, single)
        if text.plural is not None:
            texts[f"{text.singular}\0{text.plural}"] = f"{single}\0{OPEN}{text.plural}{CLOSE}"
    folder = tmp_path / PSEUDO / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / f"{language.DOMAIN}.mo").write_bytes(compiled(texts))
    monkeypatch.setattr(language, "LOCALE", tmp_path)
    forget()
    yield
    forget()


@asynccontextmanager
async def _reader(application: Application, accepted: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(application),  # type: ignore[arg-type]
        base_url="http://127.0.0.1:8000",
        headers={"accept-language": accepted},
    ) as reader:
        yield reader


def _read(
    visit: Callable[[httpx.AsyncClient, Application], Awaitable[None]], accepted: str = PSEUDO
) -> None:
    async def visiting() -> None:
        application = Application(Settings())
        async with _reader(application, accepted) as reader:
            await visit(reader, application)

    asyncio.run(visiting())


def _untranslated(page: str, names: set[str]) -> list[str]:
    """What stands outside the marks and is no number, name or symbol."""
    found = []
    for piece in _Reading(page).pieces:
        left = piece
        while (less := re.sub(rf"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", " ", left)) != left:
            left = less
        for name in sorted(names, key=len, reverse=True):
            left = left.replace(name, " ")
        # Two letters on end are a word; an exponent, W1, d, f′ and × are none.
        if re.search(r"[^\W\d_]{2}", left) or OPEN in left or CLOSE in left:
            found.append(piece)
    return found


def _names(session: Session) -> set[str]:
    """Of data, nodes, parameters and branches: they are called the same in every language."""
    frame: dict[str, Any] = spec_frame(session)
    network, examples = frame["network"], frame["examples"]
    labels = {label for column in network["node_labels"] for label in column}
    return {
        *network["input_names"],
        *network["output_names"],
        *network["parameter_labels"],
        *network["parameter_names"],
        *examples["class_names"],
        *session.timeline.branches,
        *labels,
    }


def _expect_translated(reply: httpx.Response, names: set[str]) -> None:
    assert f'lang="{PSEUDO}"' in reply.text
    found = _untranslated(reply.text, names)
    assert not found, f"{reply.url.path} has texts that no language can change: {found}"


@pytest.mark.usefixtures("pseudo")
@pytest.mark.parametrize("preset", PRESETS)
def test_every_text_of_the_workspace(preset: str) -> None:
    async def visit(reader: httpx.AsyncClient, application: Application) -> None:
        session = application.store.add(PRESETS[preset].spec)
        address, names = f"/sessions/{session.id}", _names(session)
        _expect_translated(await reader.get(address), names)
        _expect_translated(await reader.get(f"/sessions/{session.watch_id}"), names)
        for step in ("forward", "backward", "update", "batch", "epoch", "reset"):
            assert (await reader.post(f"{address}/{step}")).status_code == 303
            _expect_translated(await reader.get(address), names)
        chosen = {"parameter": "1.kernel.0.0"}
        assert (await reader.post(f"{address}/choose", data=chosen)).status_code == 303
        for phase in ("forward", "backward"):
            await reader.post(f"{address}/{phase}", data={"layers": "1"})
            _expect_translated(await reader.get(address), names)
            await reader.post(f"{address}/{phase}")
        _expect_translated(await reader.get(address), names)
        edited = {"1.kernel.0.0": "0.5"}
        assert (await reader.post(f"{address}/parameters", data=edited)).status_code == 303
        _expect_translated(await reader.get(address), names)
        for way, fields in (
            ("epoch", {}),
            ("back", {"unit": "phase"}),
            ("back", {"unit": "phase"}),
            ("rewind", {"epoch": "0"}),
            ("branches", {}),
            ("branches/checkout", {"branch": "Run 1"}),
        ):
            assert (await reader.post(f"{address}/{way}", data=fields)).status_code == 303
            _expect_translated(await reader.get(address), names)

    _read(visit)


@pytest.mark.usefixtures("pseudo")
def test_every_text_about_what_was_refused() -> None:
    async def visit(reader: httpx.AsyncClient, application: Application) -> None:
        session = application.store.add(PRESETS["article_keras"].spec)
        address, names = f"/sessions/{session.id}", _names(session)
        for form, fields in (
            ("spec", {"panel": "training", "/optimizer/learning_rate": "-1"}),
            ("spec", {"panel": "training", "/batch_size": "x"}),
            ("spec", {"panel": "model", "/network/layers/0/units": "0"}),
            ("spec", {"panel": "model", "/network/layers/1/activation/name": "softmax"}),
            ("spec", {"panel": "data", "/seed": "-1"}),
            ("upload", {"text": "a,b\n1,q"}),
            ("upload", {"text": ""}),
            ("focus", {"example": "9"}),
            ("play", {"epochs_per_second": "-1"}),
            ("backward", {}),
            ("preset", {"preset": "none"}),
        ):
            reply = await reader.post(f"{address}/{form}", data=fields)
            assert reply.status_code in (409, 422), (form, fields)
            _expect_translated(reply, names)
        _expect_translated(await reader.get("/nothing"), names)
        _expect_translated(await reader.get("/sessions/nothing"), names)

    _read(visit)


@pytest.mark.usefixtures("pseudo")
def test_every_text_of_the_list_of_sessions() -> None:
    async def visit(reader: httpx.AsyncClient, application: Application) -> None:
        _expect_translated(await reader.get("/sessions"), set())
        for preset in PRESETS.values():
            application.store.add(preset.spec)
        _expect_translated(await reader.get("/sessions"), set())

    _read(visit)


@pytest.mark.usefixtures("pseudo")
def test_every_text_of_what_is_sent_and_opened() -> None:
    async def visit(reader: httpx.AsyncClient, application: Application) -> None:
        session = application.store.add(PRESETS["article_keras"].spec)
        example = {"http://…/open#bpv1.…"}
        _expect_translated(await reader.get("/open"), example)
        for link in ("", "hello", "#bpv1.abc", "#bpv2.abc", "{}"):
            _expect_translated(await reader.post("/open", data={"link": link}), example)
        _expect_translated(await reader.get(f"/sessions/{session.id}/link"), set())

    _read(visit)


@pytest.mark.usefixtures("pseudo")
def test_a_stopped_session_explains_itself_in_every_language() -> None:
    async def visit(reader: httpx.AsyncClient, application: Application) -> None:
        session = application.store.add(PRESETS["article_keras"].spec)
        address, names = f"/sessions/{session.id}", _names(session)
        for panel, field, value in (
            ("training", "/optimizer/learning_rate", "1e200"),
            ("model", "/network/layers/1/activation/name", "linear"),
        ):
            form = {"panel": panel, field: value}
            assert (await reader.post(f"{address}/spec", data=form)).status_code == 303
        for _epoch in range(3):
            await reader.post(f"{address}/epoch")
        assert session.stopped
        _expect_translated(await reader.get(address), names)

    _read(visit)


@pytest.mark.usefixtures("pseudo")
@pytest.mark.parametrize(
    ("accepted", "spoken"),
    [
        (PSEUDO, PSEUDO),
        (f"{PSEUDO}-PLOC", PSEUDO),
        (f"xx, {PSEUDO};q=0.5, en;q=0.1", PSEUDO),
        (f"en;q=0.2, {PSEUDO};q=0.9", PSEUDO),
        (f"en; q=0.2, {PSEUDO}; q=0.9", PSEUDO),
        (f"{PSEUDO};q=0, en", "en"),
        (f"{PSEUDO};q=0.3, en;q=0.4", "en"),
        ("xx", "en"),
        ("", "en"),
        ("*", "en"),
        (";q=1,,;;q=x", "en"),
        (f"../{PSEUDO}", "en"),
    ],
)
def test_a_reader_is_answered_in_the_language_that_is_preferred(accepted: str, spoken: str) -> None:
    async def visit(reader: httpx.AsyncClient, application: Application) -> None:
        reply = await reader.get("/sessions")
        assert f'lang="{spoken}"' in reply.text
        assert (OPEN in reply.text) == (spoken == PSEUDO)
        problem = (await reader.get("/api/sessions/none")).json()
        assert (OPEN in problem["detail"]) == (spoken == PSEUDO)

    _read(visit, accepted)


def test_gaps_in_texts_are_named(root: Path) -> None:
    """A translator may need another order, so that a gap without a name would not do."""
    unnamed = re.compile(r"(?<!\{)\{\}|(?<!\{)\{\d|(?<!%)%[sdfg]\b")
    texts = _all_texts(root)
    assert len(texts) > 300
    found = [text for text in texts if unnamed.search(text.singular + (text.plural or ""))]
    assert not found
