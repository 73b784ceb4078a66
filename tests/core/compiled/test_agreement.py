"""Both engines give the same numbers, for everything that the catalog has.

To 1e-12 of each number, after three epochs of three batches: of outputs, penalties, parameters and
slots, and of every number of a forward and backward; see ``_close`` for those that parts which
cancel have left near 0. An entry that could not be compiled, or whose compiled side were another's,
would fail here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from app.core.activations import ACTIVATIONS
from app.core.compiled.training import NUMBERS_OF_A_THREAD
from app.core.cost_landscape import CostLandscape
from app.core.gradient_check import GradientCheck
from app.core.losses import LOSSES
from app.core.network import Dense, Network
from app.core.optimizers import OPTIMIZERS
from app.core.training import Training
from app.session.engines import Engines
from tests.core import test_activations, test_optimizers
from tests.core.networks import chosen, dense

EPOCHS = 3
EXAMPLES, BATCH_SIZE = 11, 4  # and a short batch of 3
CLOSE = 1e-12
ROUNDING = 1e-14

Case = tuple[list[Dense], str, str, dict[str, Any]]


def _cases() -> dict[str, Case]:
    """Layers, loss, optimizer and its options; each activation, loss and optimizer in turn."""
    cases: dict[str, Case] = {}
    for name, activation in ACTIVATIONS.items():
        for number, options in enumerate(test_activations.option_sets(activation)):
            hidden, last = (_with(dense(units, name), options) for units in (4, 3))
            layers = [hidden, dense(3, "tanh"), last]
            cases[f"{name} {number}"] = layers, "mse", "sgd", {"learning_rate": 0.01}
    for name, loss in LOSSES.items():
        output = "softmax" if loss.distribution else "sigmoid" if loss.probabilities else "linear"
        for units in (1, 3):
            if units == 1 and loss.distribution:
                continue
            layers = [dense(4, "tanh"), dense(units, output)]
            cases[f"{name} of {units}"] = layers, name, "sgd", {"learning_rate": 0.05}
    for name in OPTIMIZERS:
        for number, options in enumerate(test_optimizers.option_sets(name)):
            cases[f"{name} {number}"] = [dense(4, "tanh"), dense(2)], "mse", name, options
        for clipping in ("clipnorm", "clipvalue", "global_clipnorm"):
            layers = [dense(4, "tanh"), dense(2)]
            cases[f"{name} {clipping}"] = layers, "mse", name, {clipping: 0.05}
    penalised = [dense(4, "relu", l1=0.01, l2=0.1), dense(2, "sigmoid", l2=0.02)]
    cases["penalties"] = penalised, "mse", "adam", {}
    bare = [dense(4, "tanh", use_bias=False), dense(2, use_bias=False)]
    cases["without biases"] = bare, "half_squared_error", "sgd", {}
    frozen = [
        dense(4, "tanh", kernel_trainable=False, l2=0.1),
        dense(3, "tanh", bias_trainable=False),
        dense(2),
    ]
    cases["frozen"] = frozen, "mse", "adamw", {"clipnorm": 0.05}
    return cases


def _with(layer: Dense, options: dict[str, Any]) -> Dense:
    activation = chosen(ACTIVATIONS, layer.activation.entry.name, **options)
    return Dense(layer.units, activation, layer.kernel_initializer, layer.bias_initializer)


CASES = _cases()
every = pytest.mark.parametrize("case", CASES)


class Both:
    """The same training on both engines, and examples for it."""

    def __init__(self, engines: Engines, case: str) -> None:
        layers, loss, optimizer, options = CASES[case]
        network = Network(3, layers)
        parts = (network, chosen(LOSSES, loss), chosen(OPTIMIZERS, optimizer, **options))
        start = network.draw_parameters(seed=5)
        self.numpy: Training = engines.training(*parts, start, "numpy")
        self.compiled: Training = engines.training(*parts, start, "compiled")
        assert [self.numpy.engine, self.compiled.engine] == ["numpy", "compiled"]
        rng = np.random.default_rng(7)
        self.inputs = rng.normal(size=(EXAMPLES, 3))
        classes = rng.integers(0, max(2, network.outputs), EXAMPLES)
        self.targets = np.eye(max(2, network.outputs))[classes, : network.outputs]
        self.orders = np.stack([rng.permutation(EXAMPLES) for _epoch in range(EPOCHS)])

    def landscapes(self) -> list[CostLandscape]:
        """Around the parameters, NumPy's first."""
        return [
            CostLandscape(training, training.pass_over(self.inputs, self.targets), self.targets)
            for training in (self.numpy, self.compiled)
        ]

    def epochs(self, training: Training, **more: Any) -> Any:
        """Three epochs in their orders, with a test set."""
        return training.run_epochs(
            self.inputs,
            self.targets,
            BATCH_SIZE,
            self.orders,
            test_inputs=self.inputs[:5] / 2,
            **more,
        )


