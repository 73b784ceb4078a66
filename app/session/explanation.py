"""Where a parameter's gradient comes from and what it will do, in the numbers of this moment.

Symbols are the textbook's: E the loss of one example, Y1 an output and y1 its pre-activation, H1
and h1 those of a hidden unit, I1 an input. Places name what is drawn: ``node:1.0`` is unit 0 of
layer 1 (layer 0 are the inputs), ``edge:2.kernel.0.0`` a parameter.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.core.chain_rule import (
    BEST_PATHS,
    MOST_PATHS,
    Chain,
    Delta,
    Path,
    contributions,
    largest,
)
from app.core.cost_landscape import CostLandscape
from app.core.gradient_check import GradientCheck
from app.core.names import (
    UnknownParameter,
    node_labels,
    once_a_network,
    parameter_index,
    parameter_labels,
    parameter_names,
    pre_activation_labels,
)
from app.core.network import Network, ParameterPlace, Vector
from app.language import _
from app.session.errors import SpecError
from app.session.run import Over, Passing, Run

MOST_DELTAS = 128
"""Units whose deltas are told: those of the layers nearest to the parameter."""

MOST_TERMS = 32
"""Terms of one delta; of more, the largest."""


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
    count = len(run.examples.inputs)
    if not 0 <= example < count:
        detail = _("Choose an example from 0 to {last}.").format(last=count - 1)
        raise SpecError([("/example", detail)])
    place = network.place(index)
    passing = run.passing(over)
    chain = _chain(run, passing, example)
    example_gradient = chain.gradient(place)
    symbols = _Symbols(network, name, index, place)
    layer = network.layers[place.layer]
    return {
        "name": name,
        "label": symbols.parameter,
        "value": float(run.training.parameters[index]),
        "gradient": float(passing.backprop.gradient[index]),
        "over": over,
        "example": example,
        "trainable": layer.bias_trainable if place.source is None else layer.kernel_trainable,
        **_paths(chain, place, symbols, example_gradient, most_paths),
        "example_gradient": example_gradient,
        "deltas": [symbols.delta(delta) for delta in _deltas(chain, place)],
        **_examples(passing, place, most_examples),
        "update": _update(run, index, passing.backprop.gradient),
        "numeric": _numeric(run, passing, index),
    }


def _chain(run: Run, passing: Passing, example: int) -> Chain:
    """The factors of a training example, which ``passing`` may have been through already."""
    if example in passing.indices:
        return Chain(run.training, passing.backprop, passing.indices.index(example))
    one = slice(example, example + 1)
    single = run.backprop_of(run.examples.inputs[one], run.examples.targets[one])
    return Chain(run.training, single)


@dataclass(frozen=True)
class _Labels:
    """Of a network's parameters in flat order, and of its units, layer by layer."""

    parameters: list[str]
    activations: list[list[str]]
    pre_activations: list[list[str]]


@once_a_network
def _labels(network: Network) -> _Labels:
    return _Labels(parameter_labels(network), node_labels(network), pre_activation_labels(network))


class _Symbols:
    """How paths and deltas to one parameter are written."""

    def __init__(self, network: Network, name: str, index: int, place: ParameterPlace) -> None:
        self.name, self.place = name, place
        labels = _labels(network)
        self.parameter = labels.parameters[index]
        self._activations, self._pre_activations = labels.activations, labels.pre_activations
        self._steps: dict[tuple[int, int, int], dict[str, Any]] = {}

    def path(self, path: Path) -> dict[str, Any]:
        """A path's steps, from the loss to the parameter. Paths share the steps they share."""
        steps, before = [], 0
        for number, (unit, value) in enumerate(zip(path.units, path.factors, strict=False)):
            key = (number, before, unit)
            if key not in self._steps:
                self._steps[key] = self._step(number, before, unit, value)
            steps.append(self._steps[key])
            before = unit
        key = (len(path.units), before, 0)
        if key not in self._steps:
            self._steps[key] = self._last_step(before, path.factors[-1])
        steps.append(self._steps[key])
        return {"steps": steps, "product": path.product}

    def _step(self, number: int, before: int, unit: int, value: float) -> dict[str, Any]:
        """number: 0 for the loss, then activation and weight in turns, layer by layer."""
        layer = len(self._pre_activations) - (number + 1) // 2
        if number == 0:
            kind, place = "loss", f"node:{layer}.{unit}"
            there, here = "E", self._activations[layer][unit]
        elif number % 2:
            layer += 1
            kind, place = "activation", f"node:{layer}.{before}"
            there = self._activations[layer][before]
            here = self._pre_activations[layer - 1][unit]
        else:
            kind, place = "weight", f"edge:{layer + 1}.kernel.{unit}.{before}"
            there = self._pre_activations[layer][before]
            here = self._activations[layer][unit]
        return _step(there, here, value, kind, place)

    def _last_step(self, before: int, value: float) -> dict[str, Any]:
        there = self._pre_activations[self.place.layer][before]
        if self.place.source is None:
            return _step(there, self.parameter, value, "one", f"edge:{self.name}")
        place = f"node:{self.place.layer}.{self.place.source}"
        return _step(there, self.parameter, value, "input", place)

    def delta(self, delta: Delta) -> dict[str, Any]:
        """A unit's delta, its layer counted from 1."""
        layer = delta.layer + 1
        return {
            "layer": layer,
            "unit": delta.unit,
            "label": self._activations[layer][delta.unit],
            "delta": delta.delta,
            "derivative": delta.derivative,
            "upstream": delta.upstream,
            "cross": delta.cross,
            "terms": [
                {
                    "parameter": f"{layer + 1}.kernel.{delta.unit}.{term.unit}",
                    "weight": term.weight,
                    "delta": term.delta,
                }
                for term in delta.terms
            ],
            "terms_rest": delta.terms_rest,
        }


def _step(there: str, here: str, value: float, kind: str, place: str) -> dict[str, Any]:
    return {
        "symbol": f"d{there}/d{here}",
        "value": value,
        "from": here,
        "to": there,
        "kind": kind,
        "place": place,
    }


def _paths(
    chain: Chain, place: ParameterPlace, symbols: _Symbols, gradient: float, most: int
) -> dict[str, Any]:
    total = chain.count(place)
    paths = chain.paths(place, most, min(most, BEST_PATHS))
    listed = math.fsum(path.product for path in paths) if len(paths) < total else gradient
    return {
        "paths": [symbols.path(path) for path in paths],
        "paths_total": total,
        "paths_rest": gradient - listed,
    }


def _deltas(chain: Chain, place: ParameterPlace) -> list[Delta]:
    """Of the unit that the parameter leads to, and of those behind it that its delta is made of."""
    deltas = [chain.delta(place.layer, place.unit, MOST_TERMS)]
    for layer in range(place.layer + 1, len(chain.deltas)):
        units = largest(chain.deltas[layer], MOST_DELTAS - len(deltas))
        deltas += [chain.delta(layer, unit, MOST_TERMS) for unit in units]
    return deltas


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
