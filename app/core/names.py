"""Names of parameters and units.

``2.kernel.0.1`` is layer 2 (1 = first after the input), from unit 0 to unit 1, counted from 0;
``2.bias.1`` the bias of its unit 1, and ``2.unit.1`` that unit itself. People read labels
instead: the textbook's I1, H1, Y1, W1.., V1.. where there is one hidden layer, and w with layer
and indices in deeper networks. A unit's pre-activation has the small letters of its activation's
label: h1 and H1, y1 and Y1.
"""

import re
from collections.abc import Callable, Iterator
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

from app.core.network import Network, UnitPlace

Result = TypeVar("Result")

_NUMBER = r"(0|[1-9][0-9]{0,5})"
_NAME = re.compile(rf"{_NUMBER}\.(?:kernel\.{_NUMBER}\.{_NUMBER}|bias\.{_NUMBER})")
_UNIT = re.compile(rf"{_NUMBER}\.unit\.{_NUMBER}")
_UNIT_LABEL = re.compile(r"([HYhy])([1-9][0-9]{0,5})(?:,([1-9][0-9]{0,5}))?")

_WEIGHT_LABEL = re.compile(
    r"(?:([WVwv])([1-9][0-9]{0,5})|[Ww]([1-9][0-9]{0,5}),([1-9][0-9]{0,5}),([1-9][0-9]{0,5}))"
)


class UnknownName(LookupError):
    """Nothing has this name. ``near``: names that exist and look like it."""

    def __init__(self, name: str, near: list[str]) -> None:
        super().__init__(name)
        self.name = name
        self.near = near


class UnknownParameter(UnknownName):
    """No parameter has this name."""


class UnknownUnit(UnknownName):
    """No unit has this name."""


def once_a_network(function: Callable[[Network], Result]) -> Callable[[Network], Result]:
    """``function`` with its results kept, each for as long as its network lives."""
    kept: WeakKeyDictionary[Network, Result] = WeakKeyDictionary()

    @wraps(function)
    def kept_result(network: Network) -> Result:
        if network not in kept:
            kept[network] = function(network)
        return kept[network]

    return kept_result


def parameter_names(network: Network) -> list[str]:
    """Every parameter's name, in the order of the flat vector."""
    return [name for name, _ in _named(network)]


def parameter_labels(network: Network) -> list[str]:
    """Every parameter's label for people, in the order of the flat vector."""
    return [label for _, label in _named(network)]


def parameter_label(network: Network, index: int) -> str:
    """The label of the parameter at ``index`` of the flat vector."""
    number = next(n for n, at in enumerate(network.slices, 1) if index < at.bias.stop)
    at = network.slices[number - 1]
    if index >= at.bias.start:
        return _bias_label(network, number, index - at.bias.start)
    return _weight_label(network, number, *divmod(index - at.kernel.start, at.units))


def has_name(network: Network, name: str) -> bool:
    """Whether the network has a parameter or a unit of this name."""
    try:
        if is_unit_name(name):
            unit_place(network, name)
        else:
            parameter_index(network, name)
    except UnknownName:
        return False
    return True


def _named(network: Network) -> Iterator[tuple[str, str]]:
    for number, (layer, at) in enumerate(zip(network.layers, network.slices, strict=True), 1):
        for source in range(at.inputs):
            for target in range(at.units):
                label = _weight_label(network, number, source, target)
                yield f"{number}.kernel.{source}.{target}", label
        if layer.use_bias:
            for target in range(at.units):
                yield f"{number}.bias.{target}", _bias_label(network, number, target)


def _weight_label(network: Network, number: int, source: int, target: int) -> str:
    if len(network.layers) > 2:
        return f"w{number},{source + 1},{target + 1}"
    return f"{'WV'[number - 1]}{source * network.layers[number - 1].units + target + 1}"


def _bias_label(network: Network, number: int, target: int) -> str:
    return f"b{_stem(network, number)}{target + 1}"


def _stem(network: Network, number: int) -> str:
    """What the labels of a layer's units begin with."""
    hidden = len(network.layers) - 1
    if number > hidden:
        return "Y"
    return "H" if hidden == 1 else f"H{number},"


def node_labels(network: Network) -> list[list[str]]:
    """Labels of the inputs and of every layer's units: I1, H1, Y1; H2,1 is unit 1 of layer 2."""
    labels = [[f"I{i + 1}" for i in range(network.inputs)]]
    for number, layer in enumerate(network.layers, 1):
        stem = _stem(network, number)
        labels.append([f"{stem}{unit + 1}" for unit in range(layer.units)])
    return labels


