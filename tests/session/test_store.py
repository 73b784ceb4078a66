"""Where sessions are kept: a limited number, the longest idle going first."""

from __future__ import annotations

import pytest

from app.session.errors import SessionNotFound, SpecError
from app.session.parsing import parsed_spec
from app.session.session import Session
from app.session.store import SessionStore
from tests.session.specs import XOR

SPEC = parsed_spec(XOR)


def _filled(limit: int) -> tuple[SessionStore, list[Session]]:
    store = SessionStore(limit)
    return store, [store.add(SPEC) for _ in range(limit)]


def _kept(store: SessionStore, session: Session) -> bool:
    return any(one is session for one in store)


def test_a_session_is_found_by_its_id() -> None:
    store, (one, other) = _filled(2)
    assert store.get(one.id) is one
    assert store.get(other.id) is other
    assert one.id != other.id
    assert len(store) == 2


@pytest.mark.parametrize("unknown", ["", "x", "../x", "a" * 22, "\ud800"])
def test_an_id_that_is_none(unknown: str) -> None:
    store, (one,) = _filled(1)
    with pytest.raises(SessionNotFound):
        store.get(unknown)
    with pytest.raises(SessionNotFound):
        store.delete(unknown)
    assert list(store) == [one]
    assert one.ended is None


def test_beyond_the_limit_the_longest_idle_goes() -> None:
    store, (first, second, third) = _filled(3)
    store.get(first.id)  # used again, so the second is next
    added = store.add(SPEC)
    assert len(store) == 3
    assert not _kept(store, second)
    assert second.ended == "deleted"
    assert [first.ended, third.ended, added.ended] == [None, None, None]
    with pytest.raises(SessionNotFound):
        store.get(second.id)


def test_one_that_somebody_follows_does_not_go_while_another_can() -> None:
    store, (first, second, third) = _filled(3)
    first.viewers = second.viewers = 1
    store.add(SPEC)
    assert not _kept(store, third)
    assert _kept(store, first)
    assert _kept(store, second)


def test_where_all_are_followed_the_longest_idle_goes_all_the_same() -> None:
    store, sessions = _filled(3)
    for one in sessions:
        one.viewers = 1
    added = store.add(SPEC)
    assert list(store) == [added, sessions[2], sessions[1]]
    assert sessions[0].ended == "deleted"


def test_a_spec_that_is_refused_costs_nobody_a_session() -> None:
    store, sessions = _filled(2)
    wide = [{"units": 3, "activation": "sigmoid"}]  # XOR has one target
    with pytest.raises(SpecError):
        store.add(parsed_spec(XOR | {"network": {"layers": wide}}))
    assert list(store) == sessions[::-1]
    assert [one.ended for one in sessions] == [None, None]


def test_they_are_listed_last_used_first() -> None:
    store, (first, second, third) = _filled(3)
    assert list(store) == [third, second, first]
    store.get(second.id)
    assert list(store) == [second, third, first]
    assert store.last_used(second) >= store.last_used(third) >= store.last_used(first)


def test_a_deleted_one_is_over_and_leaves_room() -> None:
    store, (first, second) = _filled(2)
    first.playing = {"epochs_per_second": 5.0}
    version = first.version
    store.delete(first.id)
    assert (first.ended, first.playing) == ("deleted", None)
    assert first.version > version  # its followers are told
    added = store.add(SPEC)
    assert list(store) == [added, second]
    assert second.ended is None


def test_when_the_server_stops_all_are_told_so() -> None:
    store, sessions = _filled(3)
    store.close()
    assert [one.ended for one in sessions] == ["shutdown"] * 3
