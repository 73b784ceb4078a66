"""The core against figures that it did not make: forward, backward, and many updates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from app.core.training import Training
from tests.core.networks import dense, flat, training
from tests.golden_figures import KERAS, WORKED, figures, keras_tolerance


def _worked(golden: dict[str, Any]) -> Training:
    layers = [
        dense(2, golden[f"{layer}_activation"], bias_trainable=False)
        for layer in ("hidden", "output")
    ]
    return training(
        2,
        layers,
        loss="half_squared_error",
        learning_rate=golden["learning_rate"],
        parameters=flat([(golden["W"], golden["b1"]), (golden["V"], golden["b2"])]),
    )


def _close(actual: Any, expected: Any, tolerance: float = 1e-12) -> None:
    np.testing.assert_allclose(actual, expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize("name", WORKED)
def test_forward_of_a_worked_example(name: str) -> None:
    golden = figures(name)
    worked = _worked(golden)
    passing = worked.batch(1)
    passing.forward(np.array([golden["input"]]))
    hidden, output = passing.layers
    forward = golden["forward"]
    _close(hidden.pre_activations[0], forward["h_pre"])
    _close(hidden.activations[0], forward["H"])
    _close(output.pre_activations[0], forward["y"])
    _close(output.activations[0], forward["Y"])
    _close(worked.mean_loss(np.array([golden["target"]]), passing.outputs), forward["E"])


@pytest.mark.parametrize("name", WORKED)
def test_backward_of_a_worked_example(name: str) -> None:
    golden = figures(name)
    worked = _worked(golden)
    passing = worked.batch(1)
    passing.forward(np.array([golden["input"]]))
    passing.backward(np.array([golden["target"]]))
    hidden, output = passing.layers
    backward = golden["backward"]
    _close(passing.loss_gradient[0], backward["dE_dY"])
    _close(output.deltas[0], backward["dE_dy"])
    _close(hidden.deltas[0], backward["dE_dh"])
    first, second = worked.network.views(worked.gradient)
    _close(first.kernel, backward["dE_dW"])
    _close(second.kernel, backward["dE_dV"])
    _close(first.bias, backward["dE_db1"])
    _close(second.bias, backward["dE_db2"])


@pytest.mark.parametrize("name", WORKED)
def test_updates_of_a_worked_example(name: str) -> None:
    golden = figures(name)
    worked = _worked(golden)
    inputs, targets = np.array([golden["input"]]), np.array([golden["target"]])
    for updates, expected in sorted(golden["after_updates"].items(), key=lambda item: int(item[0])):
        while worked.iteration < int(updates):
            worked.run_epochs(inputs, targets, batch_size=1)
        parameters = flat([(expected["W"], expected["b1"]), (expected["V"], expected["b2"])])
        _close(worked.parameters, parameters)
        answered = worked.predict(inputs)
        _close(answered[0], expected["Y"])
        _close(worked.mean_loss(targets, answered), expected["E"])


@pytest.mark.parametrize("name", KERAS)
def test_a_model_that_keras_trained(name: str) -> None:
    golden = figures(name)
    layers = [
        dense(
            layer["units"], layer["activation"], **{k: layer[k] for k in ("use_bias", "l1", "l2")}
        )
        for layer in golden["layers"]
    ]
    inputs, targets = np.array(golden["X"]), np.array(golden["y"])
    optimizer = dict(golden["optimizer"])
    trained = training(
        inputs.shape[1],
        layers,
        loss=golden["loss"],
        optimizer=optimizer.pop("name"),
        parameters=flat([(layer["kernel"], layer["bias"]) for layer in golden["layers"]]),
        **optimizer,
    )
    _close(trained.predict(inputs), golden["prediction_before"], 1e-7)
    metrics = golden["metrics"]
    for epoch in range(golden["epochs"]):
        run = trained.run_epochs(inputs, targets, golden["batch_size"])
        reported = {
            "epoch_mean": (run.fit, run.penalties / len(inputs)),
            "after_epoch": (run.train, run.penalty),
        }
        for name_of_part, (outputs, penalty) in reported.items():
            (measured,) = trained.measure(targets, outputs, penalty, metrics).tolist()
            expected_metrics = golden["history"][name_of_part][epoch]
            assert dict(zip(["loss", *metrics], measured, strict=True)) == pytest.approx(
                expected_metrics, rel=1e-5
            )
        if (expected := golden["weights_after_epoch"].get(str(epoch + 1))) is not None:
            pairs = [(layer[0], layer[1] if len(layer) > 1 else None) for layer in expected]
            _close(trained.parameters, flat(pairs), keras_tolerance(name))
