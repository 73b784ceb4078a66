"""A session's explanation of a parameter, the cost around it, layer-wise phases, the diagnosis."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.names import parameter_names
from app.session import explained
from app.session.derivation import MOST_DELTAS, MOST_TERMS
from app.session.diagnosis import diagnosis
from app.session.errors import OutOfOrder, SpecError
from app.session.explanation import explain
from app.session.landscape import cost_curve, cost_surface, gradient_check
from app.session.parsing import parsed_spec
from app.session.playing import Playing
from app.session.presets import PRESETS
from app.session.session import Session
from app.session.spec import merged
from tests.golden_figures import WORKED, figures, worked_spec
from tests.session.specs import replayed, session

NAME = "1.kernel.0.1"


def _told(one: Session, name: str = NAME, over: Any = "batch", example: int = 0) -> dict[str, Any]:
    return explain(one.run, name, over, example)


def _deep(**parts: Any) -> Session:
    layers = [{"units": 3, "activation": "tanh"}] * 3 + [{"units": 1, "activation": "sigmoid"}]
    return session(network={"layers": layers}, **parts)


# The chain rule in words


def _article() -> Session:
    return Session(parsed_spec(worked_spec(figures("article_2_2_2"))))


def test_the_articles_line_for_v1() -> None:
    (path,) = _told(_article(), "2.kernel.0.0")["paths"]
    assert [step["symbol"] for step in path["steps"]] == ["dE/dY1", "dY1/dy1", "dy1/dV1"]
    assert [step["kind"] for step in path["steps"]] == ["loss", "activation", "input"]
    assert [step["place"] for step in path["steps"]] == ["node:2.0", "node:2.0", "node:1.0"]
    assert [(step["to"], step["from"]) for step in path["steps"]] == [
        ("E", "Y1"),
        ("Y1", "y1"),
        ("y1", "V1"),
    ]


def test_both_paths_to_w1() -> None:
    told = _told(_article(), "1.kernel.0.0")
    assert [[step["symbol"] for step in path["steps"]] for path in told["paths"]] == [
        ["dE/dY1", "dY1/dy1", "dy1/dH1", "dH1/dh1", "dh1/dW1"],
        ["dE/dY2", "dY2/dy2", "dy2/dH1", "dH1/dh1", "dh1/dW1"],
    ]
    kinds = ["loss", "activation", "weight", "activation", "input"]
    assert [step["kind"] for step in told["paths"][1]["steps"]] == kinds
    assert [step["place"] for step in told["paths"][1]["steps"]] == [
        "node:2.1",
        "node:2.1",
        "edge:2.kernel.0.1",
        "node:1.0",
        "node:0.0",
    ]
    assert [delta["label"] for delta in told["deltas"]] == ["H1", "Y1", "Y2"]
    assert [term["parameter"] for term in told["deltas"][0]["terms"]] == [
        "2.kernel.0.0",
        "2.kernel.0.1",
    ]


@pytest.mark.parametrize("softmax", [False, True])
def test_what_the_slopes_in_the_paths_are_made_of_is_told(softmax: bool) -> None:
    one = Session(PRESETS["iris"].spec) if softmax else _article()
    told = _told(one, "1.kernel.0.0", "train")
    steps = [step for path in told["paths"] for step in path["steps"]]
    slopes = {step["symbol"]: step for step in steps if step["kind"] in ("loss", "activation")}
    assert set(slopes) == set(told["slopes"])
    for symbol, step in slopes.items():
        slope = told["slopes"][symbol]
        assert (slope["kind"], slope["value"]) == (step["kind"], step["value"])
        if step["kind"] == "activation" and symbol.startswith("dY"):
            assert slope["activation"] == told["outputs"][slope["unit"]]
    assert told["targets"] == one.run.examples.targets[0].tolist()


def test_a_bias_ends_in_a_one_at_its_own_place() -> None:
    step = _told(_article(), "1.bias.1")["paths"][0]["steps"][-1]
    assert step == {
        "symbol": "dh2/dbH2",
        "value": 1.0,
        "from": "bH2",
        "to": "h2",
        "kind": "one",
        "place": "edge:1.bias.1",
    }


def test_softmax_has_a_path_through_every_output() -> None:
    one = Session(PRESETS["iris"].spec)
    told = _told(one, "2.kernel.3.1", "train", 7)
    assert [[step["symbol"] for step in path["steps"]] for path in told["paths"]] == [
        [f"dE/dY{j}", f"dY{j}/dy2", "dy2/dV11"] for j in (1, 2, 3)
    ]
    assert told["paths_total"] == 3
    assert _told(one, "1.bias.0")["paths_total"] == 9


@pytest.mark.parametrize("name", WORKED)
def test_a_worked_example_in_all_its_numbers(name: str) -> None:
    golden = figures(name)
    one = Session(parsed_spec(worked_spec(golden)))
    one.forward()
    one.backward()
    for part, weights, gradients in ((1, "W", "dE_dW"), (2, "V", "dE_dV")):
        for source in (0, 1):
            for unit in (0, 1):
                told = _told(one, f"{part}.kernel.{source}.{unit}")
                gradient = golden["backward"][gradients][source][unit]
                assert told["value"] == golden[weights][source][unit]
                assert told["label"] == f"{weights}{2 * source + unit + 1}"
                for value in (
                    told["gradient"],
                    told["example_gradient"],
                    sum(path["product"] for path in told["paths"]),
                    told["examples"][0]["contribution"],
                    told["update"]["gradient"],
                ):
                    assert value == pytest.approx(gradient, rel=0, abs=1e-12)
                assert told["numeric"]["gradient"] == pytest.approx(gradient, rel=1e-9)
                after = golden["after_updates"]["1"][weights][source][unit]
                assert told["update"]["new_value"] == pytest.approx(after, rel=0, abs=1e-12)


# Sums, and what is left out


@given(st.integers(0, 20), st.sampled_from(["batch", "train"]), st.integers(0, 3))
@settings(max_examples=30, deadline=None)
def test_paths_and_examples_sum_up(index: int, over: Any, example: int) -> None:
    one = _deep(batch_size=3)
    one.step("batch")
    name = parameter_names(one.run.network)[index]
    told = _told(one, name, over, example)
    products = [path["product"] for path in told["paths"]]
    assert len(products) == told["paths_total"]
    assert told["paths_rest"] == 0.0
    assert math.fsum(products) == pytest.approx(told["example_gradient"], rel=1e-9, abs=1e-15)
    shares = [example["contribution"] for example in told["examples"]]
    assert [abs(share) for share in shares] == sorted(map(abs, shares), reverse=True)
    assert math.fsum(shares) == pytest.approx(told["gradient"], rel=1e-9, abs=1e-15)
    indices = [example["index"] for example in told["examples"]]
    expected = range(4) if over == "train" else one.run.batch_indices
    assert sorted(indices) == sorted(expected)
    assert told["gradient"] == one.gradient(over)[0][index]


def test_what_is_not_listed_is_told_as_a_sum() -> None:
    layers = [{"units": 40, "activation": "tanh"}] * 3 + [{"units": 1, "activation": "tanh"}]
    one = session(network={"layers": layers})
    told = explain(one.run, NAME, "train", 0, most_paths=1000, most_examples=2)
    assert told["paths_total"] == 40 * 40
    assert len(told["paths"]) == 100
    listed = math.fsum(path["product"] for path in told["paths"])
    assert listed + told["paths_rest"] == pytest.approx(told["example_gradient"], rel=1e-9)
    assert len(told["examples"]) == 2
    assert told["examples_total"] == 4
    shares = math.fsum(example["contribution"] for example in told["examples"])
    assert shares + told["examples_rest"] == pytest.approx(told["gradient"], rel=1e-9, abs=1e-15)
    assert len(told["deltas"]) == 1 + 40 + 40 + 1 <= MOST_DELTAS
    for delta in told["deltas"][:-1]:
        terms = math.fsum(term["weight"] * term["delta"] for term in delta["terms"])
        assert len(delta["terms"]) <= MOST_TERMS
        assert terms + delta["terms_rest"] == pytest.approx(delta["upstream"], rel=1e-9, abs=1e-15)


# From gradient to update


@pytest.mark.parametrize(
    "optimizer",
    [
        {"name": "sgd", "learning_rate": 0.5},
        {"name": "sgd", "momentum": 0.9, "clipvalue": 0.01},
        {"name": "adam", "clipnorm": 0.01},
        {"name": "adam", "amsgrad": True},
        {"name": "nadam", "global_clipnorm": 0.1},
        {"name": "rmsprop", "centered": True},
        {"name": "adamw"},
        {"name": "adadelta"},
    ],
)
def test_the_update_comes_as_told(optimizer: dict[str, Any]) -> None:
    layers = [
        {"units": 3, "activation": "tanh", "l1": 0.01, "l2": 0.1},
        {"units": 1, "activation": "sigmoid"},
    ]
    one = session(optimizer=optimizer, network={"layers": layers}, batch_size=3)
    names = parameter_names(one.run.network)
    for _batch in range(3):
        before = [_told(one, name)["update"] for name in names]  # of the batch that comes next
        one.forward()
        one.backward()
        told = [_told(one, name)["update"] for name in names]
        assert told == before
        one.update()
        assert [part["change"] for part in told] == one.run.training.change.tolist()
        assert [part["new_value"] for part in told] == one.parameters().tolist()
        for slot in told[0]["slots"]:
            number = [slot.name for slot in one.run.training.optimizer.entry.slots].index(slot)
            after = [part["slots"][slot]["after"] for part in told]
            assert after == one.run.training.slots[number].tolist()


def test_slots_without_effect_are_left_out_and_running_means_corrected() -> None:
    assert _told(session(optimizer="sgd"))["update"]["slots"] == {}
    update = _told(session(optimizer="adam"))["update"]
    assert update["slots"].keys() == {"momentum", "velocity"}
    assert update["iteration"] == 1
    # After one update the corrected means are the gradient and its square.
    momentum, velocity = update["slots"]["momentum"], update["slots"]["velocity"]
    assert momentum["before"] == 0.0
    assert momentum["after"] == pytest.approx(0.1 * update["gradient"], rel=1e-12)
    assert momentum["corrected"] == pytest.approx(update["gradient"], rel=1e-12)
    assert velocity["corrected"] == pytest.approx(update["gradient"] ** 2, rel=1e-9)
    rmsprop = _told(session(optimizer="rmsprop"))["update"]["slots"]
    assert rmsprop["velocity"]["corrected"] is None


def test_a_frozen_weight_says_so_and_still_shows_its_gradient() -> None:
    layers = [
        {"units": 3, "activation": "tanh", "trainable": False},
        {"units": 1, "activation": "sigmoid"},
    ]
    told = _told(session(network={"layers": layers}))
    assert not told["trainable"]
    assert told["gradient"] != 0.0
    assert told["update"]["clipped"] == told["gradient"]
    assert told["update"]["change"] == 0.0
    assert told["update"]["new_value"] == told["value"]


# Faults


@pytest.mark.parametrize(
    ("name", "example", "pointer", "words"),
    [
        ("1.kernel.0.7", 0, "/name", r"Near ones: .*1\.kernel\.0"),
        ("2.bias.0", 0, "/name", "use_bias false"),
        ("w1", 0, "/name", "Near ones"),
        (NAME, 4, "/example", "from 0 to 3"),
        (NAME, -1, "/example", "from 0 to 3"),
    ],
)
def test_what_makes_no_sense_is_named(name: str, example: int, pointer: str, words: str) -> None:
    layers = [{"units": 3, "activation": "tanh"}, {"units": 1, "use_bias": False}]
    one = session(network={"layers": layers})
    with pytest.raises(SpecError, match=words) as caught:
        _told(one, name, "train", example)
    assert [pair[0] for pair in caught.value.errors] == [pointer]


# The chosen parameter


def test_the_chosen_parameter_is_explained_for_the_focus() -> None:
    one = session(batch_size=3)
    assert one.explanation() is None
    one.choose(NAME)
    one.set_focus(2)
    told = one.explanation()
    assert told is not None
    assert (told["name"], told["over"], told["example"]) == (NAME, "train", 2)
    assert told["version"] == one.version
    assert one.explanation() is told
    one.forward()
    one.backward()
    one.tell()
    after = one.explanation()
    assert after is not None
    assert after["over"] == "batch"
    assert after["version"] == one.version
    one.choose(None)
    assert one.explanation() is None


def test_a_choice_is_refused_with_near_names_and_forgotten_with_its_parameter() -> None:
    one = session()
    one.choose("1.kernel.1.2")
    with pytest.raises(SpecError, match=r"1\.kernel") as caught:
        one.choose("1.kernel.9.9")
    assert caught.value.errors[0][0] == "/parameter"
    assert one.chosen == "1.kernel.1.2"
    one.reset()
    assert one.chosen == "1.kernel.1.2"
    layers = [{"units": 2, "activation": "tanh"}, {"units": 1, "activation": "sigmoid"}]
    one.change_spec(parsed_spec(merged(one.spec, {"network": {"layers": layers}})))
    assert one.chosen is None
    assert not one.begun


def test_while_playing_an_explanation_is_kept_for_a_moment(monkeypatch: Any) -> None:
    one = session()
    one.choose(NAME)
    one.playing = Playing(None)
    monkeypatch.setattr(explained, "EXPLANATION_SECONDS", 1e9)
    first = one.explanation()
    one.step("epoch")
    one.tell()
    assert one.explanation() is first
    one.set_focus(3)  # what it is about has changed
    second = one.explanation()
    assert second is not None
    assert second["example"] == 3
    one.step("epoch")
    one.tell()
    one.playing = None
    third = one.explanation()
    assert third is not None
    assert third["version"] == one.version


# The cost around


def test_a_curve_passes_through_the_present_cost_with_its_slope() -> None:
    layers = [
        {"units": 3, "activation": "tanh", "l2": 0.1},
        {"units": 1, "activation": "sigmoid", "l1": 0.01},
    ]
    one = session(network={"layers": layers}, optimizer={"name": "adam", "learning_rate": 0.1})
    one.step("epoch", 3)
    curve = cost_curve(one.run, NAME, None, None)
    assert len(curve["values"]) == len(curve["costs"]) == 101
    value, width = curve["value"], 1e-4
    around = cost_curve(one.run, NAME, value - width, value + width, 3)
    assert around["costs"][1] == pytest.approx(curve["cost"], rel=1e-12)
    assert curve["cost"] == one.metrics()["train"]["loss"]
    slope = (around["costs"][2] - around["costs"][0]) / (2 * width)
    assert curve["slope"] == pytest.approx(slope, rel=1e-6)
    assert curve["next_value"] == _told(one, NAME, "train")["update"]["new_value"]


def test_a_curve_in_the_phase_backward_is_all_of_the_batch_at_hand() -> None:
    layers = [{"units": 3, "activation": "tanh", "l2": 0.1}, {"units": 1, "activation": "sigmoid"}]
    one = session(network={"layers": layers}, batch_size=1)
    one.step("batch")
    assert cost_curve(one.run, NAME, -1, 1, 5)["over"] == "train"
    one.forward()
    one.backward()
    curve = cost_curve(one.run, NAME, -1, 1, 5)
    assert (curve["over"], curve["examples"]) == ("batch", 1)
    assert curve["cost"] == one.run.batch_loss() + one.run.penalty()
    assert curve["cost"] != one.metrics()["train"]["loss"]
    assert curve["slope"] == curve["gradient"] + curve["penalty"]
    told = _told(one, NAME, "batch")["update"]
    assert (curve["gradient"], curve["penalty"]) == (told["gradient"], told["penalty"])
    value, width = curve["value"], 1e-4
    around = cost_curve(one.run, NAME, value - width, value + width, 3)
    assert around["costs"][1] == pytest.approx(curve["cost"], rel=1e-12)
    slope = (around["costs"][2] - around["costs"][0]) / (2 * width)
    assert curve["slope"] == pytest.approx(slope, rel=1e-6)
    train = cost_curve(one.run, NAME, -1, 1, 5, "train")
    assert train["cost"] == one.metrics()["train"]["loss"]
    assert train["next_value"] == _told(one, NAME, "train")["update"]["new_value"]
    one.update()
    index = parameter_names(one.run.network).index(NAME)
    assert curve["next_value"] == one.parameters()[index]


def test_a_curve_without_penalties_says_so_and_tells_the_usual_range() -> None:
    one = session()
    usual = cost_curve(one.run, NAME, None, None, 5)
    assert usual["penalty"] is None
    assert usual["usual_range"] == [usual["values"][0], usual["values"][-1]]
    assert cost_curve(one.run, NAME, -1, 1, 5)["usual_range"] == usual["usual_range"]


def test_a_surface_is_of_the_same_examples_as_the_curves() -> None:
    one = session(batch_size=2)
    one.forward()
    one.backward()
    for over, examples in (("batch", 2), ("train", 4)):
        surface = cost_surface(one.run, NAME, "2.bias.0", 3, over)
        assert (surface["over"], surface["examples"]) == (over, examples)
        for axis in (surface["x"], surface["y"]):
            curve = cost_curve(one.run, axis["name"], -1, 1, 3, over)
            assert axis["next_value"] == curve["next_value"]
            assert surface["cost"] == curve["cost"]
    assert cost_surface(one.run, NAME, "2.bias.0", 3)["over"] == "batch"


def test_a_surface_has_a_row_for_each_y() -> None:
    one = _deep()
    surface = cost_surface(one.run, "1.kernel.0.0", "4.bias.0", 5)
    assert np.shape(surface["costs"]) == (5, 5)
    x, y = surface["x"], surface["y"]
    one.edit_parameters({"1.kernel.0.0": x["values"][1], "4.bias.0": y["values"][3]})
    expected = one.metrics()["train"]["loss"]
    assert surface["costs"][3][1] == pytest.approx(expected, rel=1e-12)


def test_a_surface_needs_two_parameters_and_a_curve_a_range() -> None:
    one = session()
    with pytest.raises(SpecError) as caught:
        cost_surface(one.run, NAME, NAME)
    assert caught.value.errors[0][0] == "/y"
    with pytest.raises(SpecError) as caught:
        cost_surface(one.run, NAME, "z")
    assert caught.value.errors[0][0] == "/y"
    for low, high in ((1.0, 1.0), (2.0, 1.0)):
        with pytest.raises(SpecError) as caught:
            cost_curve(one.run, NAME, low, high)
        assert caught.value.errors[0][0] == "/low"


@pytest.mark.parametrize("end", [500.0, -500.0, 1e100, -1e100, 0.0])
def test_a_curve_may_have_one_end_anywhere(end: float) -> None:
    one = session()
    from_end = cost_curve(one.run, NAME, end, None)["values"]
    assert from_end[0] == end
    assert from_end[-1] > end
    to_end = cost_curve(one.run, NAME, None, end)["values"]
    assert to_end[-1] == end
    assert to_end[0] < end


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_gradient_of_a_preset_passes_the_check(name: str) -> None:
    one = Session(PRESETS[name].spec)
    one.step("batch", 3)
    check = gradient_check(one.run, "train")
    assert [row["name"] for row in check["parameters"]] == parameter_names(one.run.network)
    assert check["max_relative_error"] < 1e-6
    assert not any(row["kink"] for row in check["parameters"])


# Layer by layer


def _bits(one: Session) -> tuple[Any, ...]:
    return one.position, one.parameters().tobytes(), one.run.training.gradient.tobytes()


def test_phases_go_layer_by_layer() -> None:
    one = _deep()
    seen = []
    for operation in (one.forward, one.backward):
        while one.position.phase == ("ready" if operation == one.forward else "forward"):
            operation(1)
            seen.append((one.position.phase, one.position.layer, one.operation))
    assert seen == [
        ("ready", 1, "forward_layers"),
        ("ready", 2, "forward_layers"),
        ("ready", 3, "forward_layers"),
        ("forward", None, "forward_layers"),
        ("forward", 1, "backward_layers"),
        ("forward", 2, "backward_layers"),
        ("forward", 3, "backward_layers"),
        ("backward", None, "backward_layers"),
    ]
    other = _deep()
    other.forward()
    other.backward()
    assert _bits(one) == _bits(other)


def test_backward_waits_for_a_whole_forward() -> None:
    one = _deep()
    one.forward(2)
    with pytest.raises(OutOfOrder):
        one.backward(1)
    one.forward()
    assert one.operation == "forward"
    one.backward(1)
    with pytest.raises(OutOfOrder):
        one.update()
    with pytest.raises(OutOfOrder):
        one.forward(1)


PARTS = st.one_of(
    st.tuples(st.just("layers"), st.integers(1, 3)),
    st.tuples(st.sampled_from(["phase", "batch", "epoch"]), st.just(1)),
)


@given(st.lists(PARTS, max_size=10))
@settings(max_examples=60, deadline=None)
def test_however_a_phase_is_split_the_bits_are_the_same(parts: list[Any]) -> None:
    one, other = _deep(batch_size=3), _deep(batch_size=3)
    for name, count in parts:
        if name != "layers":
            one.step(name, count)
        elif one.position.phase == "backward":
            one.update()
        else:
            (one.forward if one.position.phase == "ready" else one.backward)(count)
            one.explanation()
            one.gradient("batch")
            one.metrics()
    assert replayed(one.timeline.recording).position == one.position
    again = replayed(one.timeline.recording)
    assert again.parameters().tobytes() == one.parameters().tobytes()
    while other.position.update != one.position.update or other.position.phase != "ready":
        other.step("phase")
    assert other.parameters().tobytes() == one.parameters().tobytes()
    one.step("epoch")
    other.step("epoch")
    assert _bits(one) == _bits(other)


def test_a_phase_begun_goes_with_the_batch_and_comes_back_with_the_checkpoint() -> None:
    one = _deep()
    one.forward(2)
    checkpoint = one.run.checkpoint()
    one.edit_parameters({NAME: 1.0})
    assert one.position.layer is None
    one.run.restore(checkpoint)
    assert one.position.layer == 2
    one.forward(2)
    assert one.position.phase == "forward"
    one.backward(1)
    one.change_spec(parsed_spec(merged(one.spec, {"loss": "mae"})))
    assert (one.position.phase, one.position.layer) == ("ready", None)


# Diagnosis


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_the_diagnosis_is_quiet_while_a_preset_trains(name: str) -> None:
    one = Session(PRESETS[name].spec)
    for _epoch in range(60):
        assert diagnosis(one.run)["findings"] == []
        one.step("epoch")


def test_findings_come_with_words_and_labels() -> None:
    layers = [{"units": 6, "activation": "relu"}, {"units": 1, "activation": "sigmoid"}]
    one = session(network={"layers": layers})
    one.edit_parameters({f"1.bias.{unit}": -50.0 if unit in (1, 3) else 5.0 for unit in range(6)})
    (found,) = diagnosis(one.run)["findings"]
    assert (found["kind"], found["layer"], found["units"]) == ("dead", 1, [1, 3])
    assert found["sentence"].startswith("H2 and H4 are dead")
    assert found["advice"]
    one.edit_parameters({f"1.bias.{unit}": -50.0 for unit in range(6)})
    assert "6 units of layer 1" in diagnosis(one.run)["findings"][0]["sentence"]


def test_a_rate_too_large_is_named_with_a_smaller_one() -> None:
    one = session(
        network={"layers": [{"units": 1}]},
        data={"source": "plane"},
        optimizer={"name": "sgd", "learning_rate": 1.5},
        batch_size=1000,
    )
    one.step("epoch", 6)
    (found,) = diagnosis(one.run)["findings"]
    assert found["kind"] == "rising"
    assert "0.15 instead of 1.5" in found["advice"]


def test_a_gradient_that_vanishes_is_told_layer_by_layer() -> None:
    layers = [{"units": 4, "activation": "sigmoid"}] * 8 + [{"units": 1, "activation": "sigmoid"}]
    one = session(network={"layers": layers})
    told = diagnosis(one.run)
    assert {found["kind"] for found in told["findings"]} == {"vanishing"}
    assert told["findings"][0]["layer"] == 1
    assert len(told["gradient_norms"]) == 9
    assert told["gradient_norms"][0] < 1e-3 * told["gradient_norms"][-1]


def test_the_diagnosis_compares_no_costs_across_an_edit_or_another_loss() -> None:
    edited, other_loss = (Session(PRESETS["sine"].spec) for _ in range(2))
    for one in (edited, other_loss):
        one.step("epoch", 60)
    edited.edit_parameters({"2.bias.0": 3.0})
    other_loss.change_spec(parsed_spec(merged(other_loss.spec, {"loss": "mae"})))
    for one in (edited, other_loss):
        for _epoch in range(6):
            one.step("epoch")
            kinds = [finding["kind"] for finding in diagnosis(one.run)["findings"]]
            assert "rising" not in kinds
