"""Going back, forth and across: the same bits as a session that keeps every state it was in."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.core.names import parameter_names
from app.session import keyframes, limits, writing
from app.session.database import Database
from app.session.errors import BranchNotFound, OutOfOrder, SpecError
from app.session.keeping import Keeping
from app.session.keyframes import FEW, MOST
from app.session.parsing import parsed_spec
from app.session.recording import BEGINNING, Moment
from app.session.restored import read, restored
from app.session.run import Unit
from app.session.session import Session
from app.session.slices import all_of
from app.session.spec import Spec, merged
from app.session.timeline import Timeline
from app.session.transcript import reading, told
from tests.session.specs import replayed, session

CHANGES: list[dict[str, Any]] = [
    {"optimizer": {"learning_rate": 0.1}},
    {"optimizer": "adam"},
    {"loss": "binary_crossentropy"},
    {"batch_size": 3},
    {"batch_size": 1, "shuffle": False},
    {"network": {"layers": [{"l2": 0.01, "trainable": False}, {}]}},
]

NAME = "1.kernel.0.0"


def _bits(one: Session) -> tuple[Any, ...]:
    slots = tuple(slot.tobytes() for slot in one.run.training.slots)
    history = tuple(map(str, one.history.entries()))
    return one.position, one.parameters().tobytes(), slots, history, one.spec


class Plain:
    """A run that only ever goes forward, by single layers, and keeps every state it was in."""

    def __init__(self, spec: Spec, engine: Any, until: Moment = BEGINNING) -> None:
        self.one = Session(spec, engine)
        self.changes: list[tuple[Moment, Any]] = []
        self.states = {BEGINNING: _bits(self.one)}
        assert until == BEGINNING

    @property
    def last(self) -> Moment:
        return next(reversed(self.states))

    def train_to(self, moment: Moment) -> None:
        assert self.last >= moment or self.last.changes == moment.changes, "it went another way"
        while self.last < moment:
            self.one.step("layer")
            self.states[self.one.timeline.moment] = _bits(self.one)

    def change(self, what: dict[str, Any]) -> None:
        self.changes.append((self.last, what))
        _change(self.one, what)
        self.states[self.one.timeline.moment] = _bits(self.one)

    def cut(self, moment: Moment) -> Plain:
        """Another that went as far as this, by itself."""
        copy = Plain(self.one.timeline.recording.spec, self.one.run.engine)
        for at, what in self.changes:
            if at < moment:
                copy.train_to(at)
                copy.change(what)
        copy.train_to(moment)
        return copy

    @property
    def start(self) -> Moment:
        number = 0
        while Moment(number, 0, 0) in self.states and (
            number == 0 or self.changes[number - 1][0] == Moment(number - 1, 0, 0)
        ):
            number += 1
        return Moment(number - 1, 0, 0)

    def epoch(self, epoch: int) -> Moment | None:
        """The first moment with so many epochs; of none, the one where training begins."""
        if epoch == 0:
            return self.start
        found = (at for at, (position, *_rest) in self.states.items() if position.epoch == epoch)
        return next(found, None)


def _change(one: Session, what: dict[str, Any]) -> None:
    if "edit" in what:
        one.edit_parameters(what["edit"])
    else:
        one.change_spec(parsed_spec(merged(one.spec, what)))


class Travels(RuleBasedStateMachine):
    """Every operation on a session's time, against runs that never went back."""

    def __init__(self) -> None:
        super().__init__()
        self.one = session(batch_size=2)
        self.plain = {self.name: Plain(self.one.spec, self.one.run.engine)}
        self.database = Database()
        self.keeping = Keeping(self.database)
        self.patches = pytest.MonkeyPatch()
        self.patches.setattr(writing, "KEYFRAME_SECONDS", 1e-9)
        self.patches.setattr(keyframes, "FEW", 3)

    def teardown(self) -> None:
        self.patches.undo()
        self.database.close()

    @property
    def name(self) -> str:
        return self.one.timeline.name

    @property
    def here(self) -> Moment:
        return self.one.timeline.moment

    @property
    def branch(self) -> Plain:
        return self.plain[self.name]

    @rule(unit=st.sampled_from(["layer", "phase", "batch", "epoch"]), count=st.integers(1, 5))
    def step(self, unit: Any, count: int) -> None:
        epoch, update = self.one.position.epoch, self.one.position.update
        self.one.step(unit, count)
        if unit == "epoch":
            assert self.one.position.epoch == epoch + count
            assert self.here == (self.branch.epoch(epoch + count) or self.here)
        elif unit == "batch":
            assert self.one.position.update == update + count

    @rule(name=st.sampled_from(["forward", "backward", "update"]), layers=st.none() | st.just(1))
    def phase(self, name: str, layers: int | None) -> None:
        before, former, here = _bits(self.one), self.name, self.here
        arguments = {} if name == "update" else {"layers": layers}
        try:
            getattr(self.one, name)(**arguments)
        except OutOfOrder:
            assert _bits(self.one) == before
        if self.name != former:
            self.plain[self.name] = self.plain[former].cut(here)

    @rule(place=st.integers(0, 12), value=st.floats(-3, 3))
    def edit(self, place: int, value: float) -> None:
        self.make({"edit": {parameter_names(self.one.run.network)[place]: value}})

    @rule(what=st.sampled_from(CHANGES))
    def spec(self, what: dict[str, Any]) -> None:
        if parsed_spec(merged(self.one.spec, what)) != self.one.spec:
            self.make(what)

    def make(self, what: dict[str, Any]) -> None:
        former, here, past = self.name, self.here, self.here < self.branch.last
        kept = dict(self.branch.states)
        _change(self.one, what)
        assert (self.name != former) == past
        if past:
            self.plain[self.name] = self.plain[former].cut(here)
            assert self.plain[former].states == kept
        plain = self.branch
        last = plain.changes[-1] if plain.changes else None
        again = Moment(len(plain.changes), here.update, 0)
        same = last and last[1].get("edit", {}).keys() == what.get("edit", {"": 0}).keys()
        if last and same and here == again and last[0].update == here.update:
            plain = self.plain[self.name] = plain.cut(last[0])
        plain.change(what)

    @rule(data=st.data())
    def rewind(self, data: st.DataObject) -> None:
        epochs = [position.epoch for position, *_rest in self.branch.states.values()]
        epoch = data.draw(st.integers(0, max(epochs)))
        self.one.rewind(epoch=epoch)
        assert self.here == self.branch.epoch(epoch)

    @rule(data=st.data())
    def rewind_to_an_update(self, data: st.DataObject) -> None:
        update = data.draw(st.integers(0, self.branch.last.update))
        self.one.rewind(update=update)
        first = next(at for at in self.branch.states if at.update == update)
        assert self.here == (first if update else self.branch.start)

    @rule(unit=st.sampled_from(["phase", "batch", "epoch"]))
    def back(self, unit: Any) -> None:
        before = self.here
        try:
            self.one.back(unit)
        except OutOfOrder:
            assert before == BEGINNING
        else:
            assert self.here < before
            rest = [at for at in self.branch.states if at > self.here]
            if all(at.update == self.here.update and at.progress == 0 for at in rest):
                self.plain[self.name] = self.branch.cut(self.here)  # undone

    @rule()
    def fork(self) -> None:
        former, here = self.name, self.here
        self.one.fork()
        self.plain[self.name] = self.plain[former].cut(here)

    @rule(data=st.data())
    def checkout(self, data: st.DataObject) -> None:
        self.one.checkout(data.draw(st.sampled_from(list(self.one.timeline.branches))))
        assert self.here == self.branch.last

    @rule()
    def reset(self) -> None:
        self.one.reset()
        self.plain[self.name] = Plain(self.one.spec, self.one.run.engine)

    @precondition(lambda self: len(self.one.timeline.branches) > 1)
    @rule()
    def delete(self) -> None:
        other = next(name for name in self.one.timeline.branches if name != self.name)
        self.one.delete_branch(other)

    @rule()
    def restart(self) -> None:
        """From plain data, as after a restart of the server."""
        timeline = self.one.timeline
        sent = json.dumps({n: told(b.recording) for n, b in timeline.branches.items()})
        again = Timeline.of({n: all_of(reading(d)) for n, d in json.loads(sent).items()}, self.name)
        with np.errstate(all="ignore"):
            again.go_to(self.here)
        self.one, self.keeping = Session(self.one.spec, timeline=again), Keeping(self.database)

    @rule()
    def keep(self) -> None:
        self.keeping.keep(self.one)

    @rule()
    def leave_and_come_back(self) -> None:
        """Out of memory, and from the database."""
        self.keeping.keep(self.one)
        rows = asyncio.run(read(self.database, self.one.id))
        self.one, self.keeping = asyncio.run(restored(rows, self.database))

    @invariant()
    def same_bits_as_in_a_run_that_never_went_back(self) -> None:
        assert set(self.plain) >= set(self.one.timeline.branches)
        self.one.timeline.branch.keyframes.spacing = 3  # so that short runs have some
        self.branch.train_to(self.here)
        assert _bits(self.one) == self.branch.states[self.here]
        assert self.one.timeline.recording.end == self.branch.last


