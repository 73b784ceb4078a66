"""Names of units; those of parameters are tested with the network they name."""

from __future__ import annotations

import pytest

from app.core.names import (
    UnknownParameter,
    UnknownUnit,
    has_name,
    is_unit_name,
    parameter_index,
    parameter_labels,
    parameter_names,
    unit_name,
    unit_place,
)
from app.core.network import Network, UnitPlace
from tests.core.networks import dense


def _network(*units: int) -> Network:
    return Network(2, [dense(count) for count in units])


def test_a_unit_has_a_name_and_the_name_its_unit() -> None:
    network = _network(3, 2)
    for layer, count in enumerate((3, 2)):
        for unit in range(count):
            place = UnitPlace(layer, unit)
            assert unit_place(network, unit_name(place)) == place
    assert unit_name(UnitPlace(0, 2)) == "1.unit.2"


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("1.unit.9", "1.unit.2"),
        ("0.unit.1", "1.unit.1"),  # an input is no unit
        ("7.unit.0", "2.unit.0"),
        ("H2", "1.unit.1"),
        ("y2", "2.unit.1"),
        ("1.bias.1", "1.unit.1"),
        ("01.unit.0", "2.unit.0"),
        ("1.unit.-1", "1.unit.1"),
        ("", "1.unit.0"),
    ],
)
def test_an_unknown_unit_offers_near_ones(name: str, near: str) -> None:
    network = _network(3, 2)
    with pytest.raises(UnknownUnit) as caught:
        unit_place(network, name)
    assert near in caught.value.near
    assert all(has_name(network, offered) for offered in caught.value.near)


def test_a_label_of_a_deep_network_stands_for_its_unit() -> None:
    with pytest.raises(UnknownUnit) as caught:
        unit_place(_network(2, 3, 1), "H2,3")
    assert caught.value.near[0] == "2.unit.2"


@pytest.mark.parametrize("units", [(3, 2), (3,), (2, 3, 4, 1)])
def test_the_label_of_a_parameter_offers_that_parameter_first(units: tuple[int, ...]) -> None:
    network = _network(*units)
    for name, label in zip(parameter_names(network), parameter_labels(network), strict=True):
        for typed in (label, label.upper(), f" {label.lower()} "):
            with pytest.raises(UnknownParameter) as caught:
                parameter_index(network, typed)
            assert caught.value.near[0] == name, typed
            assert all(has_name(network, offered) for offered in caught.value.near)


def test_without_biases_other_weights_are_near() -> None:
    network = Network(2, [dense(3, use_bias=False), dense(2, use_bias=False)])
    for typed in ("1.kernel.0.9", "bH2", "nothing", "V77", "2.bias.0"):
        with pytest.raises(UnknownParameter) as caught:
            parameter_index(network, typed)
        assert len(caught.value.near) >= 2, typed
        assert all(has_name(network, offered) for offered in caught.value.near)


def test_names_of_units_and_of_parameters_are_told_apart() -> None:
    network = _network(3, 2)
    assert is_unit_name("2.unit.1")
    assert not is_unit_name("2.bias.1")
    assert not is_unit_name("units")
    assert has_name(network, "2.unit.1")
    assert has_name(network, "2.bias.1")
    assert not has_name(network, "2.unit.2")
    assert not has_name(network, "2.bias.2")
