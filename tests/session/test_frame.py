"""Frames: what is sent to be drawn is what the session computes."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest

from app.data.plotting_range import domain
from app.session.frame import encoded, spec_frame, state_frame
from app.session.presets import PRESETS
from app.session.session import Session
from tests.session.specs import session

TANH_THEN_LINEAR = {"layers": [{"units": 3, "activation": "tanh"}, {"units": 1}]}


def _vector(text: str) -> Any:
    return np.frombuffer(base64.b64decode(text), "<f4")


def _bytes(text: str) -> Any:
    return np.frombuffer(base64.b64decode(text), np.uint8)


def _plain(frame: dict[str, Any]) -> Any:
    """As a reader gets it: through JSON, which has no NaN and no Infinity."""
    return json.loads(json.dumps(frame, allow_nan=False))


def _points(one: Session, size: int) -> Any:
    """Middles of the cells of a grid over the plot, its rows from the top."""
    (left, right), (bottom, top) = domain(one.run.examples) or []
    cell = (np.arange(size) + 0.5) / size
    return np.array(
        [[left + c * (right - left), top - r * (top - bottom)] for r in cell for c in cell]
    )


def _expect_picture(text: str, low: float, high: float, values: Any) -> None:
    """The picture's bytes are ``values``, to half of one step of 255."""
    shown = low + _bytes(text) / 255 * (high - low)
    np.testing.assert_allclose(shown, values, rtol=0, atol=0.5001 * (high - low) / 255)


def test_vectors_are_the_sessions_in_every_phase() -> None:
    one = session(optimizer="adam")
    seen = []
    for _phase in range(7):
        frame = _plain(state_frame(one))
        over = "batch" if one.position.phase == "backward" else "train"
        seen.append(frame["gradients_over"])
        assert frame["gradients_over"] == over
        np.testing.assert_array_equal(_vector(frame["parameters"]), one.parameters().astype("<f4"))
        np.testing.assert_array_equal(
            _vector(frame["gradients"]), one.gradient(over)[0].astype("<f4")
        )
        assert frame["position"]["phase"] == one.position.phase
        assert (frame["batch"] is None) == (one.position.phase == "ready")
        one.step("phase")
    assert set(seen) == {"batch", "train"}


def test_the_update_is_what_was_added_to_the_parameters() -> None:
    one = session()
    assert state_frame(one)["updates"] is None
    before = one.parameters().copy()
    one.step("batch")
    change = one.parameters() - before
    assert change.any()
    np.testing.assert_allclose(_vector(state_frame(one)["updates"]), change, rtol=1e-5, atol=1e-9)


def test_the_example_in_focus_is_what_its_forward_pass_gives() -> None:
    one = session()
    one.step("epoch", 3)
    one.set_focus(2)
    focus = _plain(state_frame(one))["focus"]
    hidden, output = one.run.network.views(one.parameters())
    z1 = np.array(focus["inputs"]) @ hidden.kernel + hidden.bias
    z2 = np.tanh(z1) @ output.kernel + output.bias
    y = 1 / (1 + np.exp(-z2))
    np.testing.assert_allclose(focus["pre_activations"][0], z1)
    np.testing.assert_allclose(focus["activations"][0], np.tanh(z1))
    np.testing.assert_allclose(focus["pre_activations"][1], z2)
    np.testing.assert_allclose(focus["activations"][1], y)
    assert focus["inputs"] == one.run.examples.inputs[2].tolist()
    assert focus["targets"] == one.run.examples.targets[2].tolist()
    delta = 2 * (y - focus["targets"]) * y * (1 - y)  # of mse, by hand
    np.testing.assert_allclose(focus["deltas"][1], delta)
    np.testing.assert_allclose(focus["deltas"][0], (output.kernel @ delta) * (1 - np.tanh(z1) ** 2))


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"data": {"source": "circle"}, "batch_size": 10},
        {"data": {"source": "plane"}, "network": TANH_THEN_LINEAR, "optimizer": "sgd"},
    ],
)
def test_pictures_are_what_the_units_make_of_each_point(parts: dict[str, Any]) -> None:
    one = session(**parts)
    one.step("epoch", 20)
    pictures = _plain(state_frame(one))["heatmaps"]
    output = pictures["output"]
    assert (output["columns"], output["rows"]) == (48, 48)
    (values,) = one.predictions(_points(one, 48)).T
    _expect_picture(output["units"][0], output["low"], output["high"], values)
    hidden = one.run.network.views(one.parameters())[0]
    activations = np.tanh(_points(one, pictures["columns"]) @ hidden.kernel + hidden.bias)
    assert len(pictures["layers"]) == len(pictures["ranges"]) == 1
    (low, high) = pictures["ranges"][0]
    for picture, unit in zip(pictures["layers"][0], activations.T, strict=True):
        _expect_picture(picture, low, high, unit)


