"""What is written of a session at a time: its branches, their changes, keyframes and history."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from app.session.branches import Branch
from app.session.database import Database, Statement
from app.session.recording import BEGINNING, Change, Moment, Recording
from app.session.rows import change_row, finite, fit_for_a_row, keyframe_row, spec_text
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
"""Epochs whose history is one stretch."""

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
_NEW_STRETCH = "INSERT INTO stretch VALUES (?, ?)"
_NEW_HISTORY = "INSERT INTO history VALUES (?, ?, ?)"
_NO_HISTORY = "DELETE FROM history WHERE branch = ? AND number >= ?"


class KeptKeyframes(NamedTuple):
    """The keyframes of a branch: their moments, and how many epochs of history are kept with them.

    due: the count of updates from which on another one is wanted. stretches: the keys of those
    that hold the history, in its order.
    """

    due: float
    moments: frozenset[Moment] = frozenset()
    epochs: int = 0
    stretches: tuple[int, ...] = ()

    def whole_stretches(self, epochs: int) -> tuple[int, ...]:
        """Those that are full, and end before so many epochs."""
        return self.stretches[: min(self.epochs, epochs) // ROWS_TOGETHER]


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


class Writing:
    """The statements of one time of keeping, in the order in which they are to be done.

    in_past: whether the session stands before the end of its branch. key: of its row, if it has
    one. kept: the branches that are written down, by the id of each. given: the data of specs that
    are, by the key of their row. leaving: see ``Keeping.keep``.
    """

    def __init__(
        self,
        database: Database,
        session: Session,
        in_past: bool,
        key: int | None,
        kept: Mapping[int, KeptBranch],
        given: tuple[tuple[int, Any], ...],
        leaving: bool,
    ) -> None:
        self.statements: list[Statement] = []
        self.session_key = database.next_key() if key is None else key
        self.given = given
        self._database = database
        self._kept = kept
        self._branches = session.timeline.branches
        self._run = session.timeline.run
        self._in_past = in_past
        self._leaving = leaving

    def branch(self, branch: Branch, about: tuple[Any, ...], kept: KeptBranch | None) -> KeptBranch:
        """Write down what of a branch is not yet."""
        recording = branch.recording
        if kept is None:
            key, given = self._new_branch(branch, about)
            keyframes = self._shared(branch, key)
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

    def _shared(self, branch: Branch, key: int) -> KeptKeyframes:
        """No keyframes yet, but the history that a branch has from the one it was begun in."""
        kept = self._kept.get(id(self._branches.get(branch.parent or "")))
        stretches = kept.keyframes.whole_stretches(int(branch.from_epoch)) if kept else ()
        self._history(key, 0, stretches)
        epochs = ROWS_TOGETHER * len(stretches)
        return KeptKeyframes(updates_in_a_keyframe(self._run), epochs=epochs, stretches=stretches)

    def _history(self, key: int, first: int, stretches: Iterable[int]) -> None:
        """A branch's history is in these stretches from the one of this number on."""
        self.statements += [
            (_NEW_HISTORY, (key, number, stretch))
            for number, stretch in enumerate(stretches, first)
        ]

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
        return KeptKeyframes(due, moments, recording.place(last)[0], keyframes.stretches)

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
        stretches = self._stretches(branch, key, kept.whole_stretches(epochs), epochs)
        due = until.update + updates_in_a_keyframe(run)
        return KeptKeyframes(due, frozenset(wanted), epochs, stretches)

    def _stretches(
        self, branch: Branch, key: int, whole: tuple[int, ...], epochs: int
    ) -> tuple[int, ...]:
        """Write down a branch's history of so many epochs; gives the keys of all its stretches.

        whole: those that are written down already. None is ever written again, since another
        branch may share it.
        """
        new = []
        for since in range(ROWS_TOGETHER * len(whole), epochs, ROWS_TOGETHER):
            rows = branch.history.rows(since, min(since + ROWS_TOGETHER, epochs))
            new.append(self._database.next_key())
            self.statements.append((_NEW_STRETCH, (new[-1], rows.astype("<f8").tobytes())))
        self.statements.append((_NO_HISTORY, (key, len(whole))))
        self._history(key, len(whole), new)
        return (*whole, *new)


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
