"""Idempotency-Key: a request that may be sent again, and is done once all the same.

A sender that heard no reply cannot know whether its request was lost or the reply. With a key of
its own on the request (draft-ietf-httpapi-idempotency-key-header) it sends the very same once more,
and gets the first reply. What was refused did nothing, and is tried once more.
"""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from pydantic_core import to_json
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.language import _
from app.session.conditions import Once, once
from app.session.errors import CannotKeep
from app.web.api.preconditions import acts_on_sessions
from app.web.problems import problem, problem_of

MOST_REPLIES = 64
"""Replies that are kept of one session; the oldest go first."""

MOST_REPLIES_AT_LARGE = 1024
"""Likewise of the requests that make and end sessions."""

MOST_BODY = 256 * 1024
"""Bytes of a reply; a longer one is kept as the State of that time. (What makes a session answers
its State already.)
"""

REPLAYED = (b"idempotency-replayed", b"true")

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True)
class KeptReply:
    """A reply, and of which request it is.

    fingerprint: see ``Once``. headers: as ASGI has them.
    """

    fingerprint: str
    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


class Replies(Protocol):
    """Where replies are kept, by the scope and the key of their request (``Once``)."""

    def get(self, scope: str, key: str) -> KeptReply | None:
        """The reply to the request with this key, if there was one."""

    def put(self, scope: str, key: str, reply: KeptReply) -> None:
        """Keep a reply, and forget the oldest where they are too many."""


class Idempotency:
    """Does what has a key once, and answers to its repetitions what it answered first. Plain ASGI.

    While the first is under way, a second waits for it. knows: whether an id is of a session.
    """

    def __init__(self, app: ASGIApp, replies: Replies, knows: Callable[[str], bool]) -> None:
        self.app = app
        self.replies = replies
        self._knows = knows
        self._under_way: dict[tuple[str, str], _Turn] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not acts_on_sessions(scope):
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).getlist("idempotency-key")
        if not given:
            await self.app(scope, receive, send)
            return
        if len(given) > 1 or not _KEY.fullmatch(given[0]):
            detail = _("Give Idempotency-Key 1 to 255 visible characters, such as a UUID.")
            await problem(422, detail).response()(scope, receive, send)
            return
        try:
            body = await _body(receive)
        except HTTPException as refused:  # it is too long
            await problem(refused.status_code, refused.detail).response()(scope, receive, send)
            return
        if body is None:  # its sender has gone
            return
        session_id = _scope(scope)
        key = given[0] if session_id else _own_key(scope, given[0])
        request = Once(session_id, key, _fingerprint(scope, body))
        async with self._turn(request):
            await self._answer(request, body, scope, receive, send)

    async def _answer(
        self, request: Once, body: bytes, scope: Scope, receive: Receive, send: Send
    ) -> None:
        try:
            kept = self.replies.get(request.scope, request.key)
        except CannotKeep as error:
            await problem_of(error).response()(scope, receive, send)
            return
        if kept is None:
            await self._do(request, body, scope, receive, send)
        elif kept.fingerprint != request.fingerprint:
            detail = _("Another request came with this Idempotency-Key. Give each its own.")
            await problem(422, detail).response()(scope, receive, send)
        else:
            headers = [*kept.headers, REPLAYED]
            await send({"type": "http.response.start", "status": kept.status, "headers": headers})
            await send({"type": "http.response.body", "body": kept.body})

    async def _do(
        self, request: Once, body: bytes, scope: Scope, receive: Receive, send: Send
    ) -> None:
        start: Message = {}
        parts: list[bytes] = []
        given = False

        async def receive_again() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send_and_note(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))
                if not message.get("more_body"):
                    # Before it is sent: whoever hears the reply may ask for it again.
                    self._keep(request, start, b"".join(parts))
            await send(message)

        token = once.set(request)
        try:
            await self.app(scope, receive_again, send_and_note)
        finally:
            once.reset(token)

    def _keep(self, request: Once, start: Message, body: bytes) -> None:
        status: int = start["status"]
        if not _was_done(status) or (request.scope and not self._knows(request.scope)):
            return
        headers = start["headers"]
        if len(body) > MOST_BODY and request.scope:
            if request.state is None:  # a look, which may as well be taken again
                return
            # Under the id that it was asked by, which may be a guest's.
            body = to_json({**request.state, "id": request.scope}, inf_nan_mode="null")
            headers = _with_length(headers, len(body))
        kept = KeptReply(request.fingerprint, status, tuple(headers), body)
        self.replies.put(request.scope, request.key, kept)

    @asynccontextmanager
    async def _turn(self, request: Once) -> AsyncIterator[None]:
        """While no other request with this key is under way."""
        place = (request.scope, request.key)
        turn = self._under_way.setdefault(place, _Turn())
        turn.requests += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.requests -= 1
            if turn.requests == 0:
                del self._under_way[place]


class _Turn:
    """That of the requests with one key. requests: those that have it or wait for it."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.requests = 0


def _was_done(status: int) -> bool:
    """Whether anything was done: what was refused may be possible the next time."""
    return status < 300


def _scope(scope: Scope) -> str:
    """The session that a request acts in; "" where it makes or ends one."""
    rest = scope["path"].removeprefix("/api/sessions").removeprefix("/")
    session_id, _slash, operation = rest.partition("/")
    return str(session_id) if operation else ""


def _own_key(scope: Scope, key: str) -> str:
    """The key of a request that makes or ends a session, told apart from the same of others by
    where it comes from: the reply to what makes a session has the id that drives it.
    """
    client = scope.get("client")
    return f"{client[0] if client else ''} {key}"


def _fingerprint(scope: Scope, body: bytes) -> str:
    method, path, query = scope["method"], scope["path"], scope["query_string"].decode("latin-1")
    digest = hashlib.sha256(f"{method} {path}?{query}\n".encode())
    digest.update(body)
    return digest.hexdigest()


async def _body(receive: Receive) -> bytes | None:
    """All of a request's body; None where its sender has gone before its end."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _with_length(headers: Iterable[tuple[bytes, bytes]], length: int) -> list[tuple[bytes, bytes]]:
    kept = [(name, value) for name, value in headers if name.lower() != b"content-length"]
    return [*kept, (b"content-length", str(length).encode())]