def pre_activation_labels(network: Network) -> list[list[str]]:
    """Labels of the pre-activations of every layer's units: h1, y1; layer 1's stand first."""
    return [[label.lower() for label in layer] for layer in node_labels(network)[1:]]


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
    raise UnknownParameter(name, _near(network, name))


def _near(network: Network, name: str) -> list[str]:
    """What a label stands for, or numbers mean; and of the unit that it leads to, others."""
    layer, source, target = _meant(network, name.strip())
    layer = min(max(layer, 1), len(network.layers))
    at, bias = network.slices[layer - 1], network.layers[layer - 1].use_bias
    target = min(target, at.units - 1)
    first = f"{layer}.kernel.{min(source or 0, at.inputs - 1)}.{target}"
    others = [f"{layer}.bias.{target}"] if bias else []
    near = [*others, first] if source is None else [first, *others]
    # The weights beside it, along which one may have miscounted.
    near += [f"{layer}.kernel.{row}.{target}" for row in range(min(2, at.inputs))]
    near += [f"{layer}.kernel.0.{unit}" for unit in range(min(2, at.units))]
    return list(dict.fromkeys(near))[:3]


def _meant(network: Network, name: str) -> tuple[int, int | None, int]:
    """The layer, from 1, the source, None of a bias, and the unit that a name was to mean."""
    last = len(network.layers)
    weight = _WEIGHT_LABEL.fullmatch(name)
    if weight and weight[1] and last <= 2:
        layer = min("WV".index(weight[1].upper()) + 1, last)
        return layer, *divmod(int(weight[2]) - 1, network.layers[layer - 1].units)
    if weight and weight[3]:
        return int(weight[3]), int(weight[4]) - 1, int(weight[5]) - 1
    bias = _UNIT_LABEL.fullmatch(name[1:] if name[:1] in ("b", "B") else name)
    if bias:
        place = _labelled(network, bias)
        return place.layer + 1, None, place.unit
    numbers = [int(number) for number in re.findall(_NUMBER, name)][:3]
    if "bias" in name:
        layer, unit = numbers[:2] + [1, 0][len(numbers[:2]) :]
        return layer, None, unit
    layer, source, target = numbers + [1, 0, 0][len(numbers) :]
    return layer, source, target


def _labelled(network: Network, label: re.Match[str]) -> UnitPlace:
    """Which unit a label stands for; there may be none."""
    stem, first, second = label[1].upper(), int(label[2]), label[3]
    if stem == "Y":
        return UnitPlace(len(network.layers) - 1, first - 1)
    return UnitPlace(0, first - 1) if second is None else UnitPlace(first - 1, int(second) - 1)


def unit_name(place: UnitPlace) -> str:
    """``2.unit.1`` of unit 1 of the second layer."""
    return f"{place.layer + 1}.unit.{place.unit}"


def is_unit_name(name: str) -> bool:
    """Whether a name is meant for a unit; there may be none of this name."""
    return _UNIT.fullmatch(name) is not None


def unit_place(network: Network, name: str) -> UnitPlace:
    """Which unit is called ``name``.

    Raises UnknownUnit, with near names, where the network has none of that name; an input is none.
    """
    match = _UNIT.fullmatch(name)
    if match:
        layer, unit = int(match[1]) - 1, int(match[2])
        if 0 <= layer < len(network.layers) and unit < network.layers[layer].units:
            return UnitPlace(layer, unit)
    raise UnknownUnit(name, _near_units(network, name))


def _near_units(network: Network, name: str) -> list[str]:
    """The unit that a label stands for, or those with numbers as near as can be."""
    last = len(network.layers) - 1
    label = _UNIT_LABEL.fullmatch(name.strip())
    if label:
        place = _labelled(network, label)
        layer, unit = place.layer, place.unit
    else:
        numbers = [int(number) for number in re.findall(_NUMBER, name)][:2]
        layer, unit = numbers + [1, 0][len(numbers) :]
        layer -= 1
    layer = min(max(layer, 0), last)
    unit = min(unit, network.layers[layer].units - 1)
    near = [UnitPlace(layer, unit), UnitPlace(layer, max(0, unit - 1)), UnitPlace(last, 0)]
    return list(dict.fromkeys(map(unit_name, near)))
