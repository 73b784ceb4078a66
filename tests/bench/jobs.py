"""Training jobs that other engines have been timed on, as specs and as data.

W1 to W3: tanh everywhere, half of the squared error, SGD with 0.03 and without momentum; W2 is the
default network of TensorFlow Playground and W3 its largest. DIGITS has the size of a first network
for scikit-learn's digits: softmax at its end, and crossentropy.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.training import EngineName, Training
from app.session.build import build
from app.session.engines import ENGINES
from app.session.spec import Spec

LEARNING_RATE = 0.03

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Job:
    """layers: units from the inputs to the output. classes: whether the outputs are shares."""

    name: str
    layers: tuple[int, ...]
    examples: int
    batch_size: int
    classes: bool = False

    @property
    def shape(self) -> str:
        """Its layers, such as 2-4-2-1."""
        return "-".join(map(str, self.layers))

    def data(self) -> tuple[Floats, Floats]:
        """Inputs (examples, inputs) from -2 to 2, and targets (examples, outputs).

        Targets are -1 or 1, by the signs of the first two inputs, or one-hot.
        """
        rng = np.random.default_rng(1)
        inputs = rng.uniform(-2.0, 2.0, (self.examples, self.layers[0]))
        if self.classes:
            return inputs, np.eye(self.layers[-1])[rng.integers(self.layers[-1], size=len(inputs))]
        return inputs, np.where(inputs[:, :1] * inputs[:, 1:2] > 0.0, 1.0, -1.0)

    def spec(self) -> dict[str, Any]:
        """The job as a session's spec."""
        inputs, targets = self.data()
        output = {"units": self.layers[-1], "activation": "softmax" if self.classes else "tanh"}
        hidden = [{"units": units, "activation": "tanh"} for units in self.layers[1:-1]]
        return {
            "name": self.name,
            "network": {"layers": [*hidden, output]},
            "data": {
                "source": "inline",
                "inputs": inputs.tolist(),
                "targets": targets.tolist(),
            },
            "loss": "categorical_crossentropy" if self.classes else "half_squared_error",
            "optimizer": {"name": "sgd", "learning_rate": LEARNING_RATE},
            "batch_size": self.batch_size,
        }

    def training(self, engine: EngineName) -> Training:
        """The job's training on an engine, without a session around it."""
        made = build(Spec.model_validate(replace(self, examples=4).spec()))
        return ENGINES.training(made.network, made.loss, made.optimizer, made.parameters, engine)


JOBS = (
    Job("W1", (2, 3, 1), examples=4, batch_size=4),
    Job("W2", (2, 4, 2, 1), examples=250, batch_size=10),
    Job("W3", (2, 8, 8, 8, 8, 8, 8, 1), examples=250, batch_size=10),
)
DIGITS = Job("digits", (64, 32, 10), examples=1500, batch_size=32, classes=True)
