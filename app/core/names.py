"""Names of parameters and units.

``2.kernel.0.1`` is layer 2 (1 = first after the input), from unit 0 to unit 1, counted from 0;
``2.bias.1`` the bias of its unit 1. People read labels instead: the textbook's I1, H1, Y1, W1..,
V1.. where there is one hidden layer, and w with layer and indices in deeper networks.
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches

from app.core.network import Network

_NAME = re.compile(r"(\d{1,4})\.(?:kernel\.(\d{1,6})\.(\d{1,6})|bias\.(\d{1,6}))", re.ASCII)


class UnknownParameter(LookupError):
    """No parameter has this name. ``near``: names that exist and look like it."""

    def __init__(self, name: str, near: list[str]) -> None:
        super().__init__(name)
        self.name = name
        self.near = near


def parameter_names(network: Network) -> list[str]:
    """Every parameter's name, in the order of the flat vector."""
    return [name for name, _ in _named(network)]


def parameter_labels(network: Network) -> list[str]:
    """Every parameter's label for people, in the order of the flat vector."""
    return [label for _, label in _named(network)]


def _named(network: Network) -> Iterator[tuple[str, str]]:
    units = node_labels(network)
    for number, (layer, at) in enumerate(zip(network.layers, network.slices, strict=True), 1):
        for source in range(at.inputs):
            for target in range(at.units):
                if len(network.layers) <= 2:
                    label = f"{'WV'[number - 1]}{source * at.units + target + 1}"
                else:
                    label = f"w{number},{source + 1},{target + 1}"
                yield f"{number}.kernel.{source}.{target}", label
        if layer.use_bias:
            for target in range(at.units):
                yield f"{number}.bias.{target}", f"b{units[number][target]}"


def node_labels(network: Network) -> list[list[str]]:
    """Labels of the inputs and of every layer's units: I1, H1, Y1; H2,1 is unit 1 of layer 2."""
    hidden = len(network.layers) - 1
    labels = [[f"I{i + 1}" for i in range(network.inputs)]]
    for number, layer in enumerate(network.layers, 1):
        hidden_stem = "H" if hidden == 1 else f"H{number},"
        stem = "Y" if number > hidden else hidden_stem
        labels.append([f"{stem}{unit + 1}" for unit in range(layer.units)])
    return labels


def parameter_index(network: Network, name: str) -> int:
    """Where the parameter called ``name`` stands in the flat vector.

    Raises UnknownParameter, with near names, where the network has none of that name.
    """
    match = _NAME.fullmatch(name)
    if match and 1 <= int(match[1]) <= len(network.layers):
        at = network.slices[int(match[1]) - 1]
        if match[4] is not None:
            index: int = at.bias.start + int(match[4])
            if index < at.bias.stop:
                return index
        elif int(match[2]) < at.inputs and int(match[3]) < at.units:
            return int(at.kernel.start) + int(match[2]) * at.units + int(match[3])
    raise UnknownParameter(name, get_close_matches(name, parameter_names(network), n=3, cutoff=0.5))
