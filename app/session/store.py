"""Where live sessions are kept: in memory, a limited number, the longest idle going first."""

import time
from collections import OrderedDict
from collections.abc import Iterator

from app.session.errors import SessionNotFound
from app.session.session import Session
from app.session.spec import Spec


class SessionStore:
    """The live sessions, at most ``limit`` of them.

    A new one beyond that ends the one that nobody has used for longest; a session that somebody
    follows counts as being used.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._used: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def __iter__(self) -> Iterator[Session]:
        """Last used first."""
        return reversed(self._sessions.values())

    def add(self, spec: Spec) -> Session:
        """Make a session. Raises SpecError where the spec makes no sense."""
        return self.keep(Session(spec))

    def keep(self, session: Session) -> Session:
        """Keep a session that was made elsewhere."""
        while len(self._sessions) >= self._limit:
            self.delete(self._longest_idle())
        self._sessions[session.id] = session
        self._used[session.id] = time.time()
        return session

    def get(self, session_id: str) -> Session:
        """The session with this id. Raises SessionNotFound."""
        if session_id not in self._sessions:
            raise SessionNotFound(session_id)
        self._sessions.move_to_end(session_id)
        self._used[session_id] = time.time()
        return self._sessions[session_id]

    def last_used(self, session: Session) -> float:
        """When it was last asked for, in seconds since 1970."""
        return self._used[session.id]

    def delete(self, session_id: str) -> None:
        """End a session. Raises SessionNotFound."""
        if session_id not in self._sessions:
            raise SessionNotFound(session_id)
        del self._used[session_id]
        self._sessions.pop(session_id).end("deleted")

    def close(self) -> None:
        """End all sessions, when the server stops."""
        for session in self._sessions.values():
            session.end("shutdown")

    def _longest_idle(self) -> str:
        for session_id, session in self._sessions.items():
            if not session.viewers:
                return session_id
        return next(iter(self._sessions))