Travels.TestCase.settings = settings(max_examples=100, stateful_step_count=25, deadline=None)
TestTravels = Travels.TestCase


def test_training_on_in_the_past_goes_along_with_its_changes() -> None:
    one = session()
    one.step("epoch", 3)
    one.edit_parameters({NAME: 2.0})
    one.step("epoch", 3)
    last = _bits(one)
    one.rewind(epoch=1)
    one.step("epoch", 5)
    assert _bits(one) == last
    assert list(one.timeline.branches) == ["Run 1"]


def test_a_change_that_was_undone_is_gone_when_one_trains_on() -> None:
    one, other = session(), session()
    one.step("epoch", 2)
    one.edit_parameters({NAME: 2.0})
    one.back("phase")
    for each in (one, other):
        each.step("epoch", 2 if each is one else 4)
    assert _bits(one) == _bits(other)
    assert list(one.timeline.branches) == ["Run 1"]


def test_a_change_in_the_past_begins_a_branch_and_the_old_one_stays() -> None:
    one = session()
    one.step("epoch", 6)
    last = _bits(one)
    one.rewind(epoch=2)
    one.edit_parameters({NAME: 2.0})
    assert one.timeline.name == "Run 2"
    branch = one.timeline.branch
    assert (branch.parent, branch.from_epoch) == ("Run 1", 2.0)
    one.step("epoch", 1)
    assert one.history.recorded == 3
    one.checkout("Run 1")
    assert _bits(one) == last


