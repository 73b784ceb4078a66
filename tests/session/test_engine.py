"""A session and its engine: it takes the best there is to begin with, and stays on it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from app.session.engines import Engines
from app.session.errors import OutOfOrder
from app.session.session import Session
from tests.environment import MACHINE_CODE
from tests.session.specs import replayed, session


def _bits(one: Session) -> tuple[Any, ...]:
    slots = np.array(one.run.training.slots).tobytes()
    history = tuple(map(str, one.history.entries()))
    return one.position, one.parameters().tobytes(), slots, history, one.stopped


@pytest.fixture
def before_and_after(monkeypatch: pytest.MonkeyPatch) -> tuple[Session, Session]:
    """A session that was made before the compiled engine was ready, and one that had begun."""
    engines = Engines()
    for module in ("app.session.run", "app.session.operations"):
        monkeypatch.setattr(f"{module}.ENGINES", engines)
    fresh, begun = session(), session()
    begun.step("batch")
    engines.warm_up(MACHINE_CODE)
    return fresh, begun


def test_a_session_takes_an_engine_that_became_ready_before_it_began(
    before_and_after: tuple[Session, Session],
) -> None:
    fresh, begun = before_and_after
    assert fresh.state()["engine"] == "numpy"
    fresh.forward()
    assert fresh.state()["engine"] == "compiled"
    begun.step("epoch", 3)
    assert begun.state()["engine"] == "numpy"
    begun.reset()
    assert begun.state()["engine"] == "compiled"


def test_a_phase_that_is_refused_leaves_the_engine_alone(
    before_and_after: tuple[Session, Session],
) -> None:
    fresh, _begun = before_and_after
    before = fresh.state()
    for refused in (fresh.backward, fresh.update, lambda: fresh.step("epoch", 10**9)):
        with pytest.raises(OutOfOrder):
            refused()
        assert fresh.state() == before
    assert before["engine"] == "numpy"
    fresh.forward()
    assert fresh.state()["engine"] == "compiled"


def test_a_step_that_fails_leaves_the_engine_alone(
    before_and_after: tuple[Session, Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh, _begun = before_and_after
    before = fresh.state(), _bits(fresh)

    def interrupted(*_arguments: Any) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(fresh.run, "epochs", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fresh.step("epoch")
    assert (fresh.state(), _bits(fresh)) == before
    monkeypatch.undo()
    fresh.step("epoch")


def test_a_replay_stays_on_the_engine_of_the_session(
    before_and_after: tuple[Session, Session],
) -> None:
    fresh, begun = before_and_after
    for one in (fresh, begun):
        one.step("epoch", 20)
        again = replayed(one.timeline.recording)
        assert again.run.engine == one.run.engine
        assert _bits(again) == _bits(one)
    assert fresh.run.engine != begun.run.engine


@pytest.mark.parametrize("batch_size", [1, 3, 32])
def test_many_epochs_have_the_bits_of_each_by_itself(batch_size: int) -> None:
    together, each, batches = (session(batch_size=batch_size, metrics=["mae"]) for _ in range(3))
    together.step("epoch", 30)
    for _epoch in range(30):
        each.step("epoch")
    while batches.position.epoch < 30:
        batches.step("phase")
    assert _bits(together) == _bits(each) == _bits(batches)


@pytest.mark.parametrize("learning_rate", [0.4, 3.0, 1e3])
def test_many_epochs_stop_where_single_ones_do(learning_rate: float) -> None:
    """A linear network that overshoots further each time, and overflows after a while."""
    spec: dict[str, Any] = {
        "network": {"layers": [{"units": 2, "activation": "linear"}, {"units": 1}]},
        "optimizer": {"name": "sgd", "learning_rate": learning_rate},
        "batch_size": 2,
    }
    together, each = session(**spec), session(**spec)
    together.step("epoch", 2000)
    while not each.stopped and each.position.epoch < 2000:
        each.step("epoch")
    assert _bits(together) == _bits(each)
    assert (together.stopped is not None) == (learning_rate > 1)


def test_epochs_that_are_never_calm_run_few_in_vain() -> None:
    """Each is looked at by itself; those that were run ahead of it must not be many."""
    one = session(network={"layers": [{"units": 1, "trainable": False}]})
    ran, run = 0, one.run.training.run_epochs

    def counted(*arguments: Any, **named: Any) -> Any:
        nonlocal ran
        epochs = run(*arguments, **named)
        ran += len(epochs.moved)
        return epochs

    one.run.training.run_epochs = counted  # type: ignore[method-assign]
    one.step("epoch", 200)
    assert one.position.epoch == 200
    assert ran < 1000


def test_a_network_that_has_learnt_by_heart_goes_on_or_says_why_not() -> None:
    """At the very bottom an epoch moves nothing, which is no reason to stop."""
    spec: dict[str, Any] = {
        "network": {"layers": [{"units": 1, "activation": "linear"}]},
        "data": {"source": "inline", "inputs": [[1.0], [2.0]], "targets": [[2.0], [4.0]]},
        "optimizer": {"name": "sgd", "learning_rate": 0.2},
    }
    together, each = session(**spec), session(**spec)
    together.step("epoch", 1500)
    for _epoch in range(1500):
        each.step("epoch")
    assert together.position.epoch == 1500
    assert _bits(together) == _bits(each)
