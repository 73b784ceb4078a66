"""From a spec to the network and examples it describes, with every check across its fields."""

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from app.core.activations import ACTIVATIONS
from app.core.entry import Entry
from app.core.initializers import INITIALIZERS
from app.core.losses import LOSSES, Loss
from app.core.network import Choice, Dense, Network, Vector
from app.core.optimizers import CLIPPING_OPTIONS, OPTIMIZERS, Optimizer
from app.data.errors import DataError
from app.data.examples import Examples
from app.data.loading import load
from app.language import _, ngettext
from app.session import limits
from app.session.choices import ChosenEntry
from app.session.errors import SpecError
from app.session.spec import InlineData, LayerSpec, Spec

AnyEntry = TypeVar("AnyEntry", bound=Entry)


@dataclass(frozen=True)
class Build:
    """What a spec describes, ready to be trained. parameters: the starting values, (size,)."""

    network: Network
    examples: Examples
    loss: Choice[Loss]
    optimizer: Choice[Optimizer]
    parameters: Vector


def build(spec: Spec, examples: Examples | None = None) -> Build:
    """Check ``spec`` as a whole and make what it describes.

    examples: those already made from the same data and seed, to save making them again.
    Raises SpecError naming each field that does not fit the others.
    """
    if examples is None:
        examples = _examples(spec)
    network = Network(examples.inputs.shape[1], [_dense(layer) for layer in spec.network.layers])
    if network.size > limits.MAX_PARAMETERS:
        raise SpecError(
            [
                (
                    "/network/layers",
                    _(
                        "The network has {count} parameters; at most {most} are possible. "
                        "Use fewer units or layers."
                    ).format(count=network.size, most=limits.MAX_PARAMETERS),
                )
            ]
        )
    values = len(examples.inputs) * sum(layer.units for layer in network.layers)
    if values > limits.MAX_VALUES:
        detail = _(
            "{examples} examples times {units} units are too many to look at; at most {most:,} "
            "together. Use fewer units or examples."
        ).format(
            examples=len(examples.inputs),
            units=values // len(examples.inputs),
            most=limits.MAX_VALUES,
        )
        raise SpecError([("/network/layers", detail)])
    loss = _choice(spec.loss, LOSSES)
    errors = [*_layer_errors(spec), *_loss_errors(spec, loss.entry, examples)]
    errors += [*_clipping_errors(spec), *_accuracy_errors(spec, examples)]
    if errors:
        raise SpecError(errors)
    parameters = network.draw_parameters(spec.seed)
    if spec.network.weights is not None:
        _set_weights(spec, network, parameters)
    return Build(network, examples, loss, _choice(spec.optimizer, OPTIMIZERS), parameters)


def _choice(chosen: ChosenEntry, registry: dict[str, AnyEntry]) -> Choice[AnyEntry]:
    options = chosen.model_dump()
    return Choice(registry[options.pop("name")], options)


def _dense(layer: LayerSpec) -> Dense:
    bias_trainable = layer.trainable if layer.bias_trainable is None else layer.bias_trainable
    return Dense(
        units=layer.units,
        activation=_choice(layer.activation, ACTIVATIONS),
        kernel_initializer=_choice(layer.kernel_initializer, INITIALIZERS),
        bias_initializer=_choice(layer.bias_initializer, INITIALIZERS),
        use_bias=layer.use_bias,
        l1=layer.l1,
        l2=layer.l2,
        kernel_trainable=layer.trainable,
        bias_trainable=bias_trainable,
    )


def _examples(spec: Spec) -> Examples:
    try:
        if isinstance(spec.data, InlineData):
            data = spec.data
            return Examples.from_arrays(
                data.inputs, data.targets, data.test_inputs, data.test_targets
            )
        options = spec.data.model_dump()
        return load(options.pop("source"), options, spec.seed)
    except DataError as error:
        raise SpecError([(f"/data/{error.field}".rstrip("/"), error.detail)]) from None


def _layer_errors(spec: Spec) -> list[tuple[str, str]]:
    errors = []
    for number, layer in enumerate(spec.network.layers):
        if ACTIVATIONS[layer.activation.name].derivative is None and layer.units == 1:
            errors.append(
                (
                    f"/network/layers/{number}/activation",
                    _(
                        "softmax on one unit is always 1, so nothing can be learnt. "
                        "Use sigmoid, or two or more units."
                    ),
                )
            )
    return errors