def test_what_was_changed_before_training_belongs_to_its_beginning() -> None:
    one = session()
    one.change_spec(parsed_spec(merged(one.spec, {"optimizer": {"learning_rate": 0.1}})))
    one.step("epoch", 3)
    one.rewind(epoch=0)
    assert one.spec.optimizer.learning_rate == 0.1
    one.back("phase")
    assert one.spec.optimizer.learning_rate == 0.5


def test_a_stop_comes_back_with_the_moment_that_it_was_at() -> None:
    one = session(
        network={"layers": [{"units": 2, "activation": "linear"}, {"units": 1}]},
        optimizer={"name": "sgd", "learning_rate": 3.0},
    )
    one.step("epoch", 2000)
    stopped, end = one.stopped, one.timeline.moment
    assert stopped is not None
    one.rewind(epoch=1)
    assert one.stopped is None
    one.step("epoch", 2000)
    assert one.timeline.moment == end
    assert one.stopped == stopped
    assert replayed(one.timeline.recording).stopped == stopped


def test_keyframes_stay_few_however_long_the_run_is() -> None:
    one = session()
    keyframes = one.timeline.branch.keyframes
    keyframes.spacing = 4
    for _ in range(20):
        one.step("epoch", 50)
        assert len(keyframes) <= MOST
    assert keyframes.spacing > 4
    last = _bits(one)
    one.rewind(update=777)
    one.step("epoch", 1000 - one.position.epoch)
    assert _bits(one) == last