def _close(ours: Any, expected: Any) -> None:
    """To CLOSE of each number.

    The engines add in different orders, and a sum whose parts cancel keeps their rounding, however
    small it is itself; so a difference of ROUNDING of the largest number of the array is let pass.
    """
    np.testing.assert_allclose(ours, expected, rtol=CLOSE, atol=ROUNDING * np.abs(expected).max())


@every
def test_epochs_agree(engines: Engines, case: str) -> None:
    both = Both(engines, case)
    expected, ours = both.epochs(both.numpy), both.epochs(both.compiled)
    for part in ("fit", "train", "test", "penalties", "penalty", "largest"):
        _close(getattr(ours, part), getattr(expected, part))
    assert ours.moved.tolist() == expected.moved.tolist()
    _close(both.compiled.parameters, both.numpy.parameters)
    for slot, expected_slot in zip(both.compiled.slots, both.numpy.slots, strict=True):
        _close(slot, expected_slot)
    assert both.compiled.iteration == both.numpy.iteration


@every
def test_every_number_of_a_pass_agrees(engines: Engines, case: str) -> None:
    both = Both(engines, case)
    expected, ours = (
        training.pass_over(both.inputs, both.targets) for training in (both.numpy, both.compiled)
    )
    for part in ("inputs", "outputs", "loss_gradient", "gradient"):
        _close(getattr(ours, part), getattr(expected, part))
    for layer, expected_layer in zip(ours.layers, expected.layers, strict=True):
        for part in ("inputs", "pre_activations", "activations", "deltas"):
            _close(getattr(layer, part), getattr(expected_layer, part))


@every
def test_many_epochs_have_the_bits_of_single_phases(engines: Engines, case: str) -> None:
    both = Both(engines, case)
    training = both.compiled
    begin = training.snapshot()
    together = both.epochs(training)
    parameters, slots = training.parameters.copy(), np.array(training.slots)
    training.restore(begin)
    for epoch, order in enumerate(both.orders):
        for start in range(0, EXAMPLES, BATCH_SIZE):
            rows = order[start : start + BATCH_SIZE]
            passing = training.batch(len(rows))
            done = 0
            while done < len(passing.layers):  # one layer at a time
                done = passing.forward_layers(both.inputs[rows], done, 1)
            assert np.array_equal(passing.outputs, together.fit[epoch, rows])
            passing.backward(both.targets[rows])
            told = training.preview(training.gradient)
            training.update()
            assert np.array_equal(told.change, training.change)
            if training.optimizer.entry.name == "sgd" and training.network.trainable is None:
                rate = training.optimizer.options["learning_rate"]
                if not training.optimizer.options["momentum"]:
                    assert np.array_equal(-rate * told.clipped, training.change)
        assert np.array_equal(training.predict(both.inputs), together.train[epoch])
    assert np.array_equal(training.parameters, parameters)
    assert np.array_equal(training.slots, slots)


@every
def test_previews_agree(engines: Engines, case: str) -> None:
    both = Both(engines, case)
    gradient = both.numpy.pass_over(both.inputs, both.targets).gradient
    expected, ours = both.numpy.preview(gradient), both.compiled.preview(gradient)
    for part in ("clipped", "change"):
        _close(getattr(ours, part), getattr(expected, part))
    for name, slot in expected.slots.items():
        _close(ours.slots[name], slot)


@every
def test_the_cost_around_the_parameters_agrees(engines: Engines, case: str) -> None:
    both = Both(engines, case)
    expected, ours = both.landscapes()
    last = both.numpy.network.size - 1
    values = np.linspace(-2.0, 2.0, 9)
    for index in (1, last):
        _close(ours.cost_curve(index, values), expected.cost_curve(index, values))
    behind = both.numpy.network.slices[1].kernel.start
    same_unit, same_layer = 1 + both.numpy.network.slices[0].units, 2
    for x, y in ((last, 1), (behind, 1), (same_unit, 1), (same_layer, 1)):
        _close(
            ours.cost_surface(x, values, y, values[:5]),
            expected.cost_surface(x, values, y, values[:5]),
        )
    assert np.array_equal(both.compiled.parameters, both.numpy.parameters)


