"""The golden figures of ``tests/golden`` as specs, and where each expects training to be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("golden")
WORKED = ("article_2_2_2", "worked_2_2_2")


def keras_tolerance(name: str) -> float:
    """Absolute, of parameters. Four files carry the float32 rounding that README.md explains."""
    return 1e-9 if name == "keras_seed_sgd_mse" else 1e-7


KERAS = tuple(sorted(path.stem for path in FOLDER.glob("keras_*.json")))


def figures(name: str) -> dict[str, Any]:
    """The contents of one file."""
    figures: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return figures


def worked_spec(golden: dict[str, Any]) -> dict[str, Any]:
    """The spec of a worked 2-2-2 example, with one training example and fixed biases."""
    activations = (golden["hidden_activation"], golden["output_activation"])
    return {
        "network": {
            "layers": [
                {"units": 2, "activation": activation, "bias_trainable": False}
                for activation in activations
            ],
            "weights": [
                {"kernel": golden["W"], "bias": golden["b1"]},
                {"kernel": golden["V"], "bias": golden["b2"]},
            ],
        },
        "data": {
            "source": "inline",
            "inputs": [golden["input"]],
            "targets": [golden["target"]],
        },
        "loss": "half_squared_error",
        "optimizer": {"name": "sgd", "learning_rate": golden["learning_rate"]},
    }


def keras_spec(golden: dict[str, Any]) -> dict[str, Any]:
    """The spec of a model that Keras trained."""
    options = ("units", "activation", "use_bias", "l1", "l2")
    return {
        "network": {
            "layers": [{name: layer[name] for name in options} for layer in golden["layers"]],
            "weights": [
                {"kernel": layer["kernel"], "bias": layer["bias"]} for layer in golden["layers"]
            ],
        },
        "data": {"source": "inline", "inputs": golden["X"], "targets": golden["y"]},
        "loss": golden["loss"],
        "optimizer": golden["optimizer"],
        "metrics": golden["metrics"],
        "batch_size": golden["batch_size"],
        "shuffle": golden["shuffle"],
    }
