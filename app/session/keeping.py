"""Writing a session down: each time as little as what has changed since.

Recordings and changes are frozen, so what is still the same object has not changed.
"""

import json
import time
from collections.abc import Iterable, Mapping
from typing import Any

from app.session import conditions
from app.session.database import Database, Statement
from app.session.errors import SessionNotFound
from app.session.rows import (
    curve,
    finite,
    network_text,
    play_end_text,
    request_statements,
)
from app.session.session import Session
from app.session.spec import Spec
from app.session.writing import KeptBranch, Writing

_SESSION = """UPDATE session SET branch = ?, past = ?, focus = ?, chosen = ?, operation = ?,
    branches_made = ?, name = ?, network = ?, switches = ?, play_end = ? WHERE key = ?"""
_NEW_SESSION = """INSERT INTO session (branch, past, focus, chosen, operation, branches_made, name,
    network, switches, play_end, key, id, watch_id, curve, made, used)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""


class Keeping:
    """Keeps one session in a database.

    key: of its row; None before the first time. branches, given: what is written down already.
    used: when the session was last asked for, in seconds since 1970.
    """

    def __init__(
        self,
        database: Database,
        key: int | None = None,
        branches: Iterable[KeptBranch] = (),
        given: tuple[tuple[int, Any], ...] = (),
    ) -> None:
        self.key = key
        self.used = time.time()
        self._database = database
        self._branches = {id(kept.branch): kept for kept in branches}
        self._given = given
        self._about: tuple[Any, ...] = ()
        self._shown: tuple[Spec | None, str, str] = (None, "", "")
        self._summary: tuple[float, int] | None = None

    def keep(self, session: Session, *, leaving: bool = False) -> None:
        """Write down what changed, all of it or nothing. Raises CannotKeep.

        leaving: it may leave memory, and is to be back soon. Raises SessionNotFound for one that
        was deleted meanwhile.
        """
        if session.ended == "deleted":
            raise SessionNotFound(session.id)
        in_past = session.timeline.in_past
        writing = Writing(
            self._database, session, in_past, self.key, self._branches, self._given, leaving
        )
        branches = self._write_branches(session, writing, leaving)
        about = self._about_session(session, branches, in_past)
        if self.key is None:
            ids = (writing.session_key, session.id, session.watch_id)
            own = (*ids, curve(session.timeline.branch), time.time(), self.used)
            writing.statements.insert(0, (_NEW_SESSION, (*about, *own)))
        elif about != self._about:
            writing.statements.append((_SESSION, (*about, self.key)))
        if conditions.once.get() is not None:
            writing.statements += request_statements(session)
        if writing.statements:
            self._database.write(writing.statements)
        self.key, self._branches, self._about = writing.session_key, branches, about
        self._given = writing.given

    def sum_up(self, session: Session) -> None:
        """Write down what only the list of sessions shows. Raises CannotKeep."""
        summary = (self.used, session.version)
        if self.key is None or summary == self._summary:
            return
        statement: Statement = ("UPDATE session SET used = ? WHERE key = ?", (self.used, self.key))
        if self._summary is None or self._summary[1] != session.version:
            query = "UPDATE session SET used = ?, curve = ? WHERE key = ?"
            statement = (query, (self.used, curve(session.timeline.branch), self.key))
        self._database.write([statement])
        self._summary = summary

    def _about_session(
        self, session: Session, branches: Mapping[int, KeptBranch], in_past: bool
    ) -> tuple[Any, ...]:
        timeline = session.timeline
        run, spec, past = timeline.run, session.spec, None
        if self._shown[0] is not spec:
            self._shown = (spec, spec.name, network_text(run))
        if in_past:
            loss = finite(run.metrics()["train"]["loss"])
            past = json.dumps([*timeline.moment, run.position.epoch, loss])
        return (
            branches[id(timeline.branch)].key,
            past,
            session.focus,
            session.chosen,
            session.operation,
            timeline.made,
            self._shown[1],
            self._shown[2],
            timeline.switches,
            play_end_text(session.play_end, session.playing),
        )

    def _write_branches(
        self, session: Session, writing: Writing, leaving: bool
    ) -> dict[int, KeptBranch]:
        """Of each branch what is not yet written; gives what then is."""
        written: dict[int, KeptBranch] = {}
        new = 0
        for place, (name, branch) in enumerate(session.timeline.branches.items()):
            recording = branch.recording
            about = (
                place,
                name,
                branch.named,
                branch.parent,
                branch.left,
                branch.compared,
                recording.engine,
            )
            kept = self._branches.get(id(branch))
            if (
                kept is None
                or kept.recording is not recording
                or kept.about != about
                or (leaving and writing.wants_keyframe(recording, kept.keyframes))
            ):
                new += kept is None
                kept = writing.branch(branch, about, kept)
            written[id(branch)] = kept
        if len(written) - new < len(self._branches):
            for gone in self._branches.keys() - written.keys():
                query = "DELETE FROM branch WHERE key = ?"
                writing.statements.append((query, (self._branches[gone].key,)))
            writing.forget_data_but({kept.given for kept in written.values()})
        return written
