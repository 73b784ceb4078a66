"""Sessions made for visitors of ``/``, so that a crawl of it cannot crowd out anybody's work."""

from collections.abc import Sequence
from contextlib import suppress

from app.session.errors import CannotKeep, CannotRestore, SessionNotFound
from app.session.presets import DEFAULT, PRESETS
from app.session.session import Session
from app.session.store import SessionStore


class Doorstep:
    """Makes a session of the default preset for each new visitor.

    They are written down with their first change, or when somebody first comes to watch. Those that
    are not, and that no page is open of, are at most ``limit``: a visitor who never comes back,
    such as a crawler, takes the place of another such visitor and of nobody else.
    """

    def __init__(self, store: SessionStore, limit: int) -> None:
        self._store = store
        self._limit = limit

    async def session(self, own: Sequence[str]) -> Session:
        """The visitor's session: of those of these ids that still live and can be read the one
        last used, else a new one.

        One that nobody has touched comes after all that somebody has.
        """
        used = self._store.listed(among=own, most=len(own)) if own else []
        for session_id in (*(one.id for one in used), *own):
            with suppress(SessionNotFound, CannotRestore, CannotKeep):
                return await self._store.get(session_id)
        self._make_room()
        return self._store.add(PRESETS[DEFAULT].spec, kept=False)

    def _make_room(self) -> None:
        untouched = self._store.untouched()
        for session in untouched[: max(0, len(untouched) + 1 - self._limit)]:
            self._store.delete(session.id)
