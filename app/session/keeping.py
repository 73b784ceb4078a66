"""Writing a session down: each time as little as what has changed since.

Recordings and changes are frozen, so what is still the same object has not changed.
"""

import json
import time
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from app.session import conditions
from app.session.branches import Branch
from app.session.database import Database, Statement
from app.session.errors import SessionNotFound
from app.session.recording import BEGINNING, Change, Moment, Recording
from app.session.rows import (
    change_row,
    curve,
    finite,
    fit_for_a_row,
    keyframe_row,
    network_text,
    play_end_text,
    request_statements,
    spec_text,
)
from app.session.run import Run
from app.session.session import Session
from app.session.spec import Spec

KEYFRAME_SECONDS = 1.0
"""Longer trainings are not gone through again: a moment of them is kept whole."""

KEYFRAME_BYTES_PER_SECOND = 250_000
"""Keyframes of large networks are kept so seldom that they are no more than this."""

LEAVING_SHARE = 0.05
"""Of the distance between two keyframes: so much is worth one when a session leaves memory."""

ROWS_TOGETHER = 8192
"""Epochs whose history is one row of the table."""

_SESSION = """UPDATE session SET branch = ?, past = ?, focus = ?, chosen = ?, operation = ?,
    branches_made = ?, name = ?, network = ?, switches = ?, play_end = ? WHERE key = ?"""
_NEW_SESSION = """INSERT INTO session (branch, past, focus, chosen, operation, branches_made, name,
    network, switches, play_end, key, id, watch_id, curve, made, used)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_BRANCH = """UPDATE branch SET place = ?, name = ?, named = ?, parent = ?, left_at = ?,
    compared = ?, engine = ? WHERE key = ?"""
_NEW_BRANCH = """INSERT INTO branch (place, name, named, parent, left_at, compared, engine, key,
    session, given, from_epoch, spec, examples, layers)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_REACHED = """UPDATE reached
    SET changes = ?, updates = ?, progress = ?, epoch = ?, loss = ?, stopped = ? WHERE branch = ?"""
_NEW_REACHED = """INSERT INTO reached (changes, updates, progress, epoch, loss, stopped, branch)
    VALUES (?, ?, ?, ?, ?, ?, ?)"""
_NEW_DATA = "INSERT INTO given VALUES (?, ?, ?)"
_NEW_CHANGE = "INSERT OR REPLACE INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_NEW_KEYFRAME = "INSERT OR REPLACE INTO keyframe VALUES (?, ?, ?, ?, ?, ?)"
_NO_KEYFRAME = "DELETE FROM keyframe WHERE branch = ? AND changes = ? AND updates = ?"
_NEW_ROWS = "INSERT OR REPLACE INTO history VALUES (?, ?, ?)"


class KeptKeyframes(NamedTuple):
    """The keyframes of a branch: their moments, and how many epochs of history are kept with them.

    due: the count of updates from which on another one is wanted.
    """

    moments: frozenset[Moment]
    epochs: int
    due: float


