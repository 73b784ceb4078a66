"""Where sessions are: those in use in memory, all of them in a database.

A session that nobody uses leaves memory and comes back when it is asked for, as it was to the bit.
"""

import asyncio
import logging
import math
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextvars import Context
from functools import partial
from itertools import islice
from typing import TypeVarTuple

import anyio.to_thread

from app.session import memory, restored
from app.session.database import Database
from app.session.engines import ENGINES, SETTLED_SECONDS
from app.session.errors import CannotKeep, SessionNotFound
from app.session.keeping import Keeping
from app.session.kept import DAY, KeptSessions, Listed
from app.session.links import Links, Role
from app.session.session import Session
from app.session.spec import Spec

ROUND_SECONDS = 1.0
"""After this at the latest, what was kept outlives the machine too."""

SUMMARY_SECONDS = 10.0
"""The list of sessions may be so much behind after a crash."""

MANY = 50
"""So many sessions that have left memory are worth giving it back to the system."""

Values = TypeVarTuple("Values")

log = logging.getLogger(__name__)


class SessionStore:
    """All sessions.

    limit: about how many stay in memory; beyond it the longest idle leaves. idle: seconds without
    viewers, play and requests after which one leaves, counted from the end of the last of these.
    keep_days: days without use after which one is forgotten.
    """

    def __init__(
        self,
        limit: int,
        database: Database | None = None,
        *,
        idle: float = 60.0,
        keep_days: float = 90.0,
    ) -> None:
        self.links = Links()
        self.database = database or Database()
        self.kept = KeptSessions(self.database)
        self._limit = limit
        self._idle = idle
        self._keep_days = keep_days
        self._live: OrderedDict[str, Session] = OrderedDict()
        # One that has left memory may still be held by a request: never are there two of it.
        self._held: weakref.WeakValueDictionary[str, Session] = weakref.WeakValueDictionary()
        self._keeping: weakref.WeakKeyDictionary[Session, Keeping] = weakref.WeakKeyDictionary()
        self._loading: dict[str, asyncio.Task[Session]] = {}
        self._complained = False
        self._left = 0  # since memory was last given back

    def __len__(self) -> int:
        return len(self._live)

    def __iter__(self) -> Iterator[Session]:
        """Those in memory, last used first."""
        return reversed(self._live.values())

    # Coming

    def add(self, spec: Spec, *, kept: bool = True) -> Session:
        """Make a session. Raises SpecError where the spec makes no sense, and CannotKeep.

        kept: False writes it down no sooner than with its first change.
        """
        return self.keep(Session(spec), kept=kept)

    def keep(self, session: Session, *, kept: bool = True) -> Session:
        """Keep a session that was made elsewhere. Raises CannotKeep."""
        keeping = Keeping(self.database)
        if kept:
            keeping.keep(session)
        return self._adopt(session, keeping)

    def _adopt(self, session: Session, keeping: Keeping) -> Session:
        self._keeping[session] = keeping
        self._held[session.id] = session
        session.keep = partial(self._keep, keeping)
        self._use(session)
        return session

    def _keep(self, keeping: Keeping, session: Session) -> None:
        """What a session calls after each change."""
        keeping.keep(session)
        if session.id not in self._live:
            self._use(session)

    def _use(self, session: Session) -> None:
        """Note that it is used at this moment."""
        if session.id not in self._live:
            self._make_room()
            self._live[session.id] = session
            self.links.add(session.id, session.watch_id)
        self._live.move_to_end(session.id)
        self._keeping[session].used = time.time()

    async def get(self, session_id: str) -> Session:
        """The session with this id, from the database if need be.

        Raises SessionNotFound, CannotKeep where it cannot be read, and CannotRestore.
        """
        session = self._live.get(session_id) or self._held.get(session_id)
        if session is None:
            return await self._load(session_id)
        self._use(session)
        return session

    async def visit(self, any_id: str) -> tuple[Session, Role]:
        """The session that an id of any kind leads to, and what it allows. Raises as ``get``.

        One that somebody watches is written down, changed or not.
        """
        session_id, role = self.resolve(any_id)
        session = await self.get(session_id)
        if role == "watch" and not self.keeps(session) and not session.busy:
            self._tried(self._settle, session)
        return session, role

    def keeps(self, session: Session) -> bool:
        """Whether it is written down."""
        return self._keeping[session].key is not None

    def untouched(self) -> list[Session]:
        """Those not written down that nobody uses at this moment, the longest idle first."""
        return [one for one in self._live.values() if not self.keeps(one) and not _in_use(one)]

    def resolve(self, any_id: str) -> tuple[str, Role]:
        """The id of the session that an id leads to, if there is one, and what it allows."""
        session_id, role = self.links.resolve(any_id)
        if role == "drive" and session_id not in self._live:
            watched = self.kept.watched(any_id)
            if watched is not None:
                return watched, "watch"
        return session_id, role

    def knows(self, session_id: str) -> bool:
        """Whether there is a session of this id, in memory or not."""
        return session_id in self._live or self.kept.has(session_id)

    async def _load(self, session_id: str) -> Session:
        task = self._loading.get(session_id)
        if task is None:
            # In a context of its own: it outlasts the request, whose key is none of its business.
            task = asyncio.create_task(self._restore(session_id), context=Context())
            self._loading[session_id] = task
            task.add_done_callback(lambda _done: self._loading.pop(session_id))
        return await asyncio.shield(task)

    async def _restore(self, session_id: str) -> Session:
        rows = await restored.read(self.database, session_id)
        if rows.wants_compiled and not ENGINES.settled.is_set():
            await anyio.to_thread.run_sync(ENGINES.settled.wait, SETTLED_SECONDS)
        session, keeping = await restored.restored(rows, self.database)
        return self._adopt(session, keeping)

    # What the list shows

    def live(self, session_id: str) -> Session | None:
        """The session with this id, if it is in memory."""
        return self._live.get(session_id)

    def listed(
        self,
        search: str = "",
        *,
        among: Sequence[str] | None = None,
        first: int = 0,
        most: int = 50,
    ) -> list[Listed]:
        """See ``KeptSessions.listed``; as they stand now."""
        self._tried(self.sum_up)
        return self.kept.listed(search, among=among, first=first, most=most)

    def one(self, session_id: str) -> Listed | None:
        """How the list shows one of them; None where there is none, or nobody has touched it."""
        self._tried(self.sum_up)
        return self.kept.one(session_id)

    def copy(self, session_id: str, name: str) -> str:
        """See ``KeptSessions.copy``; of one in memory, as it stands now."""
        session = self._live.get(session_id)
        if session is not None and not session.busy:
            self._settle(session)
        return self.kept.copy(session_id, name)

    def sum_up(self) -> None:
        """Have the list of sessions show how those in memory stand now. Raises CannotKeep."""
        self._note_use()
        for session in self._live.values():
            if not session.busy:
                self._keeping[session].sum_up(session)

    # Going

    def delete(self, session_id: str, *, for_good: bool = True) -> None:
        """End a session; see ``KeptSessions.delete``. Raises SessionNotFound, and CannotKeep."""
        session = self._live.get(session_id) or self._held.get(session_id)
        if session is None or self.keeps(session):
            self.kept.delete(session_id, for_good=for_good)
        self.links.forget(session_id)
        self._live.pop(session_id, None)
        self._held.pop(session_id, None)
        if session is not None:
            session.end("deleted")

    def _make_room(self) -> None:
        """Let those leave memory that were idle for longest, where there are too many."""
        over = len(self._live) + 1 - self._limit
        if over > 0:
            idle = (session for session in self._live.values() if self._may_leave(session))
            for session in list(islice(idle, over)):
                self._leave(session)

    def _may_leave(self, session: Session) -> bool:
        return self.keeps(session) and not _in_use(session)

    def _leave(self, session: Session) -> None:
        """Out of memory, once all of it is kept."""
        if self._tried(self._settle, session):
            del self._live[session.id]
            self.links.put_by(session.id)
            self._left += 1

    def _settle(self, session: Session) -> None:
        """Write down all of a session that is not busy."""
        keeping = self._keeping[session]
        # In a context of its own: another session's request may be under way, and has a key.
        Context().run(partial(keeping.keep, leaving=True), session)
        keeping.sum_up(session)

    # In the background

    async def look_after(self) -> None:
        """Let the idle leave, and clean up, until it is cancelled."""
        cleaned = summed_up = -math.inf
        while True:
            now = time.monotonic()
            try:
                if now - cleaned >= DAY:
                    cleaned = now
                    self._tried(self.clean_up)
                if now - summed_up >= SUMMARY_SECONDS:
                    summed_up = now
                    self._tried(self.sum_up)
                self.let_the_idle_leave()
                self._tried(self.kept.forget_loose_history)
                if self._left >= MANY:
                    self._left = 0
                    memory.give_back()
                await anyio.to_thread.run_sync(self.database.settle)
            except Exception:  # another round may do better
                log.exception("Sessions could not be looked after")
            await asyncio.sleep(ROUND_SECONDS)

    def let_the_idle_leave(self) -> None:
        """Out of memory with those that nobody has used for a while."""
        self._note_use()
        since = time.time() - self._idle
        for session in list(self._live.values()):
            if self._keeping[session].used > since:
                break  # the others were used later
            if self._may_leave(session):
                self._leave(session)

    def _note_use(self) -> None:
        """Those in use now are used now: asked for every round, so that idle begins at the end."""
        for session in list(self._live.values()):
            if _in_use(session):
                self._use(session)

    def clean_up(self) -> None:
        """Forget the sessions that nobody has used for long. Raises CannotKeep."""
        self.sum_up()
        for session_id in self.kept.unused(self._keep_days):
            if session_id not in self._live:
                self.kept.delete(session_id, for_good=True)
        self.kept.clean_up()

    def close(self) -> None:
        """End all sessions, when the server stops."""
        for session in list(self._live.values()):
            if self.keeps(session) and not session.busy:
                self._tried(self._settle, session)
            session.end("shutdown")

    def _tried(self, write: Callable[[*Values], None], *values: *Values) -> bool:
        """Whether ``write`` went well; where it did not, another round will try again."""
        try:
            write(*values)
        except (CannotKeep, SessionNotFound) as error:
            if isinstance(error, CannotKeep) and not self._complained:
                log.warning("What sessions did cannot be kept at present: %s", error)
                self._complained = True
            return False
        self._complained = False
        return True


def _in_use(session: Session) -> bool:
    """Whether somebody follows it, or it plays, or something is done with it at this moment."""
    return session.viewers > 0 or session.playing is not None or session.busy
