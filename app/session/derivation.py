"""The chain rule of one example, in the textbook's symbols.

E is the loss of the example, Y1 an output and y1 its pre-activation, H1 and h1 those of a hidden
unit, I1 an input. Places name what is drawn: ``node:1.0`` is unit 0 of layer 1 (layer 0 are the
inputs), ``edge:2.kernel.0.0`` a parameter.
"""

import math
from dataclasses import dataclass
from typing import Any

from app.core.chain_rule import BEST_PATHS, Chain, Delta, Path, Place, largest
from app.core.names import node_labels, once_a_network, parameter_labels, pre_activation_labels
from app.core.network import Network, ParameterPlace
from app.language import ngettext
from app.session.errors import SpecError
from app.session.run import Passing, Run

MOST_DELTAS = 128
"""Units whose deltas are told: those of the layers nearest to the parameter or unit."""

MOST_TERMS = 32
"""Terms of one delta; of more, the largest."""


def known_example(run: Run, example: int) -> None:
    """Raises SpecError where there is no training example of this number."""
    count = len(run.examples.inputs)
    if not 0 <= example < count:
        detail = ngettext(
            "There is but one example: choose 0.",
            "Choose an example from 0 to {last}.",
            count,
        )
        raise SpecError([("/example", detail.format(last=count - 1))])


def chain_of(run: Run, passing: Passing, example: int) -> Chain:
    """The factors of a training example, which ``passing`` may have been through already."""
    if example in passing.indices:
        return Chain(run.training, passing.backprop, passing.indices.index(example))
    one = slice(example, example + 1)
    single = run.backprop_of(run.examples.inputs[one], run.examples.targets[one])
    return Chain(run.training, single)


@dataclass(frozen=True)
class Labels:
    """Of a network's parameters in flat order, and of its units, layer by layer.

    activations: of the inputs, too; pre_activations begin with layer 1.
    """

    parameters: list[str]
    activations: list[list[str]]
    pre_activations: list[list[str]]


@once_a_network
def labels_of(network: Network) -> Labels:
    """All labels of a network."""
    return Labels(parameter_labels(network), node_labels(network), pre_activation_labels(network))


@dataclass(frozen=True)
class _SlopeAt:
    """Which slope: of the activation of unit ``of``, by the pre-activation of unit ``by``, in
    ``layer``, from 1; of the loss by output ``of`` where that is None.
    """

    layer: int | None
    of: int
    by: int


def _activation_slope(chain: Chain, layer: int, of: int, by: int) -> dict[str, Any]:
    slopes = chain.slopes[layer - 1]
    activations = chain.activations[layer - 1]
    return {
        "kind": "activation",
        "value": float(slopes[of, by] if slopes.ndim == 2 else slopes[of]),
        "layer": layer,
        "unit": of,
        "pre_activation": float(chain.pre_activations[layer - 1][by]),
        "activation": float(activations[of]),
        "by": None if of == by else by,
        "other": None if of == by else float(activations[by]),
    }


class Symbols:
    """How paths and deltas to one parameter or unit are written.

    name, label: of the parameter; the paths to a unit end before they come to one.
    """

    def __init__(self, network: Network, place: Place, name: str = "", label: str = "") -> None:
        self._name, self._label, self._place = name, label, place
        labels = labels_of(network)
        self._activations, self._pre_activations = labels.activations, labels.pre_activations
        self._steps: dict[tuple[int, int, int], dict[str, Any]] = {}
        self._slopes: dict[str, _SlopeAt] = {}

    def path(self, path: Path) -> dict[str, Any]:
        """A path's steps, from the loss on. Paths share the steps they share."""
        steps, before = [], 0
        for number, (unit, value) in enumerate(zip(path.units, path.factors, strict=False)):
            key = (number, before, unit)
            if key not in self._steps:
                self._steps[key] = self._step(number, before, unit, value)
            steps.append(self._steps[key])
            before = unit
        if isinstance(self._place, ParameterPlace):
            key = (len(path.units), before, 0)
            if key not in self._steps:
                self._steps[key] = self._last_step(self._place, path.factors[-1])
            steps.append(self._steps[key])
        return {"steps": steps, "product": path.product}

    def _step(self, number: int, before: int, unit: int, value: float) -> dict[str, Any]:
        """number: 0 for the loss, then activation and weight in turns, layer by layer."""
        layer = len(self._pre_activations) - (number + 1) // 2
        if number == 0:
            kind, place = "loss", f"node:{layer}.{unit}"
            there, here = "E", self._activations[layer][unit]
            self._slopes[f"d{there}/d{here}"] = _SlopeAt(None, unit, unit)
        elif number % 2:
            layer += 1
            kind, place = "activation", f"node:{layer}.{before}"
            there = self._activations[layer][before]
            here = self._pre_activations[layer - 1][unit]
            self._slopes[f"d{there}/d{here}"] = _SlopeAt(layer, before, unit)
        else:
            kind, place = "weight", f"edge:{layer + 1}.kernel.{unit}.{before}"
            there = self._pre_activations[layer][before]
            here = self._activations[layer][unit]
        return _step(there, here, value, kind, place)

    def _last_step(self, place: ParameterPlace, value: float) -> dict[str, Any]:
        there = self._pre_activations[place.layer][place.unit]
        if place.source is None:
            return _step(there, self._label, value, "one", f"edge:{self._name}")
        source = f"node:{place.layer}.{place.source}"
        return _step(there, self._label, value, "input", source)

    def delta(self, delta: Delta) -> dict[str, Any]:
        """A unit's delta, its layer counted from 1."""
        layer = delta.layer + 1
        there = self._activations[layer][delta.unit]
        here = self._pre_activations[layer - 1][delta.unit]
        self._slopes[f"d{there}/d{here}"] = _SlopeAt(layer, delta.unit, delta.unit)
        if layer == len(self._pre_activations):
            self._slopes[f"dE/d{there}"] = _SlopeAt(None, delta.unit, delta.unit)
        return {
            "layer": layer,
            "unit": delta.unit,
            "label": there,
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

    def slopes(self, chain: Chain) -> dict[str, dict[str, Any]]:
        """What the slopes in the paths and deltas so far are made of, by their symbols."""
        return {
            symbol: {"kind": "loss", "value": float(chain.loss_gradient[at.of]), "unit": at.of}
            if at.layer is None
            else _activation_slope(chain, at.layer, at.of, at.by)
            for symbol, at in self._slopes.items()
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


def told_paths(chain: Chain, place: Place, symbols: Symbols, most: int) -> dict[str, Any]:
    """All paths where there are at most ``most``, else the largest and the sum of the others."""
    total, gradient = chain.count(place), chain.gradient(place)
    paths = chain.paths(place, most, min(most, BEST_PATHS))
    listed = math.fsum(path.product for path in paths) if len(paths) < total else gradient
    return {
        "paths": [symbols.path(path) for path in paths],
        "paths_total": total,
        "paths_rest": gradient - listed,
    }


def told_deltas(chain: Chain, place: Place, symbols: Symbols) -> list[dict[str, Any]]:
    """Of the unit itself, or that the parameter leads to, and of those behind it that its delta
    is made of.
    """
    deltas = [chain.delta(place.layer, place.unit, MOST_TERMS)]
    for layer in range(place.layer + 1, len(chain.deltas)):
        units = largest(chain.deltas[layer], MOST_DELTAS - len(deltas))
        deltas += [chain.delta(layer, unit, MOST_TERMS) for unit in units]
    return [symbols.delta(delta) for delta in deltas]
