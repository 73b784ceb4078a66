"""How the value of a unit comes about, and what its delta is made of, for one example."""

from typing import Any

import numpy as np

from app.core.chain_rule import MOST_PATHS, Chain, largest
from app.core.names import UnknownUnit, unit_place
from app.core.network import Network, UnitPlace
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
from app.session.run import Over, Run

MOST_PARTS = 1000
"""So many terms of a unit's sum are told; of more, the largest."""


def known_unit(run: Run, name: str, pointer: str) -> UnitPlace:
    """Which unit a name means. Raises SpecError that offers near names."""
    try:
        return unit_place(run.network, name)
    except UnknownUnit as unknown:
        detail = _("There is no unit of this name. Near ones: {names}.").format(
            names=", ".join(unknown.near)
        )
        raise SpecError([(pointer, detail)]) from None


def explain_unit(
    run: Run,
    name: str,
    over: Over,
    example: int,
    *,
    most_paths: int = MOST_PATHS,
    most_terms: int = MOST_PARTS,
) -> dict[str, Any]:
    """The explanation of a unit.

    over: the examples whose mean delta is told beside that of the one. example: the training
    example of all else. most_paths: with more, only the largest are given. most_terms: likewise
    of the sum. Raises SpecError for an unknown name or example.
    """
    network = run.network
    place = known_unit(run, name, "/name")
    known_example(run, example)
    passing = run.passing(over)
    chain = chain_of(run, passing, example)
    symbols, labels = Symbols(network, place), labels_of(network)
    layer = network.layers[place.layer]
    deltas = passing.backprop.layers[place.layer].deltas[:, place.unit]
    return {
        "name": name,
        "label": labels.activations[place.layer + 1][place.unit],
        "over": over,
        "example": example,
        **_value(run, chain, place, most_terms),
        "bias": f"{place.layer + 1}.bias.{place.unit}" if layer.use_bias else None,
        **told_paths(chain, place, symbols, most_paths),
        "delta": chain.gradient(place),
        "mean_delta": float(np.add.reduce(deltas)) / len(deltas),
        "deltas": told_deltas(chain, place, symbols),
        "slopes": symbols.slopes(chain),
        "outputs": chain.activations[-1].tolist(),
        "targets": run.examples.targets[example].tolist(),
    }


def _value(run: Run, chain: Chain, place: UnitPlace, most_terms: int) -> dict[str, Any]:
    """The sum that comes in, term by term, and what the activation makes of it."""
    network = run.network
    # With a bias, the inputs end in the 1 that it is multiplied by.
    weights = network.views(run.training.parameters)[place.layer].weights[:, place.unit]
    inputs = chain.inputs[place.layer]
    parts = weights * inputs
    shown = largest(parts, most_terms)
    rest = float(np.add.reduce(np.delete(parts, shown))) if len(shown) < len(parts) else 0.0
    return {
        "pre_activation": float(chain.pre_activations[place.layer][place.unit]),
        "activation": float(chain.activations[place.layer][place.unit]),
        "terms": [
            _term(network, place, row, float(weights[row]), float(inputs[row])) for row in shown
        ],
        "terms_total": len(parts),
        "terms_rest": rest,
    }


def _term(
    network: Network, place: UnitPlace, row: int, weight: float, value: float
) -> dict[str, Any]:
    """row: which input it is of; the one after the last is the bias, whose input is always 1."""
    at, number = network.slices[place.layer], place.layer + 1
    if row < at.inputs:
        name, index = f"{number}.kernel.{row}.{place.unit}", at.kernel.start + row * at.units
        node = f"node:{place.layer}.{row}"
    else:
        name, index, node = f"{number}.bias.{place.unit}", at.bias.start, None
    return {
        "parameter": name,
        "label": labels_of(network).parameters[index + place.unit],
        "weight": weight,
        "input": value,
        "place": node,
    }