@every
def test_gradient_checks_agree(engines: Engines, case: str) -> None:
    both = Both(engines, case)
    gradient = both.numpy.pass_over(both.inputs, both.targets).gradient
    expected, ours = (GradientCheck(landscape, gradient).all() for landscape in both.landscapes())
    for check, numpys in zip(ours, expected, strict=True):
        assert check.kink == numpys.kink
        assert check.step == pytest.approx(numpys.step, rel=CLOSE)
        assert check.gradient == pytest.approx(numpys.gradient, rel=1e-6, abs=1e-9)
    assert np.array_equal(both.compiled.parameters, both.numpy.parameters)


def test_the_cost_over_a_single_example_agrees(engines: Engines) -> None:
    both = Both(engines, "mse of 1")
    one = slice(0, 1)
    surfaces = []
    for training in (both.numpy, both.compiled):
        passing = training.pass_over(both.inputs[one], both.targets[one])
        landscape = CostLandscape(training, passing, both.targets[one])
        surfaces.append(landscape.cost_surface(0, np.arange(3.0), 5, np.arange(4.0)))
    _close(surfaces[1], surfaces[0])


def test_threads_share_out_many_cases(engines: Engines) -> None:
    both = Both(engines, "tanh 0")
    inputs = np.random.default_rng(0).normal(size=(600, 3))
    targets = np.zeros((600, 3))
    values = np.linspace(-2.0, 2.0, 400)[:, None]
    assert len(values) * len(inputs) * both.compiled.network.size > 2 * NUMBERS_OF_A_THREAD
    losses = both.compiled.losses_at(inputs, targets, [5], values)
    assert losses is not None
    for case in (0, 123, 399):
        (alone,) = both.compiled.losses_at(inputs, targets, [5], values[case : case + 1])
        assert alone == losses[case]


def test_threads_share_out_a_gradient_check(engines: Engines) -> None:
    both = Both(engines, "relu 0")
    inputs = np.random.default_rng(0).normal(size=(7000, 3))
    targets = np.zeros((7000, 3))
    indices = np.arange(both.compiled.network.size)
    values = both.compiled.parameters[:, None] + [-0.01, 0.0, 0.01]
    assert values.size * len(inputs) * len(indices) > 2 * NUMBERS_OF_A_THREAD
    losses, crossed = _found(both.compiled.losses_beside(inputs, targets, indices, values))
    for index in (0, len(indices) // 2, len(indices) - 1):
        one = slice(index, index + 1)
        alone, crossed_alone = _found(
            both.compiled.losses_beside(inputs, targets, indices[one], values[one])
        )
        assert np.array_equal(alone, losses[one])
        assert np.array_equal(crossed_alone, crossed[one])


def _found(found: Any) -> Any:
    assert found is not None
    return found


def test_more_examples_than_are_evaluated_at_a_time_agree(engines: Engines) -> None:
    both = Both(engines, "tanh 0")
    inputs = np.random.default_rng(0).normal(size=(1000, 3))
    _close(both.compiled.predict(inputs), both.numpy.predict(inputs))


def test_an_epoch_goes_on_where_it_was_left(engines: Engines) -> None:
    both = Both(engines, "adam 0")
    training = both.compiled
    begin = training.snapshot()
    whole = both.epochs(training)
    parameters = training.parameters.copy()
    training.restore(begin)
    outputs = np.zeros_like(both.targets)
    rows = both.orders[0, :BATCH_SIZE]
    passing = training.batch(len(rows))
    outputs[rows] = passing.forward(both.inputs[rows])
    passing.backward(both.targets[rows])
    training.update()
    rest = both.epochs(training, first=BATCH_SIZE, outputs=outputs)
    assert np.array_equal(rest.fit, whole.fit)
    assert np.array_equal(training.parameters, parameters)


def test_numbers_that_overflow_are_told(engines: Engines) -> None:
    both = Both(engines, "linear 0")
    both.compiled.parameters[...] = 1e200
    with np.errstate(all="ignore"):
        epochs = both.epochs(both.compiled)
    assert not np.isfinite(epochs.largest[-1])