def test_a_branch_that_was_left_is_still_reached_everywhere_soon() -> None:
    one = session()
    one.timeline.branch.keyframes.spacing = 4
    one.step("epoch", 1000)
    one.fork()
    one.checkout("Run 1")
    assert len(one.timeline.branch.keyframes) <= FEW + 2
    ways = [one.timeline.updates_to(Moment(0, update, 0)) for update in range(0, 2000, 7)]
    assert max(ways) <= 2000 / 16


@pytest.mark.parametrize(
    ("where", "pointer"), [({"epoch": 4}, "/epoch"), ({"update": 7}, "/update")]
)
def test_there_is_nothing_beyond_the_end(where: dict[str, int], pointer: str) -> None:
    one = session()
    one.step("epoch", 3)
    before = _bits(one)
    with pytest.raises(SpecError) as refused:
        one.rewind(**where)
    assert refused.value.errors[0][0] == pointer
    assert _bits(one) == before


def test_the_beginning_has_nothing_before_it() -> None:
    one = session()
    with pytest.raises(OutOfOrder, match="begins"):
        one.back("epoch")


def test_branches_are_named_found_and_deleted_by_name() -> None:
    one = session()
    one.step("epoch")
    one.fork("a try")
    one.rename_branch("a try", "better")
    assert one.timeline.name == "better"
    for wrong in ("", "a/b", "x" * (limits.MAX_NAME + 1), "Run 1"):
        with pytest.raises(SpecError):
            one.rename_branch("better", wrong)
    for unknown in (one.checkout, one.delete_branch):
        with pytest.raises(BranchNotFound):
            unknown("nowhere")
    with pytest.raises(OutOfOrder, match="present"):
        one.delete_branch("better")
    one.delete_branch("Run 1")
    assert list(one.timeline.branches) == ["better"]
    assert one.timeline.branch.parent is None


def test_the_branch_that_was_trained_least_makes_room_unless_somebody_named_it() -> None:
    one = session()
    one.step("epoch", 50)
    one.rewind(epoch=1)
    one.fork("named")
    for number in range(limits.MAX_BRANCHES - 2):
        one.fork()
        one.step("epoch", 1 if number == 7 else 2)
        assert one.timeline.made_room is None
    least = list(one.timeline.branches)[2 + 7]
    one.edit_parameters({NAME: 2.0})
    one.rewind(epoch=1)
    one.edit_parameters({NAME: 3.0})
    assert one.timeline.made_room == least
    assert least not in one.timeline.branches
    names = list(one.timeline.branches)
    assert len(names) == limits.MAX_BRANCHES
    assert names[:2] == ["Run 1", "named"]
    gone = one.timeline.made_room

    def on_a_full_disk() -> None:
        with one.whole():
            one.fork()
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        on_a_full_disk()
    assert (list(one.timeline.branches), one.timeline.made_room) == (names, gone)
    one.fork()
    names = list(one.timeline.branches)
    assert names[:2] == ["Run 1", "named"]
    for name in names:
        one.rename_branch(name, f"my {name}")
    before = _bits(one)
    with pytest.raises(OutOfOrder, match="Delete one"):
        one.fork()
    assert _bits(one) == before


