"""The recursion of the deltas, into which the paths of a deep network are folded.

    delta_j = f'(z_j) * sum over k of w_jk * delta_k

Source: Rumelhart, Hinton and Williams (1986).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from markupsafe import Markup

from app.core.names import pre_activation_labels
from app.core.network import Network
from app.core.training import Training
from app.language import _
from app.web.arithmetic import Expression, Number, plain, total
from app.web.figures import bracketed, precise
from app.web.formulas import mathml
from app.web.on_paper import Addend, addends, digits_for, sign_of
from app.web.slope_lines import SlopeLine, slope_lines

LEVELS = 5
"""Steps of colour, from the smallest delta to the largest."""

NUMBERED = 4
"""Layers of at most so many units have their deltas written out."""

SHOWN_UNITS = 24
SHOWN_TERMS = 4


@dataclass(frozen=True)
class Term:
    """A weight times the delta behind it, as a term of a sum."""

    addend: Addend
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
    """The deltas of a layer. slopes: how those of the activation come about, and of the loss in
    the last layer, of the first units. more: how many units are not shown.
    """

    number: int
    title: str
    deltas: tuple[Delta, ...]
    slopes: tuple[SlopeLine, ...]
    numbered: bool
    more: int


@dataclass(frozen=True)
class Recursion:
    """The rule, and the deltas from the loss back to the parameter, layer by layer."""

    formula: Markup
    layers: tuple[DeltaLayer, ...]


def delta_recursion(training: Training, explanation: Mapping[str, Any], loss: str) -> Recursion:
    """Of an explanation's deltas. loss: what the loss of the example is called."""
    network = training.network
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
                slopes=_slopes(training, explanation, shown[:NUMBERED], number, units, loss),
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


def _slopes(
    training: Training,
    explanation: Mapping[str, Any],
    shown: Sequence[Delta],
    number: int,
    units: Sequence[Mapping[str, Any]],
    loss: str,
) -> tuple[SlopeLine, ...]:
    """Of the units of a layer that are written out. number: the layer's."""
    sums = pre_activation_labels(training.network)[number - 1]
    symbols = {}
    for delta, unit in zip(shown, units, strict=False):
        if not delta.terms:
            symbols[f"dE/d{delta.label}"] = delta.upstream.strip("()")
        symbols[f"d{delta.label}/d{sums[unit['unit']]}"] = delta.slope
    return slope_lines(training, explanation, symbols, loss)


def _delta(delta: Mapping[str, Any], largest: float) -> Delta:
    value, slope = delta["delta"], Number("", delta["derivative"])
    terms = sorted(delta["terms"], key=lambda term: -abs(term["weight"] * term["delta"]))
    rest = delta["terms_rest"] + sum(term["weight"] * term["delta"] for term in terms[SHOWN_TERMS:])
    upstream = Number("", delta["upstream"])
    written: list[Expression] = [
        Number("", term["weight"]) * Number("", term["delta"]) for term in terms[:SHOWN_TERMS]
    ]
    if rest:
        written.append(Number("", rest))
    expression = slope * (total(written) if written else upstream)
    if delta["cross"] is not None:
        expression += Number("", delta["cross"])
    figure = precise(value)
    digits = digits_for((expression, figure))
    sums = addends(written, digits)
    behind = addends([slope, Number("", delta["cross"] or 0.0)], digits)[1]
    share = (abs(value) / largest) ** 0.5 if largest else 0.0
    return Delta(
        formula=mathml(delta_symbol(delta["label"])),
        label=delta["label"],
        figure=figure,
        sign=sign_of(value),
        level=round(LEVELS * share),
        place=f"node:{delta['layer']}.{delta['unit']}",
        slope=plain(slope.number, digits),
        upstream=bracketed(plain(upstream.number, digits)),
        terms=tuple(
            Term(addend, f"edge:{term['parameter']}")
            for addend, term in zip(sums, terms[:SHOWN_TERMS], strict=False)
        ),
        rest=sums[-1] if rest else None,
        cross=None if delta["cross"] is None else behind,
    )
