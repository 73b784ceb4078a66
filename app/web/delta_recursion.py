"""The recursion of the deltas, into which the paths of a deep network are folded.

    delta_j = f'(z_j) * sum over k of w_jk * delta_k

Source: Rumelhart, Hinton and Williams (1986).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from markupsafe import Markup

from app.core.network import Network
from app.language import _
from app.web.figures import bracketed, precise
from app.web.formulas import mathml
from app.web.sums import Addend, added, product, sign_of

LEVELS = 5
"""Steps of colour, from the smallest delta to the largest."""

NUMBERED = 4
"""Layers of at most so many units have their deltas written out."""

SHOWN_UNITS = 24
SHOWN_TERMS = 4


@dataclass(frozen=True)
class Term:
    """A weight times the delta behind it."""

    text: str
    place: str


@dataclass(frozen=True)
class Delta:
    """The delta of one unit. slope: f' at the unit. upstream: what comes back to it, the sum of
    the terms; terms: the largest; rest: the sum of the others, if any. cross: what comes by way of
    the other units of its layer, where the activation mixes them. What stands behind an operator
    is written so.
    """

    formula: Markup
    label: str
    figure: str
    sign: str
    level: int
    place: str
    slope: str
    upstream: str
    terms: tuple[Term, ...]
    rest: Addend | None
    cross: Addend | None


@dataclass(frozen=True)
class DeltaLayer:
    """The deltas of a layer. more: how many units are not shown."""

    number: int
    title: str
    deltas: tuple[Delta, ...]
    numbered: bool
    more: int


@dataclass(frozen=True)
class Recursion:
    """The rule, and the deltas from the loss back to the parameter, layer by layer."""

    formula: Markup
    layers: tuple[DeltaLayer, ...]


def delta_recursion(network: Network, explanation: Mapping[str, Any]) -> Recursion:
    """Of an explanation's deltas."""
    deltas = sorted(explanation["deltas"], key=lambda delta: (-delta["layer"], delta["unit"]))
    largest = max((abs(delta["delta"]) for delta in deltas), default=0.0)
    layers = []
    for number, group in groupby(deltas, key=lambda delta: delta["layer"]):
        units = list(group)
        shown = tuple(_delta(delta, largest) for delta in units[:SHOWN_UNITS])
        layers.append(
            DeltaLayer(
                number=number,
                title=_title(network, number),
                deltas=shown,
                numbered=len(units) <= NUMBERED,
                more=len(units) - len(shown),
            )
        )
    return Recursion(mathml(r"\delta_j = f'(z_j) \cdot \sum_k w_{jk}\,\delta_k"), tuple(layers))


def delta_symbol(label: str) -> str:
    """LaTeX of the delta of the unit that has this label."""
    return rf"\delta_{{{label}}}"


def _title(network: Network, number: int) -> str:
    if number == len(network.layers):
        return _("output")
    return _("hidden {number}").format(number=number)


def _delta(delta: Mapping[str, Any], largest: float) -> Delta:
    value, slope = delta["delta"], delta["derivative"]
    terms = sorted(delta["terms"], key=lambda term: -abs(term["weight"] * term["delta"]))
    rest = delta["terms_rest"] + sum(term["weight"] * term["delta"] for term in terms[SHOWN_TERMS:])
    share = (abs(value) / largest) ** 0.5 if largest else 0.0
    return Delta(
        formula=mathml(delta_symbol(delta["label"])),
        label=delta["label"],
        figure=precise(value),
        sign=sign_of(value),
        level=round(LEVELS * share),
        place=f"node:{delta['layer']}.{delta['unit']}",
        slope=precise(slope),
        upstream=bracketed(precise(delta["upstream"])),
        terms=_terms(terms[:SHOWN_TERMS]),
        rest=_added(rest) if rest else None,
        cross=None if delta["cross"] is None else _added(delta["cross"]),
    )


def _added(value: float) -> Addend:
    return Addend(*added(precise(value)), sign_of(value))


def _terms(terms: Sequence[Mapping[str, Any]]) -> tuple[Term, ...]:
    return tuple(
        Term(
            product(precise(term["weight"]), precise(term["delta"]), behind=place > 0),
            f"edge:{term['parameter']}",
        )
        for place, term in enumerate(terms)
    )
