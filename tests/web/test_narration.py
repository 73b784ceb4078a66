"""The sentence under the phase bar."""

from __future__ import annotations

from typing import Any

import pytest

from app.session.limits import MAX_BRANCHES
from app.session.parsing import parsed_spec
from app.session.playing import Playing
from app.session.presets import DEFAULT, PRESETS
from app.session.session import Session
from app.web.narration import narrate
from app.web.sessions import driving
from app.web.workspace import workspace


def _session(preset: str = DEFAULT, **changes: Any) -> Session:
    data = PRESETS[preset].spec.model_dump(mode="json") | changes
    return Session(parsed_spec(data))


def _said(session: Session) -> str:
    return narrate(session).sentence.striptags()


def test_backward_names_the_steepest_slope_and_what_the_update_will_do() -> None:
    session = _session("article_2_2_2")
    session.forward()
    assert "For example 1 it says Y2 = 0.5320 where 0 is right" in _said(session)
    session.backward()
    assert _said(session) == (
        "Backward: W4 has the steepest slope, 0.1234. Raising it raises the cost. "
        "With a learning rate of 0.1 the update will lower it by 0.0123."
    )
    session.update()
    assert "W4 moved most: it fell by 0.0123, the learning rate 0.1 times" in _said(session)


def test_a_steeper_slope_of_what_is_not_trained_is_told() -> None:
    session = _session("worked_2_2_2")
    session.forward()
    session.backward()
    said = _said(session)
    assert said.startswith("Backward: V3 has the steepest slope, 0.0827.")
    assert said.endswith("bY1 is steeper, at 0.1385, but is not trained.")
    session.choose("2.bias.0")
    assert _said(session) == (
        "bY1 has slope 0.1385: raising it raises the cost. It is not trained: the update leaves it "
        "as it is."
    )
    session.choose("2.kernel.0.0")
    assert _said(session).endswith("bY1 is the steepest of all.")


def test_where_nothing_is_trained_no_update_is_foretold() -> None:
    layers = [{"units": 1, "trainable": False}]
    session = _session(DEFAULT, network={"layers": layers})
    session.forward()
    session.backward()
    assert _said(session) == "Backward: nothing is trained, so an update will change nothing."


def test_labels_can_be_chosen_and_signs_have_their_colours() -> None:
    session = _session("article_2_2_2")
    session.forward()
    session.backward()
    sentence = narrate(session).sentence
    assert 'data-choose="1.kernel.1.1"' in sentence
    assert '<span class="positive">0.1234</span>' in sentence


def test_xor_tells_why_it_hardly_learns() -> None:
    session = _session(DEFAULT)
    session.step("epoch", 50)
    said = _said(session)
    assert said.startswith("Epoch 50: the cost fell by less than 0.0001, to 0.26")
    assert "It hardly falls" in said
    assert "times the learning rate of 0.01" in said


def test_an_optimizer_with_steps_of_its_own_is_told_otherwise() -> None:
    session = _session("article_keras_adam")
    session.step("epoch")
    assert "Adam takes steps of about its learning rate, 0.001" in _said(session)
    session.forward()
    session.backward()
    assert "With a learning rate" not in _said(session)


def test_a_rising_cost_is_called_one() -> None:
    session = _session("sine", batch_size=500, optimizer={"name": "sgd", "learning_rate": 1.5})
    losses = session.history.column("train", "loss")
    while len(losses) < 2 or losses[-1] <= losses[-2]:
        session.step("epoch")
        losses = session.history.column("train", "loss")
        assert len(losses) < 100
    assert "the cost rose by" in _said(session)
    assert "try a smaller learning rate" in _said(session)


def test_a_cost_near_0_needs_no_advice() -> None:
    session = _session("article_2_2_2", optimizer={"name": "adam", "learning_rate": 0.1})
    session.step("epoch", 500)
    assert "% of the cost at the start" in _said(session)


def test_a_flat_place_is_called_one() -> None:
    session = _session("article_keras_adam", optimizer={"name": "adam", "learning_rate": 0.2})
    session.step("epoch", 500)
    assert session.metrics()["train"]["loss"] > 0.3
    assert "it is flat all around" in _said(session)


def test_a_stopped_session_explains_itself() -> None:
    session = _session("sine", optimizer={"name": "sgd", "learning_rate": 1e6})
    session.step("epoch", 20)
    assert session.stopped is not None
    told = narrate(session)
    assert told.stopped is not None
    assert session.stopped.advice in told.stopped
    assert told.sentence == ""
    assert told.stopped.count("stopped") == 1
    session.set_focus(1)
    assert _said(session).startswith("Example 2: ")


@pytest.mark.parametrize("preset", PRESETS)
def test_there_is_something_to_say_after_every_operation(preset: str) -> None:
    session = _session(preset)
    assert _said(session).startswith("Ready.")
    name = "1.kernel.0.0"
    for operation, beginning in (
        (session.forward, "Forward: "),
        (session.backward, "Backward: "),
        (session.update, "Update: "),
        (lambda: session.step("batch"), "Batch "),
        (lambda: session.step("epoch"), "Epoch "),
        (lambda: session.set_focus(0), "Example 1: "),
        (lambda: session.edit_parameters({name: 0.5}), ""),
        (session.reset, "Back at the start"),
    ):
        operation()
        said = _said(session)
        assert said.startswith(beginning)
        assert "{" not in said
        assert said.endswith((".", "curve."))


def test_a_changed_spec_says_whether_the_weights_stayed() -> None:
    session = _session(DEFAULT)
    session.change_spec(session.spec.model_copy(update={"batch_size": 1}))
    assert "the weights stay as they are" in _said(session)
    session.change_spec(session.spec.model_copy(update={"seed": 7}))
    assert "started anew" in _said(session)


