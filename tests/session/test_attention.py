"""Work in the background lets those who wait go first, and is done all the same."""

from __future__ import annotations

import gc
import sys
import threading

import pytest

from app.session.attention import Attention

SECONDS = 30
"""After which something hangs."""


def _work(attention: Attention, done: list[str]) -> threading.Thread:
    """A thread that works beside others."""

    def work() -> None:
        done.append("work")

    def beside_others() -> None:
        with attention.others_first():
            work()

    thread = threading.Thread(target=beside_others, daemon=True)
    thread.start()
    return thread


def test_who_waits_is_answered_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.session.attention.ASIDE_SECONDS", SECONDS)
    attention, done = Attention(), list[str]()
    attention.asked()
    attention.asked()
    thread = _work(attention, done)
    attention.answered()
    thread.join(0.2)
    done.append("answer")
    attention.answered()
    thread.join(SECONDS)
    assert done == ["answer", "work"]


def test_what_takes_long_does_not_hold_it_up() -> None:
    """Else the two would wait for each other where the work holds what the answer needs."""
    attention, done = Attention(), list[str]()
    attention.asked()
    _work(attention, done).join(SECONDS)
    assert done == ["work"]
    assert attention.waiting == 1


def test_it_has_its_turns_after_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its turn is over before it begins; the next one comes with the next answer."""
    monkeypatch.setattr("app.session.attention.TURN_SECONDS", 0.0)
    monkeypatch.setattr("app.session.attention.QUIET_SECONDS", SECONDS)
    attention, done = Attention(), list[str]()
    attention.asked()
    attention.answered()
    thread = _work(attention, done)
    thread.join(0.2)
    assert done == []
    while thread.is_alive():
        attention.asked()
        attention.answered()
        thread.join(0.01)
    assert done == ["work"]


def test_all_is_as_it_was_before() -> None:
    before = sys.getswitchinterval(), sys.getprofile(), gc.isenabled()
    with Attention().others_first():
        assert not gc.isenabled()
        assert sys.getprofile() is not None
    assert (sys.getswitchinterval(), sys.getprofile(), gc.isenabled()) == before


@pytest.mark.parametrize("waiting", [False, True])
def test_it_begins_when_nobody_asks_or_after_a_while(
    waiting: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other of the two never comes."""
    never, soon = ("QUIET_SECONDS", "LATEST_SECONDS")[:: 1 if waiting else -1]
    monkeypatch.setattr(f"app.session.attention.{never}", 1e6)
    monkeypatch.setattr(f"app.session.attention.{soon}", 0.01)
    attention = Attention()
    if waiting:
        attention.asked()
    attention.wait_for_quiet(threading.Event())
    assert attention.waiting == waiting


def test_waiting_for_quiet_can_be_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QUIET_SECONDS", "LATEST_SECONDS"):
        monkeypatch.setattr(f"app.session.attention.{name}", 1e6)
    given_up = threading.Event()
    thread = threading.Thread(target=Attention().wait_for_quiet, args=(given_up,), daemon=True)
    thread.start()
    given_up.set()
    thread.join(SECONDS)
    assert not thread.is_alive()
