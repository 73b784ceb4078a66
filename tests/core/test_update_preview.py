"""What the next update is said to do is what it then does, to the bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.optimizers import OPTIMIZERS
from tests.core.random_trainings import trainings

OPTIONS: dict[str, list[dict[str, Any]]] = {
    "sgd": [{"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}],
    "rmsprop": [{"momentum": 0.5, "centered": True}],
    "adam": [{"amsgrad": True}],
    "adamw": [{"amsgrad": True}],
}
CLIPPING = [{}, {"clipnorm": 0.05}, {"clipvalue": 0.02}, {"global_clipnorm": 0.1}]


@pytest.mark.parametrize("name", OPTIMIZERS)
@given(st.data())
@settings(max_examples=30, deadline=None)
def test_an_update_does_what_its_preview_says(name: str, data: Any) -> None:
    options = data.draw(st.sampled_from([{}, *OPTIONS.get(name, [])]))
    clipping = data.draw(st.sampled_from(CLIPPING))
    drawn = data.draw(trainings(name, **options, **clipping))
    model = drawn.model
    for _update in range(3):
        before = model.parameters.copy()
        drawn.passing.forward(drawn.inputs)
        drawn.passing.backward(drawn.targets)
        preview = model.preview(model.gradient)
        assert np.array_equal(preview.gradient, model.gradient)
        assert np.array_equal(model.parameters, before)
        again = model.preview(model.gradient)
        assert again.change.tobytes() == preview.change.tobytes()
        model.update()
        assert model.change.tobytes() == preview.change.tobytes()
        assert model.parameters.tobytes() == (before + preview.change).tobytes()
        slots = [slot.name for slot in model.optimizer.entry.slots]
        assert list(preview.slots) == slots
        for slot, values in zip(slots, model.slots, strict=True):
            assert preview.slots[slot].tobytes() == values.tobytes()


@given(trainings(clipvalue=0.02))
@settings(max_examples=30, deadline=None)
def test_penalty_and_clipping_stand_apart(drawn: Any) -> None:
    model = drawn.model
    preview = model.preview(model.gradient)
    penalty = model.network.penalty_gradient(model.parameters)
    total = model.gradient
    if penalty is None:
        assert preview.penalty is None
    else:
        assert np.array_equal(preview.penalty, penalty)
        total = total + penalty
    assert np.array_equal(preview.clipped, np.clip(total, -0.02, 0.02))
    trained = np.ones(model.network.size) if model.network.trainable is None else (
        model.network.trainable
    )  # fmt: skip
    np.testing.assert_allclose(preview.change, -0.01 * preview.clipped * trained, rtol=1e-14)
