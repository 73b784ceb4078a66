"""What does not fit into the compiled formulas is told by name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.activations import ACTIVATIONS
from app.core.compiled import formulas
from app.core.optimizers import OPTIMIZERS, Slot


def test_too_many_options_are_told() -> None:
    elu = ACTIVATIONS["elu"]
    many = replace(elu, options=elu.options * 7)
    with pytest.raises(ValueError, match=r"^elu has 7 options, .* 6 at most: raise MOST_OPTIONS"):
        formulas.numbers(many, elu.defaults)


def test_options_of_clipping_are_not_counted() -> None:
    adam = OPTIMIZERS["adam"]
    assert len(adam.options) > formulas.MOST_OPTIONS
    assert len(formulas.numbers(adam, adam.defaults)) == formulas.MOST_OPTIONS


def test_too_many_slots_are_told() -> None:
    slots = tuple(Slot(f"m{number}", 0.0, "A slot.") for number in range(4))
    with pytest.raises(ValueError, match=r"^sgd has 4 slots; .* 1 to 3: add a function with 4"):
        formulas.code_of(replace(OPTIMIZERS["sgd"], slots=slots))
