"""The diagnosis in words: what is seen, and advice that fits the moment."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from app.session.diagnosis import diagnosis
from app.session.gradient_norms import MOST_ENTRIES, GradientNorms
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


def _deep(units: int, layers: int, activation: str, **options: Any) -> Session:
    hidden = [{"units": units, "activation": activation, **options}] * layers
    return _session(
        network={"layers": [*hidden, {"units": 1, "activation": activation, **options}]}
    )


def test_layers_where_the_gradient_vanishes_are_told_of_in_one_sentence() -> None:
    for layers, named in ((7, "in layers 1 and 2"), (9, "in layers 1 to 5")):
        (found,) = diagnosis(_deep(4, layers - 1, "sigmoid").run)["findings"]
        assert found["kind"] == "vanishing"
        assert named in found["sentence"]
        assert re.search(
            r"the deltas are [\d,]+ to ([\d,]+|more than a million) times", found["sentence"]
        )
        assert found["layer"] == 1
        assert found["layers"] == list(range(1, 1 + len(found["layers"])))
        # Two digits are enough for a reader.
        for figure in re.findall(r"\d[\d,]*", found["sentence"].split("deltas are")[1]):
            assert len(figure.replace(",", "").rstrip("0")) <= 2


def test_numbers_that_explode_before_the_first_step_are_told() -> None:
    spread = {"name": "random_normal", "stddev": 3}
    session = _deep(4, 4, "linear", kernel_initializer=spread)
    (found,) = diagnosis(session.run)["findings"]
    assert found["kind"] == "exploding"
    assert found["layers"] == [1, 2, 3, 4, 5]
    assert "smaller starting weights" in found["advice"]
    assert "learning rate" not in found["advice"]


def _over_time(session: Session) -> tuple[list[float], list[list[float]]]:
    told = diagnosis(session.run)["gradient_norms_over_time"]
    return told["epochs"], told["norms"]


def test_the_gradient_by_layer_is_kept_whenever_it_is_looked_at() -> None:
    session = _session(batch_size=2)
    norms = [diagnosis(session.run)["gradient_norms"]]
    for unit in ("epoch", "batch", "batch"):
        session.step(unit)
        norms.append(diagnosis(session.run)["gradient_norms"])
        diagnosis(session.run)  # looking twice makes no second entry
    session.step("epoch", 3)
    assert _over_time(session) == (
        [0.0, 1.0, 1.5, 2.0, 5.0],
        [*norms, diagnosis(session.run)["gradient_norms"]],
    )
    session.edit_parameters({"2.bias.0": 1.0})
    epochs, edited = _over_time(session)
    assert epochs == [0.0, 1.0, 1.5, 2.0, 5.0]
    assert edited[-1] == diagnosis(session.run)["gradient_norms"]
    session.reset()
    assert _over_time(session) == ([0.0], norms[:1])


def test_of_many_gradients_some_are_kept_evenly() -> None:
    norms = GradientNorms()
    for update in range(20_000):
        norms.add(update, update / 4, [1.0, float(update)])
        assert len(norms.told()["epochs"]) <= MOST_ENTRIES
    told = norms.told()
    assert (told["epochs"][0], told["epochs"][-1]) == (0.0, 19_999 / 4)
    assert told["norms"][-1] == [1.0, 19_999.0]
    assert len(told["epochs"]) > MOST_ENTRIES / 2 - 2
    gaps = [after - before for before, after in pairwise(told["epochs"][:-1])]
    assert max(gaps) <= 2.1 * min(gaps)
