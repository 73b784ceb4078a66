"""Sessions made for visitors of ``/``, so that a crawl of it cannot crowd out anybody's work."""

from collections import deque

from app.session.errors import SessionNotFound
from app.session.presets import DEFAULT, PRESETS
from app.session.session import Session
from app.session.store import SessionStore


class Doorstep:
    """Makes a session of the default preset for each new visitor.

    They are written down with their first change, or when somebody first comes to watch. Those that
    are not are at most ``limit``: a visitor who never comes back, such as a crawler, takes the
    place of another such visitor and of nobody else.
    """

    def __init__(self, store: SessionStore, limit: int) -> None:
        self._store = store
        self._limit = limit
        self._waiting: deque[tuple[Session, int]] = deque()  # with the version it was made at

    async def session(self, session_id: str | None) -> Session:
        """The visitor's session: the one of this id if it still lives, else a new one."""
        if session_id:
            try:
                return await self._store.get(session_id)
            except SessionNotFound:
                pass
        self._make_room()
        session = self._store.add(PRESETS[DEFAULT].spec, kept=False)
        self._waiting.append((session, session.version))
        return session

    def _make_room(self) -> None:
        self._waiting = deque(
            (session, version)
            for session, version in self._waiting
            if session.version == version and not session.viewers and not self._store.keeps(session)
        )
        while len(self._waiting) >= self._limit:
            self._store.delete(self._waiting.popleft()[0].id)
