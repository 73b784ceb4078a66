from typing import Any

import numpy as np
import pytest

from app.core.clipping import clip
from app.core.optimizers import CLIPPING_OPTIONS, OPTIMIZERS, Optimizer
from tests.keras_figures import keras_figures

FIGURES = keras_figures("optimizers")
VARIABLES = [slice(*ends) for ends in FIGURES["variables"]]
START = np.array(FIGURES["start"])
GRADIENTS = np.array(FIGURES["gradients"])

every = pytest.mark.parametrize("name", OPTIMIZERS)


def formula_options(optimizer: Optimizer, given: dict[str, Any]) -> dict[str, Any]:
    """All options of ``change``: those given, and the defaults of the others."""
    options = optimizer.defaults | given
    return {name: value for name, value in options.items() if name not in CLIPPING_OPTIONS}


def option_sets(name: str) -> list[dict[str, Any]]:
    return [formula_options(OPTIMIZERS[name], c["options"]) for c in FIGURES["cases"][name]]


@every
def test_updates_are_those_of_keras(name: str) -> None:
    optimizer = OPTIMIZERS[name]
    for case in FIGURES["cases"][name]:
        options = formula_options(optimizer, case["options"])
        bounds = {k: v for k, v in case["options"].items() if k in CLIPPING_OPTIONS}
        parameters, slots = START, optimizer.initial_slots(START.size, options)
        for iteration, gradient in enumerate(GRADIENTS, 1):
            clipped = clip(gradient, VARIABLES, **bounds)
            change, *slots = optimizer.change(
                parameters, clipped, *slots, iteration=iteration, **options
            )
            parameters = parameters + change
            if str(iteration) in case["parameters"]:
                expected = case["parameters"][str(iteration)]
                np.testing.assert_allclose(
                    parameters, expected, rtol=0, atol=1e-12, err_msg=f"{options}, {iteration}"
                )


@every
def test_figures_cover_the_defaults_and_a_change_of_every_option(name: str) -> None:
    defaults = OPTIMIZERS[name].defaults
    given = [case["options"] for case in FIGURES["cases"][name]]
    assert {} in given
    changed = {key for options in given for key in options if options[key] != defaults[key]}
    assert set(defaults) - changed <= set(CLIPPING_OPTIONS)
    assert changed & set(CLIPPING_OPTIONS)


@every
def test_formulas_run_on_plain_numbers(name: str) -> None:
    optimizer = OPTIMIZERS[name]
    for options in option_sets(name):
        slots = optimizer.initial_slots(START.size, options)
        single: list[list[Any]] = [[float(slot[0]) for slot in slots] for _ in START]
        for iteration, gradient in enumerate(GRADIENTS[:4], 1):
            change, *slots = optimizer.change(
                START, gradient, *slots, iteration=iteration, **options
            )
            for i, (parameter, slope) in enumerate(zip(START, gradient, strict=True)):
                one_change, *single[i] = optimizer.change(
                    float(parameter), float(slope), *single[i], iteration=iteration, **options
                )
                np.testing.assert_allclose(one_change, change[i], rtol=1e-14, atol=1e-18)
                np.testing.assert_allclose(
                    single[i], [slot[i] for slot in slots], rtol=1e-14, atol=1e-18
                )


@every
def test_formulas_change_nothing_that_they_are_given(name: str) -> None:
    optimizer = OPTIMIZERS[name]
    for options in option_sets(name):
        given = [START, GRADIENTS[0], *optimizer.initial_slots(START.size, options)]
        copies = [array.copy() for array in given]
        result = optimizer.change(*copies, iteration=1, **options)
        assert len(result) == 1 + len(optimizer.slots)
        for array, copy in zip(given, copies, strict=True):
            np.testing.assert_array_equal(copy, array)


@every
def test_slots_start_with_their_initial_value(name: str) -> None:
    optimizer = OPTIMIZERS[name]
    options = formula_options(optimizer, {})
    slots = optimizer.initial_slots(3, options)
    for slot, vector in zip(optimizer.slots, slots, strict=True):
        initial = options[slot.initial] if isinstance(slot.initial, str) else slot.initial
        np.testing.assert_array_equal(vector, np.full(3, initial))


@every
def test_a_slot_has_no_effect_without_its_option(name: str) -> None:
    optimizer = OPTIMIZERS[name]
    for position, slot in enumerate(optimizer.slots):
        if slot.shown_with is None:
            continue
        options = formula_options(optimizer, {})
        assert not options[slot.shown_with]
        slots = optimizer.initial_slots(START.size, options)
        disturbed = [*slots]
        disturbed[position] = slots[position] + 3.0
        plain, *_ = optimizer.change(START, GRADIENTS[0], *slots, iteration=1, **options)
        same, *_ = optimizer.change(START, GRADIENTS[0], *disturbed, iteration=1, **options)
        np.testing.assert_array_equal(plain, same)


@every
def test_a_first_update_goes_down_the_slope(name: str) -> None:
    optimizer = OPTIMIZERS[name]
    options = formula_options(optimizer, {"weight_decay": 0.0} if name == "adamw" else {})
    slots = optimizer.initial_slots(START.size, options)
    gradient = np.array([0.5, -0.5, 3.0, -3.0, 1e-3, 0.0])
    change, *_ = optimizer.change(START, gradient, *slots, iteration=1, **options)
    np.testing.assert_array_equal(np.sign(change), -np.sign(gradient))


def test_only_weight_decay_moves_a_parameter_without_gradient() -> None:
    for name, optimizer in OPTIMIZERS.items():
        options = formula_options(optimizer, {})
        slots = optimizer.initial_slots(START.size, options)
        change, *_ = optimizer.change(START, np.zeros(START.size), *slots, iteration=1, **options)
        expected = -0.001 * 0.004 * START if name == "adamw" else np.zeros(START.size)
        np.testing.assert_allclose(change, expected, rtol=1e-12)
