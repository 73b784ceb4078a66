"""Random networks with a batch of examples, for what must hold of all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from app.core.activations import ACTIVATIONS
from app.core.backprop import Backprop
from app.core.cost_landscape import CostLandscape
from app.core.losses import LOSSES
from app.core.network import Matrix
from app.core.training import Training
from tests.core.networks import dense, training

# Its values and slopes outgrow every tolerance within a few layers.
HIDDEN = sorted(ACTIVATIONS.keys() - {"exponential"})
PROBABILITIES = ["sigmoid", "softmax"]


@dataclass
class Drawn:
    """A training, a batch, and its forward and backward."""

    model: Training
    inputs: Matrix
    targets: Matrix
    passing: Backprop

    @property
    def landscape(self) -> CostLandscape:
        """The cost around the model's parameters, over the batch."""
        return CostLandscape(self.model, self.passing, self.targets)


def drawn_from(model: Training, inputs: Any, targets: Any) -> Drawn:
    """A training with the forward and backward of a batch, done."""
    inputs, targets = np.array(inputs, dtype=float), np.array(targets, dtype=float)
    passing = model.batch(len(inputs))
    passing.forward(inputs)
    passing.backward(targets)
    return Drawn(model, inputs, targets, passing)


@st.composite
def trainings(
    draw: st.DrawFn, optimizer: str = "sgd", most_layers: int = 4, **options: Any
) -> Drawn:
    """Any activations and loss, softmax in hidden layers too. ``options`` are the optimizer's."""
    loss = draw(st.sampled_from(sorted(LOSSES)))
    likely = LOSSES[loss].probabilities
    outputs = draw(st.integers(2 if LOSSES[loss].distribution else 1, 3))
    widths = [*draw(st.lists(st.integers(2, 4), max_size=most_layers - 1)), outputs]
    names = [draw(st.sampled_from(HIDDEN)) for _width in widths]
    if likely:
        names[-1] = draw(st.sampled_from(PROBABILITIES))
    if outputs == 1 and names[-1] == "softmax":
        names[-1] = "sigmoid"
    penalties = {"l1": draw(st.sampled_from([0.0, 0.01])), "l2": draw(st.sampled_from([0.0, 0.1]))}
    layers = [
        dense(
            width,
            name,
            use_bias=draw(st.booleans()),
            kernel_trainable=draw(st.integers(0, 4)) > 0,
            **penalties,
        )
        for width, name in zip(widths, names, strict=True)
    ]
    seed = draw(st.integers(0, 2**32))
    rng = np.random.default_rng(seed)
    inputs, examples = draw(st.integers(1, 3)), draw(st.integers(1, 5))
    model = training(inputs, layers, loss=loss, optimizer=optimizer, seed=seed, **options)
    if likely:
        targets = np.eye(max(outputs, 2))[rng.integers(0, 2, examples), :outputs]
    else:
        targets = rng.normal(size=(examples, outputs))
    return drawn_from(model, rng.normal(size=(examples, inputs)), targets)
