"""Sessions written down and read again: the same to the bit, and no more written than changed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.session import conditions, keyframes, writing
from app.session.branches import Branch
from app.session.conditions import Once
from app.session.database import Database
from app.session.engines import ENGINES
from app.session.errors import CannotKeep, CannotRestore, SessionNotFound
from app.session.keeping import Keeping
from app.session.kept import DAY, KeptSessions
from app.session.keyframes import FEW
from app.session.parsing import parsed_spec
from app.session.playing import PlayEnd, Playing, Until
from app.session.recording import Moment
from app.session.restored import Restored, read, restored
from app.session.schema import MIGRATIONS
from app.session.session import Session
from app.session.spec import merged
from tests.session.specs import session as new_session


class Recorder(Database):
    """A database that notes the statements it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[str] = []

    def write(self, statements: Any) -> None:
        super().write(statements)
        self.written += [statement.split("\n")[0] for statement, _values in statements]


@pytest.fixture
def database() -> Recorder:
    return Recorder()


def _restored(database: Database, session_id: str) -> Restored:
    async def come_back() -> Restored:
        return await restored(await read(database, session_id), database)

    return asyncio.run(come_back())


def _again(database: Database, session: Session) -> Session:
    return _restored(database, session.id)[0]


def _count(database: Database, table: str) -> int:
    count: int = database.read(f"SELECT count(*) FROM {table}")[0][0]
    return count


def _all_of(session: Session) -> dict[str, Any]:
    """All that is seen of a session, its numbers as they are."""
    return {
        "id": session.id,
        "watch_id": session.watch_id,
        "state": {**session.state(), "playing": None},
        "parameters": session.parameters().tobytes(),
        "slots": [slot.tobytes() for slot in session.run.training.slots],
        "gradient": session.gradient("train")[0].tobytes(),
        "focus": session.focus,
        "chosen": session.chosen,
        "operation": session.operation,
        "made": session.timeline.made,
        "branches": {
            name: _all_of_branch(branch) for name, branch in session.timeline.branches.items()
        },
    }


def _all_of_branch(branch: Branch) -> dict[str, Any]:
    history = branch.history
    return {
        "recording": branch.recording,
        "history": history.rows(0, history.recorded).tobytes(),
        "at_end": branch.at_end,
        "about": (branch.named, branch.parent, branch.from_epoch, branch.left, branch.compared),
    }


def _rate(session: Session, rate: float) -> None:
    optimizer = session.spec.optimizer.model_copy(update={"learning_rate": rate})
    session.change_spec(session.spec.model_copy(update={"optimizer": optimizer}))


STORY: list[Callable[[Session], object]] = [
    lambda one: one.step("epoch", 5),
    lambda one: one.forward(),
    lambda one: one.backward(1),
    lambda one: one.set_focus(3),
    lambda one: one.choose("1.kernel.0.1"),
    lambda one: one.step("batch"),
    lambda one: one.edit_parameters({"1.kernel.0.0": 0.1}),
    lambda one: one.edit_parameters({"1.kernel.0.0": 0.2}),
    lambda one: one.step("epoch", 3),
    lambda one: one.edit_parameters({"1.kernel.0.0": 0.5}),
    lambda one: one.edit_parameters({"1.kernel.0.0": 0.25}),
    lambda one: one.back("phase"),
    lambda one: _rate(one, 0.125),
    lambda one: one.rewind(epoch=2),
    lambda one: _rate(one, 0.25),
    lambda one: one.step("epoch", 4),
    lambda one: one.fork("a name"),
    lambda one: one.step("batch", 3),
    lambda one: one.checkout("Run 1"),
    lambda one: one.rename_branch("Run 2", "another"),
    lambda one: one.rewind(update=7),
    lambda one: one.back("phase"),
    lambda one: one.step("epoch", 30),
    lambda one: one.reset(),
    lambda one: one.step("layer"),
    lambda one: one.delete_branch("another"),
    lambda one: one.start_anew(new_session(data={"source": "xor"}, seed=3).spec),
    lambda one: one.step("epoch", 2),
]


