"""From the rows of a kept session to the session, as it was to the bit."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from app.core.training import EngineName, Snapshot, Training
from app.session.branches import Branch
from app.session.database import Database, Row
from app.session.errors import CannotRestore, SessionNotFound, SpecError
from app.session.history import LossMeaning
from app.session.keeping import (
    Keeping,
    KeptBranch,
    KeptKeyframe,
    updates_in_a_keyframe,
)
from app.session.parsing import parsed_spec
from app.session.recording import Change, Moment, Recording
from app.session.run import Checkpoint
from app.session.session import Session
from app.session.spec import Spec
from app.session.stopping import Stopped
from app.session.timeline import Timeline

# On an ordinary machine.
SECONDS_PER_CHARACTER = 1e-7
SECONDS_PER_BRANCH = 1e-3
SECONDS_PER_CHANGE = 1e-4

_SESSION = """SELECT key, id, watch_id, branch, past, focus, chosen, operation, branches_made,
    switches, network, name
    FROM session WHERE id = ? AND deleted IS NULL"""
_GIVEN = "SELECT key, data FROM given WHERE session = ?"
_BRANCHES = """SELECT key, given, place, name, named, parent, from_epoch, left_at, compared, spec,
    engine, examples, layers, changes, updates, progress, stopped
    FROM branch JOIN reached ON branch = key WHERE session = ? ORDER BY place"""
_CHANGES = """SELECT changes, updates, progress, epoch, done, edit, spec
    FROM change WHERE branch = ? ORDER BY number"""
_KEYFRAME = "SELECT changes, updates, epochs, about, vectors FROM keyframe WHERE branch = ?"
_HISTORY = "SELECT rows FROM history WHERE branch = ? ORDER BY number"


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
    """All that is kept of a branch. keyframe: of one row, or none. history: up to the keyframe."""

    row: BranchRow
    changes: list[Row]
    keyframe: list[Row]
    history: list[Row]

    def seconds(self, size: int) -> float:
        """About how long it takes to go through the branch. size: parameters of the network."""
        row = self.row
        updates = row.updates - (self.keyframe[0][1] if self.keyframe else 0)
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


def read(database: Database, session_id: str) -> SessionRows:
    """The rows of a session. Raises SessionNotFound, or CannotKeep."""
    found = database.read(_SESSION, (session_id,))
    if not found:
        raise SessionNotFound(session_id)
    key = found[0][0]
    branches = [_branch_rows(database, BranchRow(*row)) for row in database.read(_BRANCHES, (key,))]
    return SessionRows(found[0], database.read(_GIVEN, (key,)), branches)


def _branch_rows(database: Database, row: BranchRow) -> BranchRows:
    changes = database.read(_CHANGES, (row.key,))
    keyframe = database.read(_KEYFRAME, (row.key,))
    history = database.read(_HISTORY, (row.key,)) if keyframe else []
    return BranchRows(row, changes, keyframe, history)


def restored(rows: SessionRows, database: Database) -> tuple[Session, Keeping]:
    """The session of these rows, where it stood, and what goes on keeping it.

    Trains what is not kept whole again, which may take long. Raises CannotRestore.
    """
    try:
        return _Restoring(rows).session(database)
    except (SpecError, ValueError, KeyError, TypeError, StopIteration) as error:
        raise CannotRestore(str(error)) from error


class _Restoring:
    def __init__(self, rows: SessionRows) -> None:
        self._rows = rows
        self._given: dict[int, Any] = {}
        self._specs: dict[tuple[str, int], Spec] = {}

    def session(self, database: Database) -> tuple[Session, Keeping]:
        key, id, watch_id, present, past, focus, chosen, *more = self._rows.session
        operation, made, switches, _network, called = more
        branches = self._rows.branches
        recordings = {branch.row.name: self._recording(branch) for branch in branches}
        name = next(branch.row.name for branch in branches if branch.row.key == present)
        with np.errstate(all="ignore"):
            timeline = Timeline.of(recordings, name)
            keyframes = [
                _go_on_from(timeline, recordings[branch.row.name], branch) for branch in branches
            ]
            _go_through(timeline, name)
            if past is not None:
                target = Moment(*json.loads(past)[:3])
                timeline.go_to(min(target, timeline.recording.end))
        for branch in branches:
            _describe(timeline.branches[branch.row.name], branch.row)
        timeline.made = made
        timeline.switches = switches + 1  # whoever saw the curve before is sent it again
        session = Session(timeline.recording.spec, timeline=timeline)
        session.id, session.watch_id, session.given_name = id, watch_id, called
        session.focus, session.chosen, session.operation = focus, chosen, operation
        session.engine_changed = recordings[name].engine != timeline.recording.engine
        kept = tuple(
            _kept(timeline, branch.row, recordings[branch.row.name], keyframe)
            for branch, keyframe in zip(branches, keyframes, strict=True)
        )
        return session, Keeping(database, key, kept, tuple(self._given.items()))

    # From rows to recordings

    def _data(self, key: int) -> Any:
        """The data of a row, one object for all specs that have them."""
        if key not in self._given:
            text = next(data for number, data in self._rows.given if number == key)
            self._given[key] = json.loads(text)
        return self._given[key]

    def _spec(self, text: str, given: int) -> Spec:
        if (text, given) not in self._specs:
            spec = parsed_spec({**json.loads(text), "data": self._data(given)})
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


def _go_on_from(timeline: Timeline, recording: Recording, rows: BranchRows) -> KeptKeyframe | None:
    """Give a branch the keyframe that is kept of it, and the history until there."""
    branch = timeline.branches[rows.row.name]
    if not rows.keyframe or branch.recording.engine != recording.engine:
        return None
    changes, updates, epochs, text, numbers = rows.keyframe[0]
    width = branch.history.rows(0, 0).shape[1]
    history = b"".join(row for (row,) in rows.history)
    branch.history.put(np.frombuffer(history, "<f8").reshape(-1, width)[:epochs])
    branch.history.go_to(0)
    at, spec = Moment(changes, updates, 0), recording.spec_at(changes)
    branch.keyframes.put(at, _checkpoint(json.loads(text), numbers, spec, epochs))
    return KeptKeyframe(at, epochs, updates + updates_in_a_keyframe(timeline.run))


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


def _go_through(timeline: Timeline, name: str) -> None:
    """To the end of every branch, so that its curve is there; of the one called ``name`` last."""
    for branch in (*(other for other in timeline.branches if other != name), name):
        timeline.checkout(branch)
        if timeline.in_past:  # on another engine, numbers overflowed on the way
            recording = timeline.recording.cut(timeline.moment)
            timeline.branch.recording = recording.extended(timeline.moment, timeline.run.stopped)


def _describe(branch: Branch, row: BranchRow) -> None:
    """All of a branch but its recording."""
    branch.named, branch.parent, branch.from_epoch = bool(row.named), row.parent, row.from_epoch
    branch.left = row.left
    branch.compared = None if row.compared is None else bool(row.compared)


def _kept(
    timeline: Timeline, row: BranchRow, read: Recording, keyframe: KeptKeyframe | None
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
        keyframe=keyframe,
        due=updates_in_a_keyframe(timeline.run),
    )
