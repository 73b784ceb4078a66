"""The sessions that measurements are made with."""

from __future__ import annotations

from typing import Any

import numpy as np

XOR: dict[str, Any] = {
    "name": "XOR",
    "network": {
        "layers": [{"units": 3, "activation": "sigmoid"}, {"units": 1, "activation": "sigmoid"}]
    },
    "data": {"source": "xor"},
}


def large(examples: int = 200) -> dict[str, Any]:
    """64-32-10: 2,368 edges."""
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 10, examples)
    return {
        "name": "64-32-10",
        "network": {
            "layers": [{"units": 32, "activation": "tanh"}, {"units": 10, "activation": "softmax"}]
        },
        "data": {
            "source": "inline",
            "inputs": rng.normal(size=(examples, 64)).round(3).tolist(),
            "targets": np.eye(10)[classes].tolist(),
        },
        "loss": "categorical_crossentropy",
    }
