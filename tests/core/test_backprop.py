"""Gradients of random networks against numeric differentiation, and what must hold always."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.activations import ACTIVATIONS
from app.core.backprop import activations_of
from app.core.losses import LOSSES
from app.core.names import (
    UnknownParameter,
    node_labels,
    parameter_index,
    parameter_labels,
    parameter_names,
    pre_activation_labels,
)
from app.core.network import Network
from app.core.training import Training, epoch_order
from tests.core.differentiation import gradient
from tests.core.networks import dense, flat, training

# Bends, also those of softsign's slope and of huber, and the steepness of exponential would mislead
# numeric differentiation.
SMOOTH = sorted(
    {name for name, entry in ACTIVATIONS.items() if not entry.kinks} - {"exponential", "softsign"}
)
WITHOUT_OVERFLOW = sorted(ACTIVATIONS.keys() - {"exponential"})
LOSSES_OF_ANY_OUTPUT = ["mse", "log_cosh", "half_squared_error"]


@st.composite
def trainings(draw: st.DrawFn, activations: list[str] = SMOOTH) -> tuple[Training, Any, Any]:
    """A random training with a batch of inputs and targets."""
    inputs, outputs = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    widths = [*draw(st.lists(st.integers(1, 5), max_size=3)), outputs]
    layers = [
        dense(width, draw(st.sampled_from(activations)), use_bias=draw(st.booleans()))
        for width in widths
    ]
    seed = draw(st.integers(0, 2**32))
    loss = draw(st.sampled_from(LOSSES_OF_ANY_OUTPUT))
    rng = np.random.default_rng(seed)
    examples = draw(st.integers(1, 6))
    batch = rng.normal(size=(examples, inputs)), rng.normal(size=(examples, outputs))
    return training(inputs, layers, loss=loss, seed=seed), *batch


def _gradient(model: Training, inputs: Any, targets: Any) -> Any:
    passing = model.batch(len(inputs))
    passing.forward(inputs)
    passing.backward(targets)
    return model.gradient.copy()


@given(trainings())
@settings(max_examples=60, deadline=None)
def test_gradient_equals_numeric_differentiation(drawn: tuple[Training, Any, Any]) -> None:
    model, inputs, targets = drawn
    found = _gradient(model, inputs, targets)

    def loss(parameters: Any) -> float:
        outputs = activations_of(model.network, parameters, inputs)[-1]
        return model.mean_loss(targets, outputs)

    expected = gradient(loss, model.parameters)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)


@given(trainings(WITHOUT_OVERFLOW))
@settings(max_examples=40, deadline=None)
def test_gradient_of_a_batch_is_the_mean_of_its_examples(drawn: tuple[Training, Any, Any]) -> None:
    model, inputs, targets = drawn
    whole = _gradient(model, inputs, targets)
    single = [_gradient(model, inputs[i : i + 1], targets[i : i + 1]) for i in range(len(inputs))]
    np.testing.assert_allclose(whole, np.mean(single, axis=0), rtol=1e-9, atol=1e-12)


@given(trainings(WITHOUT_OVERFLOW))
@settings(max_examples=40, deadline=None)
def test_a_prediction_has_the_bits_of_a_forward(drawn: tuple[Training, Any, Any]) -> None:
    model, inputs, _targets = drawn
    forward = model.batch(len(inputs)).forward(inputs)
    assert np.array_equal(forward, model.predict(inputs))


@given(trainings(WITHOUT_OVERFLOW), st.integers(1, 7))
@settings(max_examples=40, deadline=None)
def test_an_epoch_has_the_bits_of_its_batches(
    drawn: tuple[Training, Any, Any], batch_size: int
) -> None:
    model, inputs, targets = drawn
    begin = model.snapshot()
    (answered,) = model.run_epochs(inputs, targets, batch_size).fit
    whole = model.parameters.copy()
    model.restore(begin)
    for first in range(0, len(inputs), batch_size):
        rows = slice(first, first + batch_size)
        passing = model.batch(len(inputs[rows]))
        assert np.array_equal(passing.forward(inputs[rows]), answered[rows])
        passing.backward(targets[rows])
        model.update()
    assert np.array_equal(whole, model.parameters)


@given(trainings(WITHOUT_OVERFLOW), st.lists(st.integers(1, 3), min_size=10, max_size=10))
@settings(max_examples=40, deadline=None)
def test_layer_by_layer_gives_the_bits_of_the_whole(
    drawn: tuple[Training, Any, Any], counts: list[int]
) -> None:
    model, inputs, targets = drawn
    whole = _gradient(model, inputs, targets)
    passing = model.batch(len(inputs))
    arrays = [
        (layer.pre_activations, layer.activations.copy(), layer.deltas) for layer in passing.layers
    ]
    model.gradient[:] = np.nan
    every = len(passing.layers)
    done = 0
    for count in counts:
        if done < every:
            done = passing.forward_layers(inputs, done, count)
    assert done == every
    done = 0
    for count in counts:
        if done < every:
            done = passing.backward_layers(targets, done, count)
            # The layers done have their final gradient, the others wait.
            at = model.network.slices[every - done].weights.start
            assert np.array_equal(model.gradient[at:], whole[at:])
            assert np.isnan(model.gradient[:at]).all()
    assert done == every
    for layer, (z, a, deltas) in zip(passing.layers, arrays, strict=True):
        assert np.array_equal(layer.pre_activations, z)
        assert np.array_equal(layer.activations, a)
        assert np.array_equal(layer.deltas, deltas)


@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_softmax_carries_every_loss_through_its_whole_jacobian(loss: str) -> None:
    rng = np.random.default_rng(3)
    inputs, targets = rng.normal(size=(5, 2)), np.eye(3)[[0, 2, 1, 1, 0]]
    model = training(2, [dense(4, "tanh"), dense(3, "softmax")], loss=loss, seed=7)
    found = _gradient(model, inputs, targets)

    def mean_loss(parameters: Any) -> float:
        return model.mean_loss(targets, activations_of(model.network, parameters, inputs)[-1])

    np.testing.assert_allclose(found, gradient(mean_loss, model.parameters), rtol=1e-6, atol=1e-9)


def test_penalties_stand_apart_from_the_gradient_and_join_it_in_the_update() -> None:
    layers = [dense(2, "tanh", l1=0.1, l2=0.2), dense(1, l2=0.3)]
    model = training(1, layers, learning_rate=1.0, seed=1)
    inputs, targets = np.array([[1.0]]), np.array([[0.5]])
    before, plain = model.parameters.copy(), _gradient(model, inputs, targets)
    first, second = model.network.views(before)
    expected_penalty = (
        0.1 * np.abs(first.kernel).sum()
        + 0.2 * np.square(first.kernel).sum()
        + 0.3 * np.square(second.kernel).sum()
    )
    assert model.network.penalty(before) == pytest.approx(expected_penalty, rel=1e-14)
    model.update()
    added = flat(
        [
            (0.1 * np.sign(first.kernel) + 0.4 * first.kernel, [0.0, 0.0]),
            (0.6 * second.kernel, [0.0]),
        ]
    )
    np.testing.assert_allclose(model.parameters, before - (plain + added), rtol=1e-14)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
def test_what_is_frozen_keeps_its_bits_and_still_has_a_gradient(optimizer: str) -> None:
    layers = [dense(3, "tanh", kernel_trainable=False), dense(1, bias_trainable=False)]
    model = training(2, layers, optimizer=optimizer, seed=4)
    before = model.parameters.copy()
    rng = np.random.default_rng(0)
    for _ in range(5):
        found = _gradient(model, rng.normal(size=(4, 2)), rng.normal(size=(4, 1)))
        assert found.all()
        model.update()
    changed = model.parameters != before
    first, second = model.network.views(changed.astype(np.float64))
    assert not first.kernel.any()
    assert first.bias is not None
    assert first.bias.all()
    assert second.kernel.all()
    assert second.bias is not None
    assert not second.bias.any()


def test_the_global_norm_leaves_out_what_is_frozen() -> None:
    layers = [dense(2, kernel_trainable=False, bias_trainable=False), dense(1)]
    model = training(1, layers, learning_rate=1.0, global_clipnorm=0.5, seed=2)
    found = _gradient(model, np.array([[3.0]]), np.array([[9.0]]))
    trained = found[model.network.slices[1].weights]
    before = model.parameters.copy()
    model.update()
    step = (before - model.parameters)[model.network.slices[1].weights]
    np.testing.assert_allclose(step, trained * (0.5 / np.linalg.norm(trained)), rtol=1e-12)


def test_the_order_of_an_epoch_follows_from_seed_and_epoch() -> None:
    orders = [epoch_order(seed, epoch, 50).tolist() for seed in (0, 1) for epoch in (0, 1, 2)]
    assert orders[0] == epoch_order(0, 0, 50).tolist()
    assert len({tuple(order) for order in orders}) == 6
    assert all(sorted(order) == list(range(50)) for order in orders)


def test_starting_values_of_one_layer_do_not_depend_on_another() -> None:
    small = Network(2, [dense(3), dense(1)])
    large = Network(2, [dense(3), dense(4)])
    first = small.views(small.draw_parameters(5))[0]
    again = large.views(large.draw_parameters(5))[0]
    assert np.array_equal(first.weights, again.weights)
    other = small.views(small.draw_parameters(6))[0]
    assert not np.array_equal(first.weights, other.weights)


def test_names_and_labels_of_a_network_with_one_hidden_layer() -> None:
    network = Network(2, [dense(2), dense(2, use_bias=False)])
    assert parameter_names(network)[:6] == [
        "1.kernel.0.0",
        "1.kernel.0.1",
        "1.kernel.1.0",
        "1.kernel.1.1",
        "1.bias.0",
        "1.bias.1",
    ]
    labels = ["W1", "W2", "W3", "W4", "bH1", "bH2", "V1", "V2", "V3", "V4"]
    assert parameter_labels(network) == labels
    assert node_labels(network) == [["I1", "I2"], ["H1", "H2"], ["Y1", "Y2"]]
    assert pre_activation_labels(network) == [["h1", "h2"], ["y1", "y2"]]


def test_labels_of_a_deeper_network_name_layer_and_indices() -> None:
    network = Network(1, [dense(2), dense(2), dense(1)])
    assert parameter_labels(network)[4:8] == ["w2,1,1", "w2,1,2", "w2,2,1", "w2,2,2"]
    assert node_labels(network)[2] == ["H2,1", "H2,2"]


def test_a_name_leads_to_its_place_and_back() -> None:
    network = Network(3, [dense(4), dense(2, use_bias=False), dense(2)])
    for index, name in enumerate(parameter_names(network)):
        assert parameter_index(network, name) == index
        place = network.place(index)
        part = (
            f"bias.{place.unit}" if place.source is None else f"kernel.{place.source}.{place.unit}"
        )
        assert name == f"{place.layer + 1}.{part}"


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("1.kernel.0.9", "1.kernel.0.2"),
        ("1.bais.0", "1.bias.0"),
        ("2.bias.0", "2.kernel.0.0"),
        ("9.kernel.0.0", "2.kernel.0.0"),
        ("1.kernel.²", "1.kernel"),
        ("V1", "2.kernel.0.0"),
        ("w5", "1.kernel.1.1"),
        ("W99", "1.kernel.1."),
        ("2.kernel", "2.kernel.0.0"),
        ("1.kernel.1", "1.kernel.1.0"),
    ],
)
def test_an_unknown_name_offers_near_ones(name: str, near: str) -> None:
    network = Network(2, [dense(3), dense(1, use_bias=False)])
    with pytest.raises(UnknownParameter) as caught:
        parameter_index(network, name)
    assert any(offered.startswith(near) for offered in caught.value.near)