def _loss_errors(spec: Spec, loss: Loss, examples: Examples) -> list[tuple[str, str]]:
    last = len(spec.network.layers) - 1
    output = spec.network.layers[last]
    activation = ACTIVATIONS[output.activation.name]
    width = examples.targets.shape[1]
    errors = []
    if output.units != width:
        errors.append(
            (
                f"/network/layers/{last}/units",
                ngettext(
                    "The output layer has {units} units, but every example has {width} target. "
                    "Make the two the same.",
                    "The output layer has {units} units, but every example has {width} targets. "
                    "Make the two the same.",
                    width,
                ).format(units=output.units, width=width),
            )
        )
    low, high = activation.bounds
    if loss.probabilities and (low is None or low < 0 or high is None or high > 1):
        errors.append(
            (
                "/loss",
                _(
                    "{loss} needs outputs between 0 and 1, but the output layer's activation is "
                    "{activation}. Use sigmoid or softmax there, or a loss such as mse."
                ).format(loss=loss.name, activation=activation.name),
            )
        )
    if loss.distribution and width < 2:
        errors.append(
            (
                "/loss",
                _(
                    "{loss} needs one output for each of two or more classes. "
                    "Use binary_crossentropy for one output."
                ).format(loss=loss.name),
            )
        )
    if loss.probabilities:
        parts = (examples.targets, examples.test_targets)
        targets = np.concatenate([part.ravel() for part in parts if part is not None])
        if targets.min() < 0 or targets.max() > 1:
            errors.append(
                (
                    "/loss",
                    _(
                        "{loss} needs targets between 0 and 1, but they reach from {low:g} to "
                        "{high:g}. Use labels 0 and 1, or a loss such as mse."
                    ).format(loss=loss.name, low=targets.min(), high=targets.max()),
                )
            )
    return errors


def _clipping_errors(spec: Spec) -> list[tuple[str, str]]:
    options = spec.optimizer.model_dump()
    given = [name for name in CLIPPING_OPTIONS if options.get(name) is not None]
    return [
        (
            f"/optimizer/{name}",
            _("Only one kind of clipping can be set; {first} is set already.").format(
                first=given[0]
            ),
        )
        for name in given[1:]
    ]


def _accuracy_errors(spec: Spec, examples: Examples) -> list[tuple[str, str]]:
    if not np.any(examples.targets == -1):
        return []
    detail = _(
        "accuracy compares targets with outputs above and below 0.5, so a target of -1 is never "
        "met. Use labels 0 and 1, or leave it out."
    )
    return [
        (f"/metrics/{number}", detail)
        for number, name in enumerate(spec.metrics)
        if name in ("accuracy", "binary_accuracy")
    ]


def _set_weights(spec: Spec, network: Network, parameters: Vector) -> None:
    weights = spec.network.weights or []
    if len(weights) != len(network.layers):
        detail = _("Give weights for all {count} layers, or none.").format(
            count=len(network.layers)
        )
        raise SpecError([("/network/weights", detail)])
    errors = []
    for number, (given, views) in enumerate(zip(weights, network.views(parameters), strict=True)):
        pointer = f"/network/weights/{number}"
        errors += _place(views.kernel, given.kernel, f"{pointer}/kernel")
        if views.bias is not None:
            bias = np.zeros(len(views.bias)) if given.bias is None else given.bias
            errors += _place(views.bias, bias, f"{pointer}/bias")
        elif given.bias is not None:
            detail = _("This layer has use_bias false; leave the bias out.")
            errors.append((f"{pointer}/bias", detail))
    if errors:
        raise SpecError(errors)


def _place(view: Vector, given: Any, pointer: str) -> list[tuple[str, str]]:
    try:
        values = np.array(given, dtype=np.float64)
    except ValueError:
        return [(pointer, _("The rows have different lengths; make them the same."))]
    if values.shape != view.shape:
        return [
            (
                pointer,
                _("The shape is {given}, but {right} fits this layer.").format(
                    given=_shape(values.shape), right=_shape(view.shape)
                ),
            )
        ]
    view[...] = values
    return []


def _shape(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
