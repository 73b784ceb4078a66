"""Which branches are compared with the present one, and how their curves are told."""

from __future__ import annotations

from typing import Any

import pytest

from app.session import comparison
from app.session.errors import BranchNotFound, OutOfOrder
from app.session.frame import MOST_MARKS, state_frame
from app.session.parsing import parsed_spec
from app.session.session import Session
from tests.conftest import XOR


@pytest.fixture
def session() -> Session:
    """XOR after four epochs."""
    session = Session(parsed_spec(XOR))
    session.step("epoch", 4)
    return session


def _change(session: Session, **changes: Any) -> None:
    session.change_spec(parsed_spec(session.spec.model_dump(mode="json") | changes))


def _compared(session: Session) -> list[str]:
    return comparison.compared(session.timeline)


def test_the_branch_that_was_left_last_is_compared(session: Session) -> None:
    assert _compared(session) == []
    session.fork("second")
    assert _compared(session) == ["Run 1"]
    session.step("epoch")
    session.fork("third")
    assert _compared(session) == ["second"]
    session.checkout("Run 1")
    assert _compared(session) == ["third"]


def test_no_other_takes_the_place_of_one_that_was_deleted(session: Session) -> None:
    session.fork("second")
    session.step("epoch")
    session.fork("third")
    session.delete_branch("second")
    assert _compared(session) == []
    session.checkout("Run 1")
    assert _compared(session) == ["third"]


def test_what_people_say_counts_and_goes_with_the_branch_when_it_is_renamed(
    session: Session,
) -> None:
    session.fork("second")
    session.fork("third")
    comparison.compare(session.timeline, "Run 1", True)
    comparison.compare(session.timeline, "second", False)
    session.rename_branch("Run 1", "first")
    assert _compared(session) == ["first"]
    with pytest.raises(BranchNotFound):
        comparison.compare(session.timeline, "Run 1", True)


def test_no_more_are_drawn_at_once_than_can_be_told_apart(session: Session) -> None:
    for number in range(comparison.MOST_GHOSTS + 2):
        session.fork(f"branch {number}")
        comparison.compare(session.timeline, f"branch {number}", True)
    names = _compared(session)
    assert len(names) == comparison.MOST_GHOSTS
    assert names[-1] == f"branch {comparison.MOST_GHOSTS}"  # the next one is the present


def test_one_more_than_can_be_told_apart_is_refused_until_another_goes(session: Session) -> None:
    for number in range(comparison.MOST_GHOSTS):
        comparison.compare(session.timeline, session.timeline.name, True)
        session.fork(f"branch {number}")
    session.fork("one more")
    comparison.compare(session.timeline, "Run 1", False)
    before = _compared(session)
    assert len(before) == comparison.MOST_GHOSTS
    with pytest.raises(OutOfOrder, match="6 curves are drawn beside the present one already"):
        comparison.compare(session.timeline, "Run 1", True)
    assert _compared(session) == before
    comparison.compare(session.timeline, before[0], True)  # it is drawn already
    comparison.compare(session.timeline, before[0], False)
    comparison.compare(session.timeline, "Run 1", True)
    assert _compared(session) == ["Run 1", *before[1:]]


def test_what_goes_makes_room_and_none_that_waited_takes_it(session: Session) -> None:
    for number in range(comparison.MOST_GHOSTS + 2):
        comparison.compare(session.timeline, session.timeline.name, True)
        session.fork(f"branch {number}")
    drawn = _compared(session)
    comparison.compare(session.timeline, drawn[-1], False)
    assert _compared(session) == drawn[:-1]
    comparison.compare(session.timeline, "Run 1", True)
    assert _compared(session) == ["Run 1", *drawn[:-1]]


def test_another_loss_or_penalty_means_another_cost(session: Session) -> None:
    session.rewind(epoch=2)
    _change(session, loss="mae")
    assert _compared(session) == []
    assert not comparison.comparable(session.timeline, "Run 1")
    _change(session, loss="mse")
    assert _compared(session) == ["Run 1"]


def test_since_when_the_loss_has_meant_what_it_means(session: Session) -> None:
    assert comparison.loss_since(session.timeline.recording) == 0
    _change(session, optimizer="adam")
    assert comparison.loss_since(session.timeline.recording) == 0
    session.step("epoch", 2)
    _change(session, loss="mae")
    session.step("epoch")
    session.edit_parameters({"2.bias.0": 0.5})
    assert comparison.loss_since(session.timeline.recording) == 6
    session.rewind(epoch=1)  # it is told of the whole, wherever one stands
    assert comparison.loss_since(session.timeline.recording) == 6


def test_branches_that_began_as_one_are_told_from_new_beginnings(session: Session) -> None:
    session.rewind(epoch=2)
    session.edit_parameters({"2.bias.0": 0.5})
    session.step("epoch")
    assert comparison.share_a_past(session.timeline, "Run 1", "Run 2")
    session.reset()
    assert not comparison.share_a_past(session.timeline, "Run 1", "Run 3")
    assert not comparison.ghost(session.timeline, "Run 2")["whole"]
    comparison.compare(session.timeline, "Run 2", True)
    assert comparison.ghost(session.timeline, "Run 2")["whole"]


def test_what_is_compared_is_the_same_until_a_branch_changes(session: Session) -> None:
    session.fork("second")
    before = comparison.what_is_compared(session.timeline)
    session.step("epoch", 3)
    session.rewind(epoch=1)
    assert comparison.what_is_compared(session.timeline) == before
    session.rename_branch("Run 1", "first")
    assert comparison.what_is_compared(session.timeline) != before


def test_very_many_changes_are_marked_at_even_distances_up_to_the_last(session: Session) -> None:
    for number in range(MOST_MARKS + 5):
        session.edit_parameters({"2.bias.0": number / 1000})
        session.step("batch")
    marks = state_frame(session)["marks"]
    epochs = [mark["epoch"] for mark in marks]
    assert len(marks) <= MOST_MARKS
    assert epochs == sorted(epochs)
    assert epochs[-1] == session.position.epoch - 1