def test_an_edit_says_which_weight() -> None:
    session = _session("article_2_2_2")
    session.edit_parameters({"2.kernel.0.0": -1.5})
    assert _said(session).startswith("V1 is now −1.5, set by hand. The cost is now ")


def test_slopes_of_0_are_said_to_be_0() -> None:
    data = PRESETS["article_2_2_2"].spec.model_dump(mode="json")
    data["data"]["inputs"] = [[0.0, 0.0]]
    session = Session(parsed_spec(data))
    session.forward()
    session.backward()
    assert "every slope is 0" in _said(session)


def test_play_says_how_fast() -> None:
    session = _session(DEFAULT)
    session.playing = Playing(5.0)
    assert _said(session).startswith("Playing, 5 epochs a second.")
    session.playing = Playing(None)
    assert _said(session).startswith("Playing as fast as the machine can.")


def test_costs_of_two_losses_are_not_compared() -> None:
    session = _session(DEFAULT)
    session.step("epoch", 3)
    spec = session.spec.model_dump(mode="json") | {"loss": "binary_crossentropy"}
    session.change_spec(parsed_spec(spec))
    at_the_change = session.metrics()["train"]["loss"]
    session.step("epoch")
    now = session.metrics()["train"]["loss"]
    assert now < at_the_change
    assert f"the cost fell by {at_the_change - now:.4f}, to {now:.4f}." in _said(session)
    session.step("epoch")
    assert "the cost fell by" in _said(session)


def test_a_cost_above_that_of_the_start_is_not_said_to_hardly_fall() -> None:
    session = _session(DEFAULT, optimizer={"name": "sgd", "learning_rate": 100})
    session.step("epoch", 30)
    start, now = session.history.initial["train"]["loss"], session.metrics()["train"]["loss"]
    assert now > 1.5 * start
    said = _said(session)
    assert "hardly" not in said
    assert f"It is still above {start:.4f}, where it began" in said


def test_forward_tells_of_the_example_that_the_drawing_shows() -> None:
    session = _session(DEFAULT, batch_size=2, shuffle=False)
    session.set_focus(1)
    session.forward()
    assert "For example 2 it says" in _said(session)
    assert "drawing" not in _said(session)
    session.step("batch")
    session.forward()
    assert "For example 3 (the drawing shows example 2) it says" in _said(session)


def test_an_optimizer_that_moves_all_weights_alike_is_said_to() -> None:
    session = _session("article_keras_adam")
    session.step("batch")
    assert "Adam moved every weight by about its learning rate, 0.001." in _said(session)


def test_labels_are_written_as_in_the_drawing() -> None:
    session = _session("article_2_2_2")
    session.edit_parameters({"1.kernel.1.1": 0.5})
    assert ">W<sub>4</sub></button>" in narrate(session).sentence


def test_a_first_batch_is_as_large_as_the_spec_says() -> None:
    assert "the 4 examples" in _said(_session(DEFAULT))
    assert "a first batch of 10 examples" in _said(_session("playground_circle"))


def _diverging() -> Session:
    """A cost that grows without end, batch by batch."""
    return _session(
        network={"layers": [{"units": 1}]},
        data={"source": "plane"},
        loss="mse",
        metrics=[],
        optimizer={"name": "sgd", "learning_rate": 1.5},
        batch_size=100,
    )


def test_the_sentence_agrees_with_the_diagnosis_beside_it() -> None:
    session = _diverging()
    while session.metrics()["train"]["loss"] < 1e100:
        session.step("epoch")
        assert session.stopped is None
    page = workspace(driving(session))
    assert [finding.kind for finding in page.findings] == ["rising"]
    assert "Small batches" not in page.narration.sentence
    assert "steps are too large" in page.narration.sentence


def test_a_hardly_falling_cost_is_not_advised_against_the_diagnosis() -> None:
    """Adam crawls since half of its units are dead: a larger rate is no way out."""
    layers = [{"units": 2, "activation": "relu"}, {"units": 1, "activation": "sigmoid"}]
    weights = [
        {"kernel": [[-1, -1], [-1, -1]], "bias": [-9, -9]},
        {"kernel": [[1], [1]], "bias": [0]},
    ]
    session = _session(
        network={"layers": layers, "weights": weights},
        optimizer={"name": "adam", "learning_rate": 1e-5},
    )
    session.step("epoch", 3)
    page = workspace(driving(session))
    assert page.findings
    assert "larger one" not in page.narration.sentence
    assert "It hardly falls" not in page.narration.sentence


def test_where_training_stopped_one_rate_is_advised() -> None:
    session = _diverging()
    while session.stopped is None:
        session.step("epoch", 10)
    page = workspace(driving(session))
    assert "learning rate of 0.01 instead of 1.5" in (page.narration.stopped or "")
    assert [finding.kind for finding in page.findings] == []


def test_shares_are_told_in_figures_for_people() -> None:
    session = _session(
        network={
            "layers": [{"units": 1, "use_bias": False}],
            "weights": [{"kernel": [[1e60]]}],
        },
        data={"source": "inline", "inputs": [[1]], "targets": [[0]]},
        loss="mse",
        metrics=[],
        optimizer={"name": "sgd", "learning_rate": 0.4999999},
    )
    session.step("epoch")
    said = workspace(driving(session)).narration.sentence
    assert "less than 0.01 % of the cost at the start" in said
    assert " %" in said


def test_a_branch_that_went_for_another_is_named() -> None:
    session = _session()
    session.step("epoch")
    for _ in range(MAX_BRANCHES - 1):
        session.fork()
        assert " went, " not in _said(session)
    session.fork()
    assert "Run 2 went, the least trained of those without a name of their own" in _said(session)
    session.step("epoch")
    assert " went, " not in _said(session)
