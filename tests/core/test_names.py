"""Names of units; those of parameters are tested with the network they name."""

from __future__ import annotations

import pytest

from app.core.names import UnknownUnit, has_name, is_unit_name, unit_name, unit_place
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


def test_names_of_units_and_of_parameters_are_told_apart() -> None:
    network = _network(3, 2)
    assert is_unit_name("2.unit.1")
    assert not is_unit_name("2.bias.1")
    assert not is_unit_name("units")
    assert has_name(network, "2.unit.1")
    assert has_name(network, "2.bias.1")
    assert not has_name(network, "2.unit.2")
    assert not has_name(network, "2.bias.2")