@pytest.fixture(params=["few keyframes", "as many as can be"])
def however_many_keyframes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of short trainings none is kept otherwise."""
    if request.param == "as many as can be":
        monkeypatch.setattr(writing, "KEYFRAME_SECONDS", 1e-9)
        monkeypatch.setattr(keyframes, "SECONDS_APART", 1e-9)


def test_after_every_operation_it_comes_back_as_it_is(
    database: Recorder, however_many_keyframes: None
) -> None:
    session, keeping = new_session(optimizer="adam"), Keeping(database)
    keeping.keep(session)
    assert _all_of(_again(database, session)) == _all_of(session)
    for operation in STORY:
        operation(session)
        keeping.keep(session)
        assert _all_of(_again(database, session)) == _all_of(session)
    assert list(session.timeline.branches) == ["Run 1", "a name", "Run 4"]


def test_one_that_came_back_is_kept_on(database: Recorder, however_many_keyframes: None) -> None:
    session, keeping = new_session(), Keeping(database)
    keeping.keep(session)
    for operation in STORY:
        again, keeping = _restored(database, session.id)
        operation(session)
        operation(again)
        keeping.keep(again)
        session.timeline.switches = again.timeline.switches
        for name, branch in session.timeline.branches.items():
            branch.left = again.timeline.branches[name].left
        assert _all_of(again) == _all_of(session)


@pytest.mark.parametrize(
    "playing",
    [
        Playing(None),
        Playing(5.0, Until(12), from_epoch=3, from_loss=0.5, reached=4.0),
        Playing(None, Until(None, 0.25), from_loss=0.5),
    ],
)
def test_why_play_ended_is_kept_until_it_plays_again(database: Recorder, playing: Playing) -> None:
    session, keeping = new_session(), Keeping(database)
    keeping.keep(session)
    session.play_end = PlayEnd("epoch", playing, epoch=12, update=24)
    keeping.keep(session)
    again, keeping = _restored(database, session.id)
    assert repr(again.play_end) == repr(session.play_end)  # a loss may be NaN
    again.play_end = None
    keeping.keep(again)
    assert _again(database, again).play_end is None


def test_one_that_came_back_writes_nothing_until_it_changes(database: Recorder) -> None:
    session, keeping = new_session(), Keeping(database)
    for operation in STORY:
        operation(session)
    keeping.keep(session)
    again, keeping = _restored(database, session.id)
    keeping.keep(again)
    database.written.clear()
    keeping.keep(again)
    assert database.written == []


def test_a_step_writes_one_row(database: Recorder) -> None:
    session, keeping = new_session(), Keeping(database)
    session.step("epoch")
    keeping.keep(session)
    for _ in range(3):
        database.written.clear()
        session.step("epoch")
        keeping.keep(session)
        assert database.written == ["UPDATE reached"]


def test_an_edit_writes_itself_and_not_those_before_it(database: Recorder) -> None:
    session, keeping = new_session(), Keeping(database)
    for _ in range(5):
        session.edit_parameters({"1.kernel.0.0": 0.25})
        session.step("epoch")
        keeping.keep(session)
    database.written.clear()
    session.edit_parameters({"1.kernel.0.0": 0.5})
    session.step("epoch")
    keeping.keep(session)
    assert (
        sum(statement.startswith("INSERT OR REPLACE INTO change") for statement in database.written)
        == 1
    )


def test_data_are_written_once_for_all_branches(database: Recorder) -> None:
    session, keeping = new_session(), Keeping(database)
    for _ in range(4):
        session.step("epoch")
        keeping.keep(session)
        session.reset()
    keeping.keep(session)
    assert database.read("SELECT count(*) FROM given") == [(1,)]
    session.start_anew(new_session(data={"source": "and"}).spec)
    keeping.keep(session)
    assert database.read("SELECT count(*) FROM given") == [(2,)]
    for name in [name for name in session.timeline.branches if name != session.timeline.name]:
        session.delete_branch(name)
    keeping.keep(session)
    assert database.read("SELECT count(*) FROM given") == [(1,)]


def test_where_it_cannot_be_written_the_next_time_writes_all(database: Recorder) -> None:
    session, keeping = new_session(), Keeping(database)
    keeping.keep(session)
    session.step("epoch")
    session.rewind(epoch=0)
    _rate(session, 0.125)
    session.step("epoch", 2)
    before = database.read("SELECT * FROM reached")
    pages = database.read("PRAGMA page_count")[0][0]
    database.read(f"PRAGMA max_page_count = {pages}")
    session.edit_parameters({f"1.kernel.{row}.{unit}": 0.1 for row in (0, 1) for unit in (0, 1, 2)})
    for name in range(15):
        session.fork(f"{name} " + "x" * 90)
    with pytest.raises(CannotKeep) as refused:
        keeping.keep(session)
    assert refused.value.full
    assert database.read("SELECT * FROM reached") == before
    database.read("PRAGMA max_page_count = 1000000")
    keeping.keep(session)
    assert _all_of(_again(database, session)) == _all_of(session)


# Keyframes


@pytest.fixture
def short_keyframes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A keyframe after every few epochs."""
    monkeypatch.setattr(writing, "KEYFRAME_SECONDS", 1e-3)
    monkeypatch.setattr(keyframes, "SECONDS_APART", 2e-5)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", {"name": "adamw", "learning_rate": 0.01}])
