import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import language
from app.language import N_, _, current_language, languages, ngettext, use_language

TEXTS = {
    "": "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n",
    "Loss": "Verlust",
    "{n} epoch\0{n} epochs": "{n} Epoche\0{n} Epochen",
}


def compiled(texts: dict[str, str]) -> bytes:
    """A catalog in the binary form that gettext reads (GNU gettext manual, "MO Files")."""
    pairs = [(key.encode(), value.encode()) for key, value in sorted(texts.items())]
    tables, strings = b"", b""
    start = 28 + 16 * len(pairs)
    for column in (0, 1):
        for pair in pairs:
            tables += struct.pack("<II", len(pair[column]), start + len(strings))
            strings += pair[column] + b"\0"
    header = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    return header + tables + strings


def forget() -> None:
    language.languages.cache_clear()
    language._translations.cache_clear()


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder of translations that holds a few German texts."""
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / f"{language.DOMAIN}.mo").write_bytes(compiled(TEXTS))
    monkeypatch.setattr(language, "LOCALE", tmp_path)
    forget()
    yield
    forget()


def test_texts_are_english_unless_another_language_is_chosen() -> None:
    assert current_language() == "en"
    assert _("Loss") == "Loss"
    assert ngettext("{n} epoch", "{n} epochs", 1) == "{n} epoch"
    assert ngettext("{n} epoch", "{n} epochs", 2) == "{n} epochs"


def test_marking_a_text_leaves_it_as_it_is() -> None:
    assert N_("Loss") == "Loss"


@pytest.mark.usefixtures("german")
def test_a_language_holds_within_its_block() -> None:
    assert languages() == ("en", "de")
    with use_language("de"):
        assert current_language() == "de"
        assert _("Loss") == "Verlust"
        assert _("Never translated") == "Never translated"
        assert ngettext("{n} epoch", "{n} epochs", 3) == "{n} Epochen"
    assert _("Loss") == "Loss"


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("unknown", ["xx", "", "../de", "de/../de"])
def test_an_unknown_language_is_answered_in_english(unknown: str) -> None:
    with use_language("de"), use_language(unknown):
        assert current_language() == "en"
        assert _("Loss") == "Loss"
