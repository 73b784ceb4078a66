"""The diagnosis in words: what is seen, and advice that fits the moment."""

from __future__ import annotations

from typing import Any

from app.session.diagnosis import diagnosis
from app.session.parsing import parsed_spec
from app.session.presets import DEFAULT, PRESETS
from app.session.session import Session
from app.session.spec import merged

DEAD = [
    {"kernel": [[1, -1], [1, -1]], "bias": [0, -1]},
    {"kernel": [[1], [1]], "bias": [0]},
]
RELU = [{"units": 2, "activation": "relu"}, {"units": 1, "activation": "linear"}]


def _session(preset: str = DEFAULT, **changes: Any) -> Session:
    data = PRESETS[preset].spec.model_dump(mode="json") | changes
    return Session(parsed_spec(data))


def _advice(session: Session, kind: str) -> str:
    (advice,) = (f["advice"] for f in diagnosis(session.run)["findings"] if f["kind"] == kind)
    assert isinstance(advice, str)
    return advice


def test_a_unit_dead_from_the_start_is_not_helped_by_a_reset() -> None:
    session = _session(network={"layers": RELU, "weights": DEAD})
    assert "Reset" not in _advice(session, "dead")
    assert "learning rate" not in _advice(session, "dead")
    assert "other starting weights" in _advice(session, "dead")
    session.step("epoch")
    assert "other starting weights" in _advice(session, "dead")  # it was dead before


def test_a_unit_set_dead_by_hand_is_given_other_weights() -> None:
    session = _session(network={"layers": RELU, "weights": None})
    session.edit_parameters({"1.bias.0": -50.0})
    assert _advice(session, "dead").startswith("Give it another weight or bias")


def test_a_unit_that_died_in_training_may_be_reset() -> None:
    weights = [{"kernel": [[1, 1], [1, 1]], "bias": [0, -0.1]}, DEAD[1]]
    session = _session(
        network={"layers": RELU, "weights": weights},
        optimizer={"name": "sgd", "learning_rate": 0.9},
    )
    assert diagnosis(session.run)["findings"] == []
    session.step("epoch")
    assert "Reset" in _advice(session, "dead")


def test_a_network_stuck_before_its_first_step_is_not_told_to_step_less() -> None:
    weights = [
        {"kernel": [[-1, -1], [-1, -1]], "bias": [-1, -1]},
        {"kernel": [[1], [1]], "bias": [-1]},
    ]
    layers = [RELU[0], {"units": 1, "activation": "relu"}]
    session = _session(network={"layers": layers, "weights": weights})
    for _press in range(2):
        session.step("epoch")
        assert session.stopped is not None
        assert session.stopped.reason == "no_gradient"
        assert "Reset" not in session.stopped.advice
        assert "starting weights" in session.stopped.advice


def test_a_rate_that_doubled_the_cost_long_ago_is_named() -> None:
    session = _session(optimizer={"name": "sgd", "learning_rate": 100})
    session.step("epoch", 60)
    (found,) = (f for f in diagnosis(session.run)["findings"] if f["layer"] is None)
    assert found["kind"] == "risen"
    assert "1.9 times" in found["sentence"]
    assert found["advice"] == "Reset, and try a learning rate of 10 instead of 100."


def test_a_rate_just_changed_is_given_time() -> None:
    session = _session(optimizer={"name": "sgd", "learning_rate": 100})
    session.step("epoch", 60)
    session.change_spec(parsed_spec(merged(session.spec, {"optimizer": {"learning_rate": 0.1}})))
    assert {f["kind"] for f in diagnosis(session.run)["findings"]} & {"risen", "rising"} == set()