def test_the_first_row_of_a_picture_is_the_top_of_the_plot() -> None:
    weights = [{"kernel": [[0.0], [0.5]], "bias": [0.0]}]  # rises with the second input, y, alone
    one = session(
        network={"layers": [{"units": 1, "activation": "sigmoid"}], "weights": weights},
        data={"source": "circle"},
    )
    output = state_frame(one)["heatmaps"]["output"]
    rows = _bytes(output["units"][0]).reshape(output["rows"], output["columns"]).astype(int)
    assert np.all(rows == rows[:, :1])  # nothing changes along x
    assert np.all(np.diff(rows[:, 0]) <= 0)
    assert rows[0, 0] > 230
    assert rows[-1, 0] < 25


def test_networks_of_other_inputs_have_no_pictures() -> None:
    assert state_frame(Session(PRESETS["iris"].spec))["heatmaps"] is None
    assert state_frame(Session(PRESETS["sine"].spec))["heatmaps"] is None


def test_the_curve_is_what_is_answered_along_the_one_input() -> None:
    one = Session(PRESETS["sine"].spec)
    one.step("epoch", 30)
    curve = _plain(state_frame(one))["curve"]
    (left, right), _y = domain(one.run.examples) or []
    inputs = np.array(curve["inputs"])
    assert (inputs[0], inputs[-1]) == (left, right)
    assert np.all(np.diff(inputs) > 0)
    answers = one.predictions(inputs[:, None])
    np.testing.assert_allclose(np.array(curve["outputs"]).T, answers, rtol=1e-12)
    assert state_frame(session())["curve"] is None


def test_values_beyond_float32_become_its_largest() -> None:
    largest = np.finfo("<f4").max
    given = np.array([1e300, -1e300, 1.5, 0.0, 1e-300])
    np.testing.assert_array_equal(_vector(encoded(given)), [largest, -largest, 1.5, 0, 0])
    one = session()
    one.edit_parameters({"1.kernel.0.0": 1e39, "2.kernel.1.0": -1e39})
    shown = _vector(state_frame(one)["parameters"])
    assert shown.max() == largest
    assert shown.min() == -largest


def _expect_all_finite(one: Session) -> None:
    _plain(spec_frame(one))
    frame = _plain(state_frame(one))
    size = one.run.network.size
    for name in ("parameters", "gradients", "updates"):
        if frame[name] is not None:
            vector = _vector(frame[name])
            assert len(vector) == size
            assert np.isfinite(vector).all()


@pytest.mark.parametrize("name", PRESETS)
def test_frames_of_every_preset_hold_finite_numbers_only(name: str) -> None:
    one = Session(PRESETS[name].spec)
    _expect_all_finite(one)
    for _phase in range(3):
        one.step("phase")
        _expect_all_finite(one)
    one.step("epoch", 10)
    _expect_all_finite(one)


@pytest.mark.parametrize("inputs", [[[0.0], [1.0]], [[0.0, 0.0], [1.0, 1.0]]])
def test_a_network_that_overflows_beside_its_examples_is_drawn_all_the_same(
    inputs: list[list[float]],
) -> None:
    """On its examples it is finite; a little outside, inf − inf."""
    huge, tiny = 1.6e308 / len(inputs[0]), 1e-300
    one = session(
        network={
            "layers": [{"units": 2}, {"units": 1}],
            "weights": [
                {"kernel": [[huge, huge]] * len(inputs[0]), "bias": [0.0, 0.0]},
                {"kernel": [[tiny], [-tiny]], "bias": [0.0]},
            ],
        },
        data={"source": "inline", "inputs": inputs, "targets": [[0.0], [0.0]]},
    )
    _expect_all_finite(one)


@pytest.mark.parametrize("name", PRESETS)
def test_names_go_with_the_vectors(name: str) -> None:
    one = Session(PRESETS[name].spec)
    frame = _plain(spec_frame(one))
    network, size = frame["network"], one.run.network.size
    assert len(network["parameter_names"]) == len(set(network["parameter_names"])) == size
    assert len(network["parameter_labels"]) == len(set(network["parameter_labels"])) == size
    widths = [network["inputs"], *(layer["units"] for layer in network["layers"])]
    assert [len(labels) for labels in network["node_labels"]] == widths
    assert len(frame["examples"]["inputs"]) == min(1000, frame["examples"]["count"])
    for number, parameter in enumerate(network["parameter_names"]):
        one.edit_parameters({parameter: 0.015625 * (number + 1)})
    shown = _vector(state_frame(one)["parameters"])
    np.testing.assert_array_equal(shown, 0.015625 * (np.arange(size) + 1))
