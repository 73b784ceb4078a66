"""Replies to requests that may be sent again, kept where the sessions are.

That a request was done is written down together with what it did, its reply right after. Where the
server ended in between, the State of that time is the reply.
"""

import contextlib
import json
import time

from app.session.database import Database, Row, Statement
from app.session.errors import CannotKeep
from app.session.kept import FORGET_REPLIES
from app.web.api.idempotency import MOST_REPLIES, MOST_REPLIES_AT_LARGE, KeptReply

_GET = "SELECT fingerprint, state, status, headers, body FROM reply WHERE scope = ? AND key = ?"
_PUT = """INSERT OR REPLACE INTO reply (scope, key, fingerprint, made, status, headers, body)
    VALUES (?, ?, ?, ?, ?, ?, ?)"""
_FORGET = """DELETE FROM reply WHERE scope = ? AND rowid IN (
    SELECT rowid FROM reply WHERE scope = ? ORDER BY rowid DESC LIMIT -1 OFFSET ?)"""

MOST_BETWEEN = 8 * 1024 * 1024
"""Bytes of replies after which all are counted again, and the oldest go where they are too many."""


class RepliesInDatabase:
    """As ``Replies`` of idempotency wants them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._bytes = 0  # put since all were last counted

    def get(self, scope: str, key: str) -> KeptReply | None:
        """The reply to the request with this key, if there was one."""
        found = self._database.read(_GET, (scope, key))
        return _reply(scope, found[0]) if found else None

    def put(self, scope: str, key: str, reply: KeptReply) -> None:
        """Keep a reply, and forget the oldest where they are too many."""
        headers = json.dumps([[n.decode("latin-1"), v.decode("latin-1")] for n, v in reply.headers])
        values = (scope, key, reply.fingerprint, time.time(), reply.status, headers, reply.body)
        most = MOST_REPLIES if scope else MOST_REPLIES_AT_LARGE
        statements: list[Statement] = [(_PUT, values), (_FORGET, (scope, scope, most))]
        self._bytes += len(reply.body)
        if self._bytes > MOST_BETWEEN:
            statements.append(FORGET_REPLIES)
            self._bytes = 0
        # Without room for it, what was noted together with the operation stands for the reply.
        with contextlib.suppress(CannotKeep):
            self._database.write(statements)


def _reply(scope: str, row: Row) -> KeptReply:
    fingerprint, state, status, headers, body = row
    if status is None:
        return _reply_from_state(scope, fingerprint, state)
    pairs = tuple((n.encode("latin-1"), v.encode("latin-1")) for n, v in json.loads(headers))
    return KeptReply(fingerprint, status, pairs, body)


def _reply_from_state(scope: str, fingerprint: str, state: str | None) -> KeptReply:
    """To what was done before a reply could be kept. state: None where a session was deleted."""
    if state is None:
        return KeptReply(fingerprint, 204, (), b"")
    told, body = json.loads(state), state.encode()
    headers = {
        "content-type": "application/json",
        "content-length": str(len(body)),
        "etag": f'"{told["position"]["update"]}"',
    }
    if not scope:  # what makes sessions
        headers["location"] = f"/api/sessions/{told['id']}"
    pairs = tuple((name.encode(), value.encode()) for name, value in headers.items())
    return KeptReply(fingerprint, 200 if scope else 201, pairs, body)
