"""From the rows of a kept session to the session, as it was to the bit."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from app.core.training import EngineName, Snapshot, Training
from app.session.branches import Branch
from app.session.database import Database, Row
from app.session.errors import CannotRestore, SessionNotFound, SpecError
from app.session.history import LossMeaning
from app.session.keeping import Keeping
from app.session.kept import KeptSessions
from app.session.naming import cleaned
from app.session.parsing import parsed_spec
from app.session.position import Checkpoint
from app.session.recording import SECONDS_PER_CHANGE, Change, Moment, Recording
from app.session.rows import play_end_of
from app.session.session import Session
from app.session.slices import Pieces, in_slices
from app.session.spec import Spec
from app.session.stopping import Stopped
from app.session.timeline import Timeline
from app.session.writing import KeptBranch, KeptKeyframes, updates_in_a_keyframe

# On an ordinary machine.
SECONDS_PER_CHARACTER = 1e-7
SECONDS_PER_BRANCH = 1e-3

_SESSION = """SELECT key, id, watch_id, branch, past, focus, chosen, operation, branches_made,
    switches, play_end, network, name
    FROM session WHERE id = ? AND deleted IS NULL"""
_GIVEN = "SELECT key, data FROM given WHERE session = ?"
_BRANCHES = """SELECT key, given, place, name, named, parent, from_epoch, left_at, compared, spec,
    engine, examples, layers, changes, updates, progress, stopped
    FROM branch JOIN reached ON branch = key WHERE session = ? ORDER BY place"""
_CHANGES = """SELECT changes, updates, progress, epoch, done, edit, spec
    FROM change WHERE branch = ? ORDER BY number"""
_KEYFRAMES = """SELECT changes, updates, epochs, about, vectors
    FROM keyframe WHERE branch = ? ORDER BY changes, updates"""
_HISTORY = """SELECT key, rows FROM history JOIN stretch ON key = stretch
    WHERE branch = ? AND number = ?"""


class BranchRow(NamedTuple):
    """A row of the table of branches, with how far it has come, in the order of the query."""

    key: int
    given: int
    place: int
    name: str
    named: int
    parent: str | None
    from_epoch: float
    left: int
    compared: int | None
    spec: str
    engine: EngineName
    examples: int
    layers: int
    changes: int
    updates: int
    progress: int
    stopped: str | None


@dataclass(frozen=True)
class BranchRows:
    """All that is kept of a branch.

    history: its stretches up to the last of its keyframes, each as its key and its numbers.
    """

    row: BranchRow
    changes: list[Row]
    keyframes: list[Row]
    history: list[Row]

    def seconds(self, size: int) -> float:
        """About how long it takes to go through the branch. size: parameters of the network."""
        row = self.row
        updates = row.updates - (self.keyframes[-1][1] if self.keyframes else 0)
        overhead = row.layers * Training.seconds_per_layer_of_a_batch
        work = 4 * row.examples * size * Training.seconds_per_multiplication
        changes = SECONDS_PER_CHANGE * len(self.changes)
        return SECONDS_PER_BRANCH + changes + updates * (overhead + work)


@dataclass(frozen=True)
class SessionRows:
    """All that is kept of a session, as it was read."""

    session: Row
    given: list[Row]
    branches: list[BranchRows]

    @property
    def wants_compiled(self) -> bool:
        """Whether some of it was trained on the compiled engine."""
        return any(branch.row.engine == "compiled" for branch in self.branches)

    @property
    def seconds(self) -> float:
        """About how long it takes to make a session of them, on an ordinary machine."""
        sizes = json.loads(self.session[-2])["sizes"]
        size = sum(before * after for before, after in pairwise(sizes))
        text = sum(len(data) for _key, data in self.given)
        return SECONDS_PER_CHARACTER * text + sum(branch.seconds(size) for branch in self.branches)


async def read(database: Database, session_id: str) -> SessionRows:
    """The rows of a session, others getting on between those of a long history.

    Raises SessionNotFound, or CannotKeep.
    """
    found = database.read(_SESSION, (session_id,))
    if not found:
        raise SessionNotFound(session_id)
    key = found[0][0]
    given = database.read(_GIVEN, (key,))
    rows = [BranchRow(*row) for row in database.read(_BRANCHES, (key,))]
    return SessionRows(found[0], given, [await _branch_rows(database, row) for row in rows])


async def _branch_rows(database: Database, row: BranchRow) -> BranchRows:
    changes = database.read(_CHANGES, (row.key,))
    keyframes = database.read(_KEYFRAMES, (row.key,))
    history: list[Row] = []
    while keyframes and (more := database.read(_HISTORY, (row.key, len(history)))):
        history += more
        await asyncio.sleep(0)
    return BranchRows(row, changes, keyframes, history)


Restored: TypeAlias = tuple[Session, Keeping]
"""A session where it stood, and what goes on keeping it."""


async def restored(rows: SessionRows, database: Database) -> Restored:
    """The session of these rows.

    Trains what is not kept whole again; where that takes long, others get on beside it. Raises
    SessionNotFound where it is deleted meanwhile, and CannotRestore.
    """
    restoring, id = _Restoring(rows, database), rows.session[1]

    def check_is_there() -> None:
        if not KeptSessions(database).has(id):
            raise SessionNotFound(id)

    with _sense_made():
        made = await in_slices(restoring.pieces(), rows.seconds, check_is_there)
        check_is_there()
    return made


@contextmanager
def _sense_made() -> Iterator[None]:
    """Raises CannotRestore where rows make no sense to this version of the program."""
    try:
        yield
    except (SpecError, ValueError, KeyError, TypeError) as error:
        raise CannotRestore(str(error)) from error


class _Restoring:
    """From rows to a session."""

    def __init__(self, rows: SessionRows, database: Database) -> None:
        self._rows = rows
        self._database = database
        self._given: dict[int, Any] = {}
        self._specs: dict[tuple[str, int], Spec] = {}

    def pieces(self) -> Pieces[Restored]:
        """The session, piece by piece."""
        key, id, watch_id, present, past, focus, chosen, *more = self._rows.session
        operation, made, switches, play_end, _network, called = more
        branches = self._rows.branches
        recordings = {branch.row.name: self._recording(branch) for branch in branches}
        name = {branch.row.key: branch.row.name for branch in branches}[present]
        timeline = Timeline.of(recordings, name)
        keyframes = [
            _go_on_from(timeline, recordings[branch.row.name], branch) for branch in branches
        ]
        yield from _going_through(timeline, name)
        if past is not None:
            target = Moment(*json.loads(past)[:3])
            yield from timeline.going_to(min(target, timeline.recording.end))
        for branch in branches:
            _describe(timeline.branches[branch.row.name], branch.row)
        timeline.made = made
        timeline.switches = switches + 1  # whoever saw the curve before is sent it again
        session = Session(timeline.recording.spec, timeline=timeline)
        session.id, session.watch_id, session.given_name = id, watch_id, cleaned(called)
        session.focus, session.chosen, session.operation = focus, chosen, operation
        session.play_end = play_end_of(play_end, session.position)
        session.engine_changed = recordings[name].engine != timeline.recording.engine
        kept = tuple(
            _kept(timeline, branch.row, recordings[branch.row.name], kept_keyframes)
            for branch, kept_keyframes in zip(branches, keyframes, strict=True)
        )
        return session, Keeping(self._database, key, kept, tuple(self._given.items()))

    # From rows to recordings

    def _data(self, key: int) -> Any:
        """The data of a row, one object for all specs that have them."""
        if key not in self._given:
            texts: dict[int, str] = dict(self._rows.given)
            self._given[key] = json.loads(texts[key])
        return self._given[key]

    def _spec(self, text: str, given: int) -> Spec:
        if (text, given) not in self._specs:
            told = json.loads(text)
            told |= {"name": cleaned(told["name"]), "data": self._data(given)}
            spec = parsed_spec(told)
            self._given[given] = spec.data  # the same for all that follow, and checked
            self._specs[text, given] = spec
        return self._specs[text, given]

    def _recording(self, branch: BranchRows) -> Recording:
        row = branch.row
        spec = first = self._spec(row.spec, row.given)
        made = []
        for *at, epoch, done, edit, text in branch.changes:
            if edit is None:
                spec = self._spec(text, row.given)
            values = None if edit is None else json.loads(edit)
            made.append(Change(Moment(*at), values, spec, epoch, done))
        return Recording(
            first,
            row.engine,
            row.examples,
            row.layers,
            tuple(made),
            Moment(row.changes, row.updates, row.progress),
            None if row.stopped is None else Stopped(**json.loads(row.stopped)),
        )


def _go_on_from(timeline: Timeline, recording: Recording, rows: BranchRows) -> KeptKeyframes:
    """Give a branch the keyframes that are kept of it, and the history until the last of them."""
    branch, interval = timeline.branches[rows.row.name], updates_in_a_keyframe(timeline.run)
    if not rows.keyframes or branch.recording.engine != recording.engine:
        return KeptKeyframes(interval)
    moments = []
    for changes, updates, epochs, text, numbers in rows.keyframes:
        at, spec = Moment(changes, updates, 0), recording.spec_at(changes)
        branch.keyframes.put(at, _checkpoint(json.loads(text), numbers, spec, epochs))
        moments.append(at)
    width = branch.history.rows(0, 0).shape[1]
    history = b"".join(numbers for _key, numbers in rows.history)
    branch.history.put(np.frombuffer(history, "<f8").reshape(-1, width)[:epochs])
    branch.history.go_to(0)
    stretches = tuple(key for key, _numbers in rows.history)
    return KeptKeyframes(updates + interval, frozenset(moments), epochs, stretches)


def _checkpoint(about: Mapping[str, Any], numbers: bytes, spec: Spec, epochs: int) -> Checkpoint:
    """From what ``keyframe_row`` made."""
    slots, changed = about["slots"], about["changed"]
    vectors = list(np.frombuffer(numbers, "<f8").reshape(1 + slots + changed, -1))
    return Checkpoint(
        spec=spec,
        training=Snapshot(vectors[0], vectors[1 : 1 + slots], about["iteration"]),
        change=vectors[-1] if changed else None,
        place=about["place"],
        outputs=None,
        order=(None, -1),
        phase="ready",
        layer=None,
        stopped=None,
        history=epochs,
        meaning=LossMeaning(*about["meaning"]),
        edited_in=about["edited_in"],
        optimizer_since=about["optimizer_since"],
    )


def _going_through(timeline: Timeline, name: str) -> Pieces[None]:
    """To the end of every branch, so that its curve is there; of the one called ``name`` last."""
    for branch in (*(other for other in timeline.branches if other != name), name):
        yield from timeline.checking_out(branch)
        if timeline.in_past:  # on another engine, numbers overflowed on the way
            recording = timeline.recording.cut(timeline.moment)
            timeline.branch.recording = recording.extended(timeline.moment, timeline.run.stopped)


def _describe(branch: Branch, row: BranchRow) -> None:
    """All of a branch but its recording."""
    branch.named, branch.parent, branch.from_epoch = bool(row.named), row.parent, row.from_epoch
    branch.left = row.left
    branch.compared = None if row.compared is None else bool(row.compared)


def _kept(
    timeline: Timeline, row: BranchRow, read: Recording, keyframes: KeptKeyframes
) -> KeptBranch:
    """What is written down of a branch: all, unless another engine took it elsewhere."""
    branch = timeline.branches[row.name]
    same = replace(branch.recording, spec=read.spec) == read
    return KeptBranch(
        key=row.key,
        given=row.given,
        branch=branch,
        about=(row.place, row.name, row.named, row.parent, row.left, row.compared, row.engine),
        recording=branch.recording if same else read,
        keyframes=keyframes,
    )
