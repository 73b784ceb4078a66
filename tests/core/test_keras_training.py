"""Whole trainings against Keras's own, without the float32 roundings inside the golden files."""

from __future__ import annotations

import numpy as np
import pytest

from tests.core.networks import dense, flat, training
from tests.golden_figures import KERAS, figures
from tests.keras_figures import keras_figures

FIGURES = keras_figures("training")


@pytest.mark.parametrize("name", KERAS)
def test_parameters_are_those_of_keras_to_the_last_digits(name: str) -> None:
    model = figures(name)
    inputs, targets = np.array(model["X"]), np.array(model["y"])
    options = dict(model["optimizer"])
    trained = training(
        inputs.shape[1],
        [
            dense(
                layer["units"],
                layer["activation"],
                use_bias=layer["use_bias"],
                l1=layer["l1"],
                l2=layer["l2"],
            )
            for layer in model["layers"]
        ],
        loss=model["loss"],
        optimizer=options.pop("name"),
        parameters=flat([(layer["kernel"], layer["bias"]) for layer in model["layers"]]),
        **options,
    )
    for epoch in range(1, model["epochs"] + 1):
        trained.run_epochs(inputs, targets, model["batch_size"])
        if (expected := FIGURES[name].get(str(epoch))) is not None:
            np.testing.assert_allclose(trained.parameters, expected, rtol=0, atol=1e-12)
    assert str(model["epochs"]) in FIGURES[name]
