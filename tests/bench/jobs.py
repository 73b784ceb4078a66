"""Three training jobs that other engines have been timed on, as specs.

Each: tanh everywhere, half of the squared error, SGD with 0.03 and without momentum; W2 is the
default network of TensorFlow Playground and W3 its largest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEARNING_RATE = 0.03


@dataclass(frozen=True)
class Job:
    """layers: units from the inputs to the output. bound: times the time of Playground's engine."""

    name: str
    layers: tuple[int, ...]
    examples: int
    batch_size: int
    bound: float

    def data(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Inputs (examples, 2) from the square of -2 to 2, and targets (examples, 1), -1 or 1."""
        inputs = np.random.default_rng(1).uniform(-2.0, 2.0, (self.examples, 2))
        targets = np.where(inputs[:, :1] * inputs[:, 1:] > 0.0, 1.0, -1.0)
        return inputs, targets

    def spec(self) -> dict[str, Any]:
        """The job as a session's spec."""
        inputs, targets = self.data()
        return {
            "name": self.name,
            "network": {"layers": [{"units": n, "activation": "tanh"} for n in self.layers[1:]]},
            "data": {
                "source": "inline",
                "inputs": inputs.tolist(),
                "targets": targets.tolist(),
            },
            "loss": "half_squared_error",
            "optimizer": {"name": "sgd", "learning_rate": LEARNING_RATE},
            "batch_size": self.batch_size,
        }


JOBS = (
    Job("W1", (2, 3, 1), examples=4, batch_size=4, bound=12.0),
    Job("W2", (2, 4, 2, 1), examples=250, batch_size=10, bound=4.5),
    Job("W3", (2, 8, 8, 8, 8, 8, 8, 1), examples=250, batch_size=10, bound=1.5),
)
