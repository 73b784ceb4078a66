"""The golden figures once more, through the REST API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
import pytest

from tests.golden_figures import (
    KERAS,
    WORKED,
    figures,
    keras_spec,
    keras_tolerance,
    worked_spec,
)

NewSession = Callable[..., dict[str, Any]]


def _close(actual: Any, expected: Any, tolerance: float = 1e-12) -> None:
    np.testing.assert_allclose(actual, expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize("name", WORKED)
def test_a_worked_example(name: str, client: httpx.Client, new_session: NewSession) -> None:
    golden = figures(name)
    address = f"/api/sessions/{new_session(**worked_spec(golden))['id']}"

    forward = client.post(f"{address}/forward").json()
    hidden, output = forward["layers"]
    assert forward["batch"] == {
        "indices": [0],
        "inputs": [golden["input"]],
        "targets": [golden["target"]],
    }
    _close(hidden["pre_activations"][0], golden["forward"]["h_pre"])
    _close(hidden["activations"][0], golden["forward"]["H"])
    _close(output["pre_activations"][0], golden["forward"]["y"])
    _close(output["activations"][0], golden["forward"]["Y"])
    _close(forward["loss"], golden["forward"]["E"])

    backward = client.post(f"{address}/backward").json()
    hidden, output = backward["layers"]
    _close(backward["loss_gradient"][0], golden["backward"]["dE_dY"])
    _close(output["deltas"][0], golden["backward"]["dE_dy"])
    _close(output["kernel_gradient"], golden["backward"]["dE_dV"])
    _close(output["bias_gradient"], golden["backward"]["dE_db2"])
    _close(hidden["deltas"][0], golden["backward"]["dE_dh"])
    _close(hidden["kernel_gradient"], golden["backward"]["dE_dW"])
    _close(hidden["bias_gradient"], golden["backward"]["dE_db1"])

    update = client.post(f"{address}/update").json()
    moved = -golden["learning_rate"] * np.array(golden["backward"]["dE_dW"])
    _close(update["layers"][0]["kernel_update"], moved)
    assert not any(update["layers"][0]["bias_update"])

    done = 1
    for updates, expected in sorted(golden["after_updates"].items(), key=lambda item: int(item[0])):
        if count := int(updates) - done:
            reply = client.post(f"{address}/step", json={"unit": "batch", "count": count})
            assert reply.json()["position"]["update"] == int(updates)
            done += count
        first, second = client.get(f"{address}/parameters").json()["layers"]
        _close(first["kernel"], expected["W"])
        _close(second["kernel"], expected["V"])
        _close(first["bias"], expected["b1"])
        _close(second["bias"], expected["b2"])
        state = client.get(address).json()
        _close(state["metrics"]["train"]["loss"], expected["E"])
        outputs = client.post(f"{address}/predict", json={"inputs": [golden["input"]]}).json()
        _close(outputs["outputs"][0], expected["Y"])


@pytest.mark.parametrize("name", KERAS)
def test_a_model_that_keras_trained(
    name: str, client: httpx.Client, new_session: NewSession
) -> None:
    golden = figures(name)
    address = f"/api/sessions/{new_session(**keras_spec(golden))['id']}"
    for epochs, expected in sorted(
        golden["weights_after_epoch"].items(), key=lambda item: int(item[0])
    ):
        done = client.get(address).json()["position"]["epoch"]
        client.post(f"{address}/step", json={"count": int(epochs) - done})
        layers = client.get(f"{address}/parameters").json()["layers"]
        for layer, (kernel, *bias) in zip(layers, expected, strict=True):
            _close(layer["kernel"], kernel, keras_tolerance(name))
            if bias and bias[0] is not None:
                _close(layer["bias"], bias[0], keras_tolerance(name))
    history = client.get(f"{address}/history").json()["epochs"]
    assert len(history) == golden["epochs"]
    for entry, fit, train in zip(
        history, golden["history"]["epoch_mean"], golden["history"]["after_epoch"], strict=True
    ):
        assert entry["fit"] == pytest.approx(fit, rel=1e-5)
        assert entry["train"] == pytest.approx(train, rel=1e-5)