def test_a_long_training_is_taken_up_from_a_keyframe(
    database: Recorder, short_keyframes: None, optimizer: Any
) -> None:
    session, keeping = new_session(optimizer=optimizer, metrics=["mae"]), Keeping(database)
    keeping.keep(session)
    for _ in range(40):
        session.step("epoch", 10)
        keeping.keep(session)
    ((epochs, count),) = database.read("SELECT max(epochs), count(*) FROM keyframe")
    assert epochs > 300
    assert count > 1
    assert _all_of(_again(database, session)) == _all_of(session)
    again, _keeping = _restored(database, session.id)
    for one in (session, again):
        one.step("epoch", 7)
        one.rewind(epoch=333)
        one.step("batch")
    assert again.parameters().tobytes() == session.parameters().tobytes()


def test_one_that_leaves_memory_has_little_to_train_again(
    database: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, keeper = new_session(), Keeping(database)
    monkeypatch.setattr(writing, "KEYFRAME_SECONDS", 400 * session.seconds("batch", 1))
    session.step("epoch", 100)
    keeper.keep(session)
    assert database.read("SELECT count(*) FROM keyframe") == [(0,)]
    keeper.keep(session, leaving=True)
    assert database.read("SELECT max(epochs) FROM keyframe") == [(session.position.epoch,)]
    assert _all_of(_again(database, session)) == _all_of(session)
    database.written.clear()
    session.step("epoch")
    keeper.keep(session, leaving=True)
    assert database.written == ["UPDATE reached"]
    keeper.keep(session, leaving=True)
    assert database.written == ["UPDATE reached"]


def test_a_keyframe_of_what_was_cut_off_goes(database: Recorder, short_keyframes: None) -> None:
    session, keeping = new_session(), Keeping(database)
    session.step("epoch", 200)
    keeping.keep(session)
    session.edit_parameters({"1.kernel.0.0": 1.0})
    keeping.keep(session)
    session.step("epoch", 200)
    keeping.keep(session)
    assert database.read("SELECT max(changes) FROM keyframe") == [(1,)]
    session.rewind(epoch=200)
    session.back("batch")
    session.step("epoch")
    keeping.keep(session)
    assert _all_of(_again(database, session)) == _all_of(session)


def test_a_keyframe_of_a_change_that_was_undone_goes(
    database: Recorder, short_keyframes: None
) -> None:
    session, keeping = new_session(), Keeping(database)
    session.step("epoch", 200)
    _rate(session, 0.125)
    keeping.keep(session)
    assert (1,) in database.read("SELECT changes FROM keyframe")
    session.back("phase")
    _rate(session, 0.25)
    keeping.keep(session)
    assert (1,) not in database.read("SELECT changes FROM keyframe")
    assert _all_of(_again(database, session)) == _all_of(session)


def test_one_that_came_back_reaches_every_moment_soon(
    database: Recorder, short_keyframes: None
) -> None:
    session, keeping = new_session(), Keeping(database)
    for _ in range(40):
        session.step("epoch", 25)
        keeping.keep(session)
    session.rewind(epoch=300)
    session.fork()
    keeping.keep(session)
    again = _again(database, session)
    for name, updates in (("Run 2", 600), ("Run 1", 2000)):
        again.checkout(name)
        ways = [again.timeline.updates_to(Moment(0, at, 0)) for at in range(0, updates, 7)]
        assert max(ways) <= updates / 10
        again.rewind(epoch=111)
        session.checkout(name)
        session.rewind(epoch=111)
        assert again.parameters().tobytes() == session.parameters().tobytes()
    assert database.read("SELECT count(*) FROM keyframe")[0][0] <= 2 * (FEW + 1)


def test_one_in_an_older_file_comes_back_and_is_kept_on(
    database: Recorder, short_keyframes: None, tmp_path: Path
) -> None:
    session, keeper = new_session(), Keeping(database)
    for operation in STORY:
        operation(session)
        keeper.keep(session)
    session.step("epoch", 300)
    keeper.keep(session)
    path = tmp_path / "sessions.sqlite3"
    # One keyframe of a branch, not why play ended, and history that branches do not share.
    older = Database(path, MIGRATIONS[:1])
    for table in ("session", "given", "branch", "reached", "change", "keyframe", "history"):
        names = [name for _number, name, *_rest in older.read(f"PRAGMA table_info({table})")]
        source = f"{table} JOIN stretch ON key = stretch" if table == "history" else table
        rows = database.read(f"SELECT {', '.join(names)} FROM {source}")
        if table == "keyframe":
            rows = list({row[0]: row for row in sorted(rows)}.values())  # the last of each
        marks = ", ".join("?" * len(names))
        older.write([(f"INSERT INTO {table} VALUES ({marks})", row) for row in rows])
    older.close()
    newer = Database(path)
    again, keeper = _restored(newer, session.id)
    assert _all_of(again) == _all_of(session)
    more = "SELECT count(*) > count(DISTINCT branch) FROM keyframe"
    assert newer.read(more) == [(False,)]
    again.step("epoch", 300)
    keeper.keep(again)
    assert newer.read(more) == [(True,)]
    assert _all_of(_again(newer, again)) == _all_of(again)
    newer.close()


def test_history_in_many_rows(
    database: Recorder, short_keyframes: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "ROWS_TOGETHER", 16)
    session, keeper = (
        new_session(data={"source": "circle", "test_fraction": 0.5}),
        Keeping(database),
    )
    for _ in range(10):
        session.step("epoch", 9)
        keeper.keep(session)
    assert database.read("SELECT count(*) FROM history")[0][0] > 3
    assert _all_of(_again(database, session)) == _all_of(session)


@pytest.fixture
def long(
    database: Recorder, short_keyframes: None, monkeypatch: pytest.MonkeyPatch
) -> tuple[Session, Keeping]:
    """One whose history is kept in many stretches."""
    monkeypatch.setattr(writing, "ROWS_TOGETHER", 16)
    session, keeper = new_session(), Keeping(database)
    for _ in range(10):
        session.step("epoch", 30)
        keeper.keep(session)
    return session, keeper


def test_branches_share_the_history_that_they_have_in_common(
    database: Recorder, long: tuple[Session, Keeping]
) -> None:
    session, keeper = long
    written = _count(database, "stretch")
    session.rewind(epoch=200)
    session.edit_parameters({"1.kernel.0.0": 0.5})
    keeper.keep(session)
    shared = "SELECT count(*) FROM history GROUP BY stretch HAVING count(*) > 1"
    assert len(database.read(shared)) == 200 // 16
    assert _count(database, "stretch") <= written + 1
    session.step("epoch", 300)
    keeper.keep(session)
    assert len(database.read(shared)) == 200 // 16
    assert _all_of(_again(database, session)) == _all_of(session)


def test_what_is_shared_stays_for_those_that_have_it(
    database: Recorder, long: tuple[Session, Keeping]
) -> None:
    session, keeper = long
    kept, written = KeptSessions(database), _count(database, "stretch")
    copied = kept.copy(session.id, "copy")
    assert _count(database, "stretch") == written
    session.fork("other")
    session.step("epoch", 100)
    keeper.keep(session)
    session.delete_branch("Run 1")
    keeper.keep(session)
    kept.delete(copied, for_good=True)
    while _count(database, "loose") > 0:
        kept.forget_loose_history()
    assert _count(database, "stretch") == _count(database, "history") > 0
    assert _all_of(_again(database, session)) == _all_of(session)


# On another engine


def test_where_its_engine_is_gone_numpy_goes_on_and_says_so(
    database: Recorder, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine != "compiled":
        pytest.skip("this is about the other engine")
    session, keeping = new_session(), Keeping(database)
    session.step("epoch", 20)
    keeping.keep(session)
    monkeypatch.setattr(ENGINES, "_code", None)
    again, keeping = _restored(database, session.id)
    assert (again.run.engine, again.engine_changed) == ("numpy", True)
    assert again.position == session.position
    np.testing.assert_allclose(again.parameters(), session.parameters(), rtol=1e-9)
    assert database.read("SELECT engine FROM branch") == [("compiled",)]  # nothing was done yet
    again.step("epoch")
    keeping.keep(again)
    assert database.read("SELECT engine FROM branch") == [("numpy",)]
    assert _again(database, again).parameters().tobytes() == again.parameters().tobytes()


def test_a_spec_that_this_version_does_not_know(database: Recorder) -> None:
    session, keeping = new_session(), Keeping(database)
    keeping.keep(session)
    database.write([("UPDATE branch SET spec = json_set(spec, '$.seed', -1)", ())])
    with pytest.raises(CannotRestore):
        _again(database, session)


def test_a_name_of_before_names_were_looked_at_is_no_hindrance(database: Recorder) -> None:
    session, keeping = new_session(), Keeping(database)
    session.change_spec(session.spec.model_copy(update={"batch_size": 1}))
    keeping.keep(session)
    name = "not\0 \u202e what it\tseems"
    for table in ("branch", "change"):
        database.write([(f"UPDATE {table} SET spec = json_set(spec, '$.name', ?)", (name,))])
    database.write([("UPDATE session SET name = ?", (name,))])
    again = _again(database, session)
    assert again.name == again.spec.name == "not what it seems"
    again.change_spec(parsed_spec(merged(again.spec, {"batch_size": 2})))
    assert again.timeline.recording.spec.name == "not what it seems"


@pytest.mark.parametrize("unknown", ["", "x", "a" * 22, "\ud800"])
def test_an_id_that_is_none(database: Recorder, unknown: str) -> None:
    with pytest.raises(SessionNotFound):
        asyncio.run(read(database, unknown))


# All that are kept


def _kept(database: Database, **parts: Any) -> Session:
    session = new_session(**parts)
    Keeping(database).keep(session)
    return session


def test_they_are_listed_last_used_first(database: Recorder) -> None:
    for number in range(7):
        session, keeping = new_session(name=f"Number {number}"), Keeping(database)
        session.step("epoch", number)
        keeping.used = 1000.0 + number
        keeping.keep(session)
    kept = KeptSessions(database)
    listed = kept.listed(most=3)
    assert [(one.name, one.epoch, one.used) for one in listed] == [
        ("Number 6", 6, 1006.0),
        ("Number 5", 5, 1005.0),
        ("Number 4", 4, 1004.0),
    ]
    assert listed[0].sizes == (2, 3, 1)
    assert [epoch for epoch, _cost in listed[0].curve] == list(range(7))
    assert listed[0].cost == pytest.approx(listed[0].curve[-1][1], rel=1e-3)
    assert [one.name for one in kept.listed(first=5, most=3)] == ["Number 1", "Number 0"]


@pytest.mark.parametrize(
    ("search", "names"), [("straße", ["STRASSE"]), ("%", ["50 %"]), ("'", []), ("s", ["STRASSE"])]
)
def test_names_are_searched_as_they_are_read(
    database: Recorder, search: str, names: list[str]
) -> None:
    _kept(database, name="STRASSE")
    _kept(database, name="50 %")
    kept = KeptSessions(database)
    assert [one.name for one in kept.listed(search)] == names
    assert kept.count(search) == len(names)


def test_only_those_asked_for_are_listed(database: Recorder) -> None:
    one, two, _three = (_kept(database, name=name) for name in ("One", "Two", "Three"))
    kept = KeptSessions(database)
    among = (one.id, "nobody's", two.watch_id, two.id)
    assert [listed.name for listed in kept.listed(among=among)] == ["Two", "One"]
    assert [listed.name for listed in kept.listed("t", among=among)] == ["Two"]
    assert (kept.count(among=among), kept.count("t", among=among)) == (2, 1)
    assert kept.listed(among=()) == []
    assert kept.count(among=()) == 0


def test_the_list_tells_where_one_stands_in_its_past(database: Recorder) -> None:
    session, keeping = new_session(), Keeping(database)
    session.step("epoch", 30)
    session.rewind(epoch=10)
    keeping.keep(session)
    (listed,) = KeptSessions(database).listed()
    assert (listed.epoch, listed.cost) == (10, session.metrics()["train"]["loss"])


def test_a_copy_has_the_same_branches_and_a_life_of_its_own(
    database: Recorder, short_keyframes: None
) -> None:
    session, keeping = new_session(name="one"), Keeping(database)
    for operation in STORY[:-2]:
        operation(session)
        keeping.keep(session)
    session.step("epoch", 300)
    keeping.keep(session)
    kept = KeptSessions(database)
    copy, copy_keeping = _restored(database, kept.copy(session.id, "other"))
    assert (copy.name, session.name) == ("other", "one")
    assert copy.parameters().tobytes() == session.parameters().tobytes()
    assert list(copy.timeline.branches) == list(session.timeline.branches)
    assert {copy.id, copy.watch_id}.isdisjoint({session.id, session.watch_id})
    copy.step("epoch", 5)
    copy_keeping.keep(copy)
    kept.delete(session.id, for_good=True)
    assert _again(database, copy).parameters().tobytes() == copy.parameters().tobytes()
    with pytest.raises(SessionNotFound):
        kept.copy(session.id, "third")


def test_one_that_plays_has_ended_where_it_comes_back_and_a_copy_has_not_begun(
    database: Recorder,
) -> None:
    session, keeping = new_session(), Keeping(database)
    session.step("epoch", 5)
    session.playing = Playing(5.0, Until(epoch=100), reached=4.9)
    keeping.keep(session)
    session.playing = replace(session.playing, reached=5.1)
    written = len(database.written)
    keeping.keep(session)
    assert len(database.written) == written  # its pace is not worth a row
    again, copy_id = _again(database, session), KeptSessions(database).copy(session.id, "copy")
    assert again.playing is None
    assert again.play_end == PlayEnd("restart", Playing(5.0, Until(epoch=100)), epoch=5, update=10)
    assert _restored(database, copy_id)[0].play_end is None


def test_a_deleted_one_leaves_nothing(database: Recorder, short_keyframes: None) -> None:
    session, keeping = new_session(), Keeping(database)
    for operation in STORY:
        operation(session)
        keeping.keep(session)
    session.step("epoch", 300)
    keeping.keep(session)
    kept = KeptSessions(database)
    kept.delete(session.id, for_good=True)
    while _count(database, "loose") > 0:
        kept.forget_loose_history()
    tables = ("session", "given", "branch", "reached", "change", "keyframe", "history", "stretch")
    assert [_count(database, table) for table in tables] == [0] * len(tables)


def test_a_deleted_one_can_be_brought_back_for_a_day(database: Recorder) -> None:
    session, kept = _kept(database, name="one"), KeptSessions(database)
    kept.delete(session.id, for_good=False)
    assert kept.deleted_name(session.id) == "one"
    assert kept.listed() == []
    with pytest.raises(SessionNotFound):
        asyncio.run(read(database, session.id))
    with pytest.raises(SessionNotFound):
        kept.delete(session.id, for_good=False)
    kept.clean_up()
    kept.bring_back(session.id)
    assert [one.name for one in kept.listed()] == ["one"]
    kept.delete(session.id, for_good=False)
    database.write([("UPDATE session SET deleted = deleted - ?", (1.1 * DAY,))])
    kept.clean_up()
    with pytest.raises(SessionNotFound):
        kept.bring_back(session.id)


def test_what_nobody_uses_for_long_is_found(database: Recorder) -> None:
    old, young = _kept(database), _kept(database)
    query = "UPDATE session SET used = used - ? WHERE id = ?"
    database.write([(query, (91 * DAY, old.id)), (query, (89 * DAY, young.id))])
    assert KeptSessions(database).unused(90) == [old.id]


# Requests with a key


def test_a_request_is_noted_together_with_what_it_did(database: Recorder) -> None:
    session, keeping = new_session(), Keeping(database)
    keeping.keep(session)
    token = conditions.once.set(Once(session.id, "key", "print"))
    try:
        session.step("epoch", 3)
        keeping.keep(session)
    finally:
        conditions.once.reset(token)
    query = "SELECT scope, key, fingerprint, state, status FROM reply"
    ((scope, key, fingerprint, state, status),) = database.read(query)
    assert (scope, key, fingerprint, status) == (session.id, "key", "print", None)
    assert json.loads(state) == json.loads(json.dumps(session.state()))
