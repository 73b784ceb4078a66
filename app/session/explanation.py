"""Where a parameter's gradient comes from and what it will do, in the numbers of this moment."""

import math
from typing import Any

import numpy as np

from app.core.chain_rule import MOST_PATHS, contributions
from app.core.cost_landscape import CostLandscape
from app.core.gradient_check import GradientCheck
from app.core.names import UnknownParameter, parameter_index, parameter_names
from app.core.network import Network, ParameterPlace, Vector
from app.language import _
from app.session.derivation import (
    Symbols,
    chain_of,
    known_example,
    labels_of,
    told_deltas,
    told_paths,
)
from app.session.errors import SpecError
from app.session.run import Over, Passing, Run


def known_parameter(run: Run, name: str, pointer: str) -> int:
    """Where a parameter stands in the flat vector. Raises SpecError that offers near names."""
    try:
        return parameter_index(run.network, name)
    except UnknownParameter as unknown:
        near = unknown.near or parameter_names(run.network)[:3]
        detail = _("There is no parameter of this name. Near ones: {names}.").format(
            names=", ".join(near)
        )
        if _is_absent_bias(run.network, name):
            layer = name.partition(".")[0]
            detail = _("Layer {layer} has use_bias false, so it has no biases.").format(layer=layer)
        raise SpecError([(pointer, detail)]) from None


def _is_absent_bias(network: Network, name: str) -> bool:
    layer, _dot, rest = name.partition(".")
    if not (layer.isdecimal() and layer.isascii() and len(layer) < 4):
        return False
    number = int(layer)
    if not (rest.startswith("bias.") and 1 <= number <= len(network.layers)):
        return False
    return not network.layers[number - 1].use_bias


def explain(
    run: Run,
    name: str,
    over: Over,
    example: int,
    *,
    most_paths: int = MOST_PATHS,
    most_examples: int | None = None,
) -> dict[str, Any]:
    """The explanation of a parameter.

    over: the examples of its gradient. example: the training example that the chain rule is
    written out for. most_paths: with more, only the largest are given. most_examples: likewise of
    the contributions. Raises SpecError for an unknown name or example.
    """
    network = run.network
    index = known_parameter(run, name, "/name")
    known_example(run, example)
    place = network.place(index)
    passing = run.passing(over)
    chain = chain_of(run, passing, example)
    label = labels_of(network).parameters[index]
    symbols = Symbols(network, place, name, label)
    layer = network.layers[place.layer]
    return {
        "name": name,
        "label": label,
        "value": float(run.training.parameters[index]),
        "gradient": float(passing.backprop.gradient[index]),
        "over": over,
        "example": example,
        "trainable": layer.bias_trainable if place.source is None else layer.kernel_trainable,
        **told_paths(chain, place, symbols, most_paths),
        "example_gradient": chain.gradient(place),
        "deltas": told_deltas(chain, place, symbols),
        "slopes": symbols.slopes(chain),
        "outputs": chain.activations[-1].tolist(),
        "targets": run.examples.targets[example].tolist(),
        **_examples(passing, place, most_examples),
        "update": _update(run, index, passing.backprop.gradient),
        "numeric": _numeric(run, passing, index),
    }


def _examples(passing: Passing, place: ParameterPlace, most: int | None) -> dict[str, Any]:
    """What each example contributes, the largest first."""
    shares = contributions(passing.backprop, place)
    order = np.argsort(-np.abs(shares), kind="stable")[:most]
    rest = math.fsum(np.delete(shares, order)) if len(order) < len(shares) else 0.0
    indices = map(passing.indices.__getitem__, order.tolist())
    return {
        "examples": [
            {"index": index, "contribution": share}
            for index, share in zip(indices, shares[order].tolist(), strict=True)
        ],
        "examples_total": len(shares),
        "examples_rest": rest,
    }


def _update(run: Run, index: int, gradient: Vector) -> dict[str, Any]:
    """What an update by this gradient would do to the parameter."""
    training = run.training
    preview = training.preview(gradient)
    options = training.optimizer.options
    slots = {}
    for slot, before in zip(training.optimizer.entry.slots, training.slots, strict=True):
        if slot.shown_with is not None and not options[slot.shown_with]:
            continue
        after = float(preview.slots[slot.name][index])
        corrected = None
        if slot.mean_by is not None:
            corrected = after / (1.0 - options[slot.mean_by] ** (training.iteration + 1))
        slots[slot.name] = {"before": float(before[index]), "after": after, "corrected": corrected}
    change = preview.change[index]
    return {
        "gradient": float(preview.gradient[index]),
        "penalty": 0.0 if preview.penalty is None else float(preview.penalty[index]),
        "clipped": float(preview.clipped[index]),
        "clipped_norm": training.clipped_norm(preview, index),
        "optimizer": training.optimizer.entry.name,
        "iteration": training.iteration + 1,
        "slots": slots,
        "learning_rate": options["learning_rate"],
        "change": float(change),
        "new_value": float(training.parameters[index] + change),
    }


def _numeric(run: Run, passing: Passing, index: int) -> dict[str, Any]:
    landscape = CostLandscape(run.training, passing.backprop, passing.targets)
    check = GradientCheck(landscape, passing.backprop.gradient).one(index)
    return {
        "gradient": check.gradient,
        "relative_error": check.relative_error,
        "step": check.step,
        "kink": check.kink,
    }