@pytest.mark.parametrize("unit", ["epoch", "batch", "phase"])
def test_an_epoch_that_overflowed_is_not_recorded(unit: Unit) -> None:
    layers = [{"units": 2}, {"units": 1}]
    one = session(
        network={"layers": layers}, optimizer={"name": "sgd", "learning_rate": 3}, batch_size=4
    )
    one.step(unit, 2000)
    assert one.stopped is not None
    done = one.position.epoch
    assert done > 0
    one.rewind(epoch=0)
    assert one.history.recorded == done
    losses = [entry["train"]["loss"] for entry in one.history.entries(until=done + 1)]
    assert len(losses) == done
    assert np.isfinite(losses).all()


def test_a_refused_operation_leaves_the_names_of_branches_alone() -> None:
    one = session()
    one.step("epoch")
    one.fork()
    before = [vars(branch).copy() for branch in one.timeline.branches.values()]
    with pytest.raises(SpecError):
        one.rename_branch("Run 2", "Run 1")

    def on_a_full_disk() -> None:
        with one.whole():
            one.rename_branch("Run 1", "first")
            one.delete_branch("first")
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        on_a_full_disk()
    assert [vars(branch) for branch in one.timeline.branches.values()] == before
    assert list(one.timeline.branches) == ["Run 1", "Run 2"]


def test_the_branch_that_was_just_left_is_not_what_makes_room() -> None:
    one = session()
    one.step("epoch", 5)
    for number in range(limits.MAX_BRANCHES - 1):
        one.fork(f"mine {number}")
    one.checkout("Run 1")
    one.rewind(epoch=2)
    with pytest.raises(OutOfOrder, match="Delete one"):
        one.edit_parameters({NAME: 2.0})
    assert one.timeline.name == "Run 1"
    assert one.timeline.recording.epochs == 5


def test_a_name_is_not_part_of_time() -> None:
    one = session(name="first")
    one.step("epoch", 4)
    one.forward()
    one.change_spec(parsed_spec(merged(one.spec, {"name": "mine"})))
    assert one.position.phase == "forward"
    one.rewind(epoch=1)
    one.change_spec(parsed_spec(merged(one.spec, {"name": "my own"})))
    assert (one.name, one.spec.name, one.state()["spec"]["name"]) == ("my own",) * 3
    assert list(one.timeline.branches) == ["Run 1"]
    one.reset()
    assert one.name == "my own"


def test_a_new_start_keeps_what_was_trained_as_a_branch() -> None:
    one = session()
    one.edit_parameters({NAME: 1.0})
    one.reset()
    assert len(one.timeline.branches) == 1  # nothing was trained
    one.step("epoch", 4)
    trained = _bits(one)
    name = one.timeline.name
    one.reset()
    assert one.position.epoch == 0
    one.checkout(name)
    assert _bits(one) == trained


@pytest.mark.parametrize(
    ("field", "value", "pointer"),
    [
        ("engine", "abacus", "/engine"),
        ("update", -1, "/update"),
        ("update", 1.5, "/update"),
        ("progress", 99, "/update"),
        ("changes", [{"update": 2, "edit": {"nowhere": 1.0}}], "/changes/0/edit/nowhere"),
        ("changes", [{"update": 2}], "/changes/0"),
        ("changes", [{"update": 2, "edit": {NAME: 1}, "spec": {}}], "/changes/0"),
        ("changes", [{"update": 99, "edit": {NAME: 1.0}}], "/update"),
        ("changes", [{"update": 1, "spec": {"seed": "x"}}], ""),
        ("more", 1, "/more"),
    ],
)
def test_a_recording_that_makes_no_sense_is_refused_by_its_field(
    field: str, value: Any, pointer: str
) -> None:
    one = session()
    one.step("epoch", 3)
    data = told(one.timeline.recording)
    if pointer == "":
        assert all_of(reading({**data, field: value})).changes[0].spec.seed == one.spec.seed
        return
    with pytest.raises(SpecError) as refused:
        all_of(reading({**data, field: value}))
    assert refused.value.errors[0][0] == pointer
