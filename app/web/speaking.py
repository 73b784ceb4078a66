"""The language of each request: the first that its browser asks for and that there is."""

import contextlib

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.language import DEFAULT, languages, use_language


class Speaking:
    """Answers every request in the language that its Accept-Language header prefers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or len(languages()) == 1:
            await self.app(scope, receive, send)
            return
        with use_language(preferred(Headers(scope=scope).get("accept-language", ""))):
            await self.app(scope, receive, send)


def preferred(accepted: str) -> str:
    """The best of ``languages()`` for an Accept-Language header (RFC 9110), else English."""
    wishes: list[tuple[float, str]] = []
    for wish in accepted.split(","):
        tag, _semicolon, weight = wish.replace(" ", "").partition(";q=")
        with contextlib.suppress(ValueError):
            wishes.append((float(weight or 1), tag.lower().partition("-")[0]))
    for share, language in sorted(wishes, key=lambda wish: -wish[0]):
        if share > 0 and language in languages():
            return language
    return DEFAULT
