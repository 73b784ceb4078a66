"""The language that people are answered in: gettext, with the language of the present task.

``_`` and ``ngettext`` translate at the moment of the call; ``N_`` marks a text that stands in the
source before anybody's language is known. Translations are read from
``app/locale/<language>/LC_MESSAGES/backprop_visualizer.mo``; the source texts are English.
"""

import gettext as _gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

DOMAIN = "backprop_visualizer"
LOCALE = Path(__file__).with_name("locale")
DEFAULT = "en"

_language: ContextVar[str] = ContextVar("language", default=DEFAULT)


@cache
def languages() -> tuple[str, ...]:
    """Codes of the languages that can be answered in, the source's own first."""
    translated = (path.parents[1].name for path in LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))
    return (DEFAULT, *sorted(set(translated) - {DEFAULT}))


def current_language() -> str:
    """Code of the language in use, one of ``languages()``."""
    return _language.get()


@contextmanager
def use_language(language: str) -> Iterator[None]:
    """Answer in ``language`` within the block, in this task only; in English if it is unknown."""
    token = _language.set(language if language in languages() else DEFAULT)
    try:
        yield
    finally:
        _language.reset(token)


@cache
def _translations(language: str) -> _gettext.NullTranslations:
    return _gettext.translation(DOMAIN, LOCALE, [language], fallback=True)


def _(message: str) -> str:
    """``message`` in the language in use."""
    return _translations(_language.get()).gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """The form of a text that goes with the number ``n``, in the language in use."""
    return _translations(_language.get()).ngettext(singular, plural, n)


def N_(message: str) -> str:
    """Mark ``message`` for translation and give it back as it is."""
    return message