class KeptBranch(NamedTuple):
    """What of a branch is written down.

    given: the key of its data. about: all but its recording.
    """

    key: int
    given: int
    branch: Branch
    about: tuple[Any, ...]
    recording: Recording
    keyframes: KeptKeyframes


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
        writing = _Writing(self._database, session, in_past, self.key, self._given, leaving)
        branches = self._write_branches(session, writing, leaving)
        about = self._about_session(session, branches, in_past)
        if self.key is None:
            ids = (writing.session_key, session.id, session.watch_id)
            own = (*ids, curve(session.history), time.time(), self.used)
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
            statement = (query, (self.used, curve(session.history), self.key))
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
            play_end_text(session.play_end),
        )

    def _write_branches(
        self, session: Session, writing: "_Writing", leaving: bool
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


class _Writing:
    """The statements of one time of keeping, in the order in which they are to be done.

    in_past: whether the session stands before the end of its branch. key: of its row, if it has
    one. given: the data of specs that are written down, by the key of their row. leaving: see
    ``Keeping.keep``.
    """

    def __init__(
        self,
        database: Database,
        session: Session,
        in_past: bool,
        key: int | None,
        given: tuple[tuple[int, Any], ...],
        leaving: bool,
    ) -> None:
        self.statements: list[Statement] = []
        self.session_key = database.next_key() if key is None else key
        self.given = given
        self._database = database
        self._run = session.timeline.run
        self._in_past = in_past
        self._leaving = leaving

    def branch(self, branch: Branch, about: tuple[Any, ...], kept: KeptBranch | None) -> KeptBranch:
        """Write down what of a branch is not yet."""
        recording = branch.recording
        if kept is None:
            key, given = self._new_branch(branch, about)
            keyframes = KeptKeyframes(frozenset(), 0, updates_in_a_keyframe(self._run))
            self._reached(_NEW_REACHED, branch, key)
            self._changes(key, (), recording)
        else:
            key, given, keyframes, before = kept.key, kept.given, kept.keyframes, kept.recording
            if about != kept.about:
                self.statements.append((_BRANCH, (*about, key)))
            if before.end != recording.end or before.stopped is not recording.stopped:
                self._reached(_REACHED, branch, key)
            if before.changes is not recording.changes or not _goes_on(before, recording):
                same = self._changes(key, before.changes, recording)
                keyframes = self._still_there(key, keyframes, recording, same)
        if self.wants_keyframe(recording, keyframes):
            keyframes = self._keyframes(branch, key, keyframes)
        return KeptBranch(key, given, branch, about, recording, keyframes)

    def wants_keyframe(self, recording: Recording, kept: KeptKeyframes) -> bool:
        """Whether so much was trained since the last one that another is worth it."""
        early = (1 - LEAVING_SHARE) * updates_in_a_keyframe(self._run) if self._leaving else 0.0
        return recording.end.update >= kept.due - early

    def forget_data_but(self, used: set[int]) -> None:
        """Delete the data that no branch has any more."""
        for key, _data in self.given:
            if key not in used:
                self.statements.append(("DELETE FROM given WHERE key = ?", (key,)))
        self.given = tuple(pair for pair in self.given if pair[0] in used)

    def _new_branch(self, branch: Branch, about: tuple[Any, ...]) -> tuple[int, int]:
        """The key of its row, and of that of its data."""
        recording, given = branch.recording, self._data(branch.recording.spec)
        key = self._database.next_key()
        own = (key, self.session_key, given, branch.from_epoch, spec_text(recording.spec))
        size = (recording.examples, recording.layers)
        self.statements.append((_NEW_BRANCH, (*about, *own, *size)))
        return key, given

    def _data(self, spec: Spec) -> int:
        """The key of its data, which are written down where they are not yet."""
        for key, data in self.given:
            if data is spec.data or data == spec.data:
                return key
        key, text = self._database.next_key(), spec.data.model_dump_json()
        self.statements.append((_NEW_DATA, (key, self.session_key, text)))
        self.given = (*self.given, (key, spec.data))
        return key

    def _stands_at_the_end_of(self, branch: Branch) -> bool:
        return self._run.history is branch.history and not self._in_past

    def _reached(self, query: str, branch: Branch, key: int) -> None:
        recording, run = branch.recording, self._run
        if self._stands_at_the_end_of(branch):
            epoch, loss = run.history.epochs, finite(run.metrics()["train"]["loss"])
        else:
            epoch, loss = recording.epochs, None
        stopped = None if recording.stopped is None else json.dumps(vars(recording.stopped))
        self.statements.append((query, (*recording.end, epoch, loss, stopped, key)))

    def _changes(self, key: int, old: tuple[Change, ...], recording: Recording) -> int:
        """Write down the changes where they are others; gives how many are the same."""
        same = _common(old, recording.changes)
        if same < len(old):
            query = "DELETE FROM change WHERE branch = ? AND number >= ?"
            self.statements.append((query, (key, same)))
        for number in range(same, len(recording.changes)):
            row = change_row(recording.changes[number])
            self.statements.append((_NEW_CHANGE, (key, number, *row)))
        return same

    def _still_there(
        self, key: int, keyframes: KeptKeyframes, recording: Recording, same: int
    ) -> KeptKeyframes:
        """The keyframes that a branch still comes through, of which so many changes are the same.

        The others are forgotten.
        """
        moments = frozenset(
            at for at in keyframes.moments if at.changes <= same and recording.has(at)
        )
        self._forget_keyframes(key, keyframes.moments - moments)
        last = max(moments, default=BEGINNING)
        due = last.update + updates_in_a_keyframe(self._run)
        return KeptKeyframes(moments, recording.place(last)[0], due)

    def _forget_keyframes(self, key: int, moments: Iterable[Moment]) -> None:
        self.statements += [(_NO_KEYFRAME, (key, at.changes, at.update)) for at in moments]

    def _keyframes(self, branch: Branch, key: int, kept: KeptKeyframes) -> KeptKeyframes:
        """Write down a few of a branch's keyframes and its last one, and forget others."""
        run, end = self._run, branch.recording.end
        found, last = branch.keyframes.few(), branch.keyframes.last
        if self._stands_at_the_end_of(branch) and run.between_epochs and run.stopped is None:
            last = end, run.checkpoint()
        wanted = {at: made for at, made in (*found, last) if at.update and fit_for_a_row(made)}
        until = max(wanted, default=BEGINNING)
        if until <= max(kept.moments, default=BEGINNING):
            return kept
        for at in wanted.keys() - kept.moments:
            about, vectors = keyframe_row(wanted[at])
            values = (key, at.changes, at.update, wanted[at].history, about, vectors)
            self.statements.append((_NEW_KEYFRAME, values))
        self._forget_keyframes(key, kept.moments - wanted.keys())
        epochs = wanted[until].history
        for number in range(kept.epochs // ROWS_TOGETHER, -(-epochs // ROWS_TOGETHER)):
            since = number * ROWS_TOGETHER
            rows = branch.history.rows(since, min(since + ROWS_TOGETHER, epochs))
            self.statements.append((_NEW_ROWS, (key, number, rows.astype("<f8").tobytes())))
        due = until.update + updates_in_a_keyframe(run)
        return KeptKeyframes(frozenset(wanted), epochs, due)


def updates_in_a_keyframe(run: Run) -> float:
    """After how many updates another one is wanted."""
    size = 8 * (len(run.training.slots) + 2) * run.network.size
    seconds = max(KEYFRAME_SECONDS, size / KEYFRAME_BYTES_PER_SECOND)
    return seconds / run.seconds("batch", 1)


def _goes_on(old: Recording, new: Recording) -> bool:
    """Whether a recording with the same changes only grew."""
    return old.engine == new.engine and old.end <= new.end


def _common(old: tuple[Change, ...], new: tuple[Change, ...]) -> int:
    """How many changes the two begin with together. Where one is the same, those before are."""
    number = min(len(old), len(new))
    while number > 0 and old[number - 1] is not new[number - 1]:
        number -= 1
    return number
