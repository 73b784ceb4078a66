"""What a session does: phases, steps, edits, changes of the spec, and what stops it."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.names import parameter_names
from app.session import limits
from app.session.errors import OutOfOrder, SpecError, TooManyWaiting
from app.session.parsing import parsed_spec
from app.session.play import Player
from app.session.playing import Playing
from app.session.position import Position
from app.session.presets import PRESETS
from app.session.session import Session
from app.session.spec import merged
from tests.session.specs import XOR, replayed, session

LINEAR = {"layers": [{"units": 1, "activation": "linear"}]}
XOR_OUTPUT = {"units": 1, "activation": "sigmoid"}


def _bits(one: Session) -> tuple[Any, ...]:
    slots = tuple(slot.tobytes() for slot in one.run.training.slots)
    history = tuple(map(str, one.history.entries()))
    return one.position, one.parameters().tobytes(), slots, history, one.stopped


def test_phases_follow_each_other_and_an_epoch_ends_with_its_last_batch() -> None:
    one = session()
    seen = []
    for _ in range(6):
        seen.append(one.position)
        one.step("phase")
    assert seen == [
        Position(0, 0, 0, "ready"),
        Position(0, 0, 0, "forward"),
        Position(0, 0, 0, "backward"),
        Position(0, 1, 1, "ready"),
        Position(0, 1, 1, "forward"),
        Position(0, 1, 1, "backward"),
    ]
    assert one.position == Position(1, 0, 2, "ready")
    assert [entry["epoch"] for entry in one.history.entries()] == [1]


@pytest.mark.parametrize(
    ("done", "refused", "advice"),
    [
        ([], "backward", "Call forward first"),
        ([], "update", "Call forward, then backward first"),
        (["forward"], "forward", "Go on with backward"),
        (["forward"], "update", "Call backward first"),
        (["forward", "backward"], "forward", "Go on with update"),
        (["forward", "backward"], "backward", "Go on with update"),
    ],
)
def test_a_phase_out_of_order_says_what_to_do_first(
    done: list[str], refused: str, advice: str
) -> None:
    one = session()
    for name in done:
        getattr(one, name)()
    before = _bits(one)
    with pytest.raises(OutOfOrder, match=advice):
        getattr(one, refused)()
    assert _bits(one) == before


PENALISED = {
    "layers": [{"units": 3, "activation": "tanh", "l1": 0.01, "l2": 0.02}, XOR_OUTPUT | {"l2": 0.1}]
}


@given(
    st.lists(st.sampled_from(["phase", "batch", "epoch"]), max_size=12),
    st.booleans(),
    st.sampled_from([XOR["network"], PENALISED]),
)
@settings(max_examples=60, deadline=None)
def test_however_steps_are_grouped_the_bits_are_the_same(
    units: Any, shuffle: bool, network: Any
) -> None:
    parts = {"batch_size": 3, "shuffle": shuffle, "optimizer": "adam", "metrics": ["mae", "r2"]}
    parts["network"] = network
    one, other = session(**parts), session(**parts)
    for unit in units:
        one.step(unit)
    while other.position != one.position:
        other.step("phase")
    assert _bits(one) == _bits(other)


OPERATIONS = st.one_of(
    st.tuples(st.just("step"), st.sampled_from(["phase", "batch", "epoch"]), st.integers(1, 4)),
    st.tuples(st.just("edit"), st.integers(0, 12), st.floats(-3, 3)),
    st.tuples(
        st.just("spec"),
        st.sampled_from(
            [
                {"optimizer": {"learning_rate": 0.1}},
                {"optimizer": "adam"},
                {"optimizer": {"name": "sgd", "momentum": 0.9}},
                {"loss": "binary_crossentropy"},
                {"batch_size": 3},
                {"shuffle": False},
                {"network": {"layers": [{"l2": 0.01, "trainable": False}, {}]}},
            ]
        ),
        st.none(),
    ),
)


@given(st.lists(OPERATIONS, max_size=10))
@settings(max_examples=60, deadline=None)
def test_the_recording_replayed_gives_the_same_bits(operations: list[Any]) -> None:
    one = session()
    for name, what, value in operations:
        if name == "step":
            one.step(what, value)
        elif name == "edit":
            place = parameter_names(one.run.network)[what]
            one.edit_parameters({place: value})
        else:
            one.change_spec(parsed_spec(merged(one.spec, what)))
    assert _bits(replayed(one.timeline.recording)) == _bits(one)


def test_a_step_that_fails_on_the_way_leaves_all_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = session()
    one.step("batch")
    one.forward()
    one.backward()
    before, calls = _bits(one), 0
    update = one.run.training.update

    def failing_update() -> None:
        nonlocal calls
        calls += 1
        if calls == 5:
            raise MemoryError
        update()

    monkeypatch.setattr(one.run.training, "update", failing_update)
    with pytest.raises(MemoryError):
        one.step("batch", 10)
    monkeypatch.undo()
    assert _bits(one) == before
    one.update()  # the batch at hand is still there, with its gradient
    assert one.position.phase == "ready"


def test_an_epoch_begun_is_finished_first_and_counts_as_one() -> None:
    one = session(batch_size=1)
    one.step("batch")
    one.step("epoch")
    assert one.position == Position(1, 0, 4, "ready")
    entries = one.step("epoch", 2)
    assert [entry["epoch"] for entry in entries] == [2, 3]


def test_reset_gives_the_start_again() -> None:
    one = session()
    start = _bits(one)
    one.step("epoch", 3)
    one.edit_parameters({"1.kernel.0.0": 2.0})
    one.reset()
    assert _bits(one) == start


def test_an_edit_lets_the_batch_at_hand_go() -> None:
    one = session()
    one.forward()
    one.edit_parameters({"1.kernel.0.2": 0.5, "2.bias.0": -1.0})
    assert one.position.phase == "ready"
    assert one.run.network.views(one.parameters())[0].kernel[0, 2] == 0.5


def test_an_edit_is_whole_or_not_at_all() -> None:
    one = session()
    before = _bits(one)
    with pytest.raises(SpecError) as caught:
        one.edit_parameters({"1.kernel.0.0": 1.0, "1.kernel.0.7": 1.0})
    assert caught.value.errors[0][0] == "/1.kernel.0.7"
    with pytest.raises(SpecError):
        session(loss="mse", data={"source": "plane"}, network=LINEAR).edit_parameters(
            {"1.kernel.0.0": 1e300}
        )
    assert _bits(one) == before


def test_a_step_far_too_large_stops_at_the_last_finite_state_and_explains_itself() -> None:
    one = session(
        network={"layers": [{"units": 4, "activation": "relu"}, {"units": 1}]},
        data={"source": "plane"},
        batch_size=10,
        optimizer={"name": "sgd", "learning_rate": 1e6},
    )
    one.step("epoch", 50)
    assert one.stopped is not None
    assert one.stopped.reason == "overflow"
    assert "learning rate of 0.01 instead of 1e+06" in one.stopped.advice
    assert np.isfinite(one.parameters()).all()
    assert np.isfinite(list(one.metrics()["train"].values())).all()
    stopped_at = _bits(one)
    one.step("epoch")  # it is deterministic: the next try ends at the same place
    assert _bits(one) == stopped_at
    one.change_spec(parsed_spec(merged(one.spec, {"optimizer": {"learning_rate": 0.001}})))
    assert one.stopped is None
    one.reset()
    one.step("epoch", 5)
    assert one.stopped is None
    assert one.position.epoch == 5


def test_saturated_units_stop_training_and_say_so() -> None:
    one = session(
        network={"layers": [{"units": 3, "activation": "sigmoid"}] * 2 + [XOR_OUTPUT]},
        optimizer={"name": "sgd", "learning_rate": 1e6},
        batch_size=4,
    )
    one.step("epoch", 50)
    assert one.stopped is not None
    assert one.stopped.reason == "no_gradient"
    assert one.position.epoch < 50


def test_a_fit_that_has_converged_is_not_called_stopped() -> None:
    one = session(
        network=LINEAR,
        data={"source": "inline", "inputs": [[0], [1], [2]], "targets": [[0], [2], [1]]},
        batch_size=3,
        optimizer={"name": "sgd", "learning_rate": 0.1},
    )
    one.step("epoch", 3000)
    assert one.position.epoch == 3000
    assert one.stopped is None


def test_changing_the_learning_rate_keeps_weights_and_slots() -> None:
    one = session(optimizer="adam")
    one.step("epoch", 3)
    before, slots = one.parameters().copy(), np.array(one.run.training.slots)
    anew = one.change_spec(parsed_spec(merged(one.spec, {"optimizer": {"learning_rate": 0.1}})))
    assert not anew
    assert np.array_equal(one.parameters(), before)
    assert np.array_equal(one.run.training.slots, slots)
    assert one.run.training.iteration == 6


def test_another_optimizer_begins_with_fresh_slots() -> None:
    one = session(optimizer="adam")
    one.step("epoch", 3)
    one.change_spec(parsed_spec(merged(one.spec, {"optimizer": "rmsprop"})))
    assert one.run.training.iteration == 0
    assert not any(slot.any() for slot in one.run.training.slots)
    assert one.position.update == 6


def test_another_network_starts_anew() -> None:
    one = session()
    one.step("epoch", 3)
    layers = [{"units": 4, "activation": "tanh"}, XOR_OUTPUT]
    assert one.change_spec(parsed_spec(XOR | {"network": {"layers": layers}}))
    assert one.position == Position(0, 0, 0, "ready")
    assert one.history.epochs == 0


def test_another_batch_size_takes_effect_within_the_epoch() -> None:
    one = session(batch_size=1)
    one.step("batch")
    one.change_spec(parsed_spec(merged(one.spec, {"batch_size": 2})))
    one.step("batch")
    one.step("batch")
    assert one.position == Position(1, 0, 3, "ready")


def test_the_gradient_of_the_batch_at_hand_is_not_that_of_the_training_set() -> None:
    one = session(batch_size=1)
    one.forward()
    one.backward()
    batch, _ = one.gradient("batch")
    assert np.array_equal(batch, one.run.training.gradient)
    train, _ = one.gradient("train")
    assert not np.allclose(batch, train)
    one.update()
    assert not np.array_equal(one.gradient("batch")[0], batch)


def test_looking_changes_nothing() -> None:
    one = session(batch_size=3)
    one.step("batch")
    before = _bits(one)
    one.gradient("batch")
    one.gradient("train")
    one.metrics()
    one.predictions()
    one.state()
    assert _bits(one) == before
    one.step("epoch")
    other = session(batch_size=3)
    other.step("epoch")
    assert _bits(one) == _bits(other)


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_preset_trains(name: str) -> None:
    one = Session(PRESETS[name].spec)
    before = one.metrics()["train"]["loss"]
    one.step("epoch", 30)
    assert one.stopped is None
    assert one.metrics()["train"]["loss"] < before


def test_the_articles_model_hardly_learns_xor_in_fifty_epochs() -> None:
    one = Session(PRESETS["article_keras"].spec)
    one.step("epoch", 50)
    assert one.metrics()["train"]["loss"] == pytest.approx(0.25, abs=0.05)


def test_the_history_of_a_long_run_is_thinned_without_losing_its_spikes() -> None:
    one = session()
    one.step("epoch", 3000)
    loss = one.history.column("fit", "loss")
    loss[1234] = 99.0  # a spike
    thinned = one.history.entries(most=200)
    assert len(thinned) <= 201
    assert 1235 in [entry["epoch"] for entry in thinned]
    assert thinned[-1]["epoch"] == 3000
    assert one.history.entries(since=2990, most=200) == one.history.entries(since=2990)


def test_operations_run_one_at_a_time_and_a_long_queue_is_refused() -> None:
    one = session()

    async def many() -> list[Any]:
        waiting = [one.perform(lambda: one.step("epoch", 200), seconds=1.0)]
        waiting += [one.perform(one.reset) for _ in range(limits.MAX_WAITING)]
        return await asyncio.gather(*waiting, return_exceptions=True)

    results = asyncio.run(many())
    assert sum(isinstance(result, TooManyWaiting) for result in results) == 1
    assert len(results[0]) == 200
    assert one.position.epoch == 0


@pytest.mark.parametrize("after", [["step"], ["forward", "backward", "update", "forward"]])
def test_the_recording_of_a_run_that_stopped_replays_too(after: list[str]) -> None:
    layers = [{"units": 3, "activation": "sigmoid"}, {"units": 3, "activation": "sigmoid"}]
    one = session(
        network={"layers": [*layers, XOR_OUTPUT]},
        optimizer={"name": "sgd", "learning_rate": 1e6},
        batch_size=4,
    )
    one.step("epoch", 10)
    assert one.stopped
    for name in after:
        one.step("epoch", 3) if name == "step" else getattr(one, name)()
    assert _bits(replayed(one.timeline.recording)) == _bits(one)


def test_numbers_that_overflow_at_ordinary_sizes_are_refused() -> None:
    one = session(
        network={"layers": [{"units": 1, "activation": "exponential"}, {"units": 1}]},
        data={"source": "inline", "inputs": [[1.0]], "targets": [[1e5]]},
    )
    before = _bits(one)
    with pytest.raises(SpecError, match="overflow"):
        one.edit_parameters({"1.bias.0": 709.0})
    assert _bits(one) == before


def test_a_mere_look_at_the_next_batch_does_not_outlast_a_change_of_the_spec() -> None:
    one, other = session(batch_size=1), session(batch_size=1)
    one.gradient("batch")  # draws the shuffled order of the epoch
    unshuffled = parsed_spec(merged(one.spec, {"shuffle": False}))
    for each in (one, other):
        each.change_spec(unshuffled)
        each.step("batch")
    assert _bits(one) == _bits(other)


def test_a_refused_phase_leaves_a_stopped_run_stopped() -> None:
    one = session(
        network={"layers": [{"units": 4, "activation": "relu"}, {"units": 1}]},
        data={"source": "plane"},
        batch_size=10,
        optimizer={"name": "sgd", "learning_rate": 1e6},
    )
    one.step("epoch", 50)
    before = _bits(one)
    assert one.stopped
    refused = "forward" if one.position.phase == "backward" else "backward"
    with pytest.raises(OutOfOrder):
        getattr(one, refused)()
    assert _bits(one) == before


@pytest.mark.parametrize("layers", [None, 1])
def test_a_phase_by_hand_ends_play(layers: int | None) -> None:
    one = session()
    one.playing = Playing(5.0)
    one.forward(layers)
    assert one.playing is None


def test_play_ends_at_the_last_epoch_that_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_EPOCHS", 50)
    one = session()

    async def play() -> None:
        one.viewers = 1
        player = Player(1.0)
        await player.play(one, None)
        while one.playing is not None:
            await one.called.wait()

    asyncio.run(play())
    assert one.position.epoch == 50


def test_the_first_example_without_a_zero_is_in_focus_from_the_start() -> None:
    one = session()
    assert one.focus == 3  # of XOR's, 1 and 1
    one.set_focus(1)
    one.step("epoch")
    one.reset()
    one.change_spec(parsed_spec(merged(one.spec, {"seed": 5})))
    assert one.focus == 1  # a choice stays while its data do
    one.change_spec(parsed_spec(merged(one.spec, {"data": {"source": "circle"}})))
    assert one.focus == 0
    zeros = {"source": "inline", "inputs": [[0, 1], [0, 2]], "targets": [[0], [1]]}
    assert session(data=zeros).focus == 0


def test_the_only_example_is_named_as_such() -> None:
    data = {"source": "inline", "inputs": [[1, 1]], "targets": [[1]]}
    one = session(data=data)
    with pytest.raises(SpecError, match="There is but one example"):
        one.set_focus(1)
    with pytest.raises(SpecError, match="from 0 to 3"):
        session().set_focus(4)


def test_how_long_an_operation_takes_is_asked_when_its_turn_has_come() -> None:
    """What it is to do may be possible only then."""

    async def drive(one: Session) -> None:
        await asyncio.gather(
            one.perform(lambda: one.step("epoch", 200), seconds=1.0),
            one.perform(lambda: one.rewind(epoch=150), lambda: one.seconds_to_rewind(epoch=150)),
        )

    one = session()
    asyncio.run(drive(one))
    assert one.position.epoch == 150
    assert one.history.recorded == 200
