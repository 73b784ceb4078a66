"""The chain rule as cards: every path a product of factors, and how the paths add up.

Every factor names its place in the drawing, ``edge:2.kernel.0.0`` or ``node:2.0``, by which the
page lights the one when the other is pointed at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from app.core.activations import ACTIVATIONS
from app.core.names import (
    is_unit_name,
    node_labels,
    once_a_network,
    parameter_labels,
    parameter_names,
    pre_activation_labels,
    unit_place,
)
from app.core.network import Network
from app.language import _
from app.web.delta_recursion import Recursion, delta_recursion, delta_symbol
from app.web.figures import alike, precise
from app.web.formulas import derivative, spoken_derivative, tall_mathml
from app.web.sums import Addend, addends, product, sign_of

MOST_CARD_PATHS = 4
MOST_CARD_STEPS = 5
"""With more paths, or longer ones, the paths are folded into the recursion of the deltas."""

SHOWN_PATHS = 24

Explanation = Mapping[str, Any]


@dataclass(frozen=True)
class Factor:
    """One factor, or a result: a formula above, its number below, and what it is.

    spoken: the formula in a line of text. sign: ``positive``, ``negative`` or ``zero``. caption:
    what it is, in a word; doc: in a few more.
    """

    formula: Markup
    spoken: str
    figure: str
    sign: str
    caption: str
    doc: str
    place: str


@dataclass(frozen=True)
class PathRow:
    """One way from the loss to the parameter or unit. via: the units it passes, as text."""

    factors: tuple[Factor, ...]
    via: str
    product: str
    sign: str


@dataclass(frozen=True)
class ChainRule:
    """The chain rule for one example.

    goal: label of the parameter, or of the unit's pre-activation. factors: of the only path, or of
    the last step where paths are folded. paths: all of them, as cards; sum: how they add up.
    recursion: of the deltas, where paths are folded; listed: the largest paths, then. total: how
    many paths there are. rest: sum of the paths not listed, if any. text: the whole in words and
    numbers.
    """

    goal: str
    result: Factor
    factors: tuple[Factor, ...]
    paths: tuple[PathRow, ...]
    sum: tuple[Addend, ...]
    recursion: Recursion | None
    listed: tuple[PathRow, ...]
    total: int
    rest: str
    text: str


def chain_rule(network: Network, explanation: Explanation) -> ChainRule:
    """The chain rule of a parameter or unit as cards, or folded where it is too long for that."""
    names, paths = _names(network), explanation["paths"]
    total = explanation["paths_total"]
    longest = max((len(path["steps"]) for path in paths), default=0)
    folded = total > MOST_CARD_PATHS or longest > MOST_CARD_STEPS
    if folded:
        paths = sorted(paths, key=lambda path: -abs(path["product"]))
    shown = paths[:SHOWN_PATHS]
    rest = explanation["paths_rest"] + sum(path["product"] for path in paths[SHOWN_PATHS:])
    products = [path["product"] for path in shown]
    goal, result = _result(network, explanation)
    # All figures of the sum have the same decimals, so that what is shown adds up.
    sum_figure, *figures, rest_figure = alike([result.value, *products, rest])
    rows = tuple(_path(names, path, told) for path, told in zip(shown, figures, strict=True))
    card = result.card(sum_figure)
    recursion = delta_recursion(network, explanation) if folded else None
    if folded:
        factors = _last_factors(network, explanation, rows[0])
    else:
        factors = rows[0].factors if total == 1 else ()
    several = total > 1 and not folded
    return ChainRule(
        goal=goal,
        result=card,
        factors=factors,
        paths=rows if several else (),
        sum=addends(products, figures) if several else (),
        recursion=recursion,
        listed=rows if folded else (),
        total=total,
        rest=rest_figure if total > len(rows) else "",
        text=_text(card, factors, () if folded else rows),
    )


@dataclass(frozen=True)
class _Result:
    """What the paths add up to. top, bottom: labels of the derivative."""

    bottom: str
    value: float
    place: str
    caption: str = ""
    doc: str = ""

    def card(self, figure: str) -> Factor:
        return Factor(
            tall_mathml(derivative("E", self.bottom)),
            spoken_derivative("E", self.bottom),
            figure,
            sign_of(self.value),
            self.caption,
            self.doc,
            self.place,
        )


def _result(network: Network, explanation: Explanation) -> tuple[str, _Result]:
    """The label of what the paths lead to, and what they add up to."""
    name, label = explanation["name"], explanation["label"]
    if not is_unit_name(name):
        return label, _Result(label, explanation["example_gradient"], f"edge:{name}")
    place = unit_place(network, name)
    goal = pre_activation_labels(network)[place.layer][place.unit]
    doc = _("what an error of the output comes to here")
    delta = f"δ {label}"
    node = f"node:{place.layer + 1}.{place.unit}"
    return goal, _Result(goal, explanation["delta"], node, delta, doc)


class _Names:
    """Labels of a network's units and parameters, by their place in the drawing."""

    def __init__(self, network: Network) -> None:
        units = node_labels(network)
        self.labels = {
            f"node:{layer}.{unit}": label
            for layer, labels in enumerate(units)
            for unit, label in enumerate(labels)
        }
        named = zip(parameter_names(network), parameter_labels(network), strict=True)
        self.labels |= {f"edge:{name}": label for name, label in named}
        self.activations = [layer.activation.entry.name for layer in network.layers]

    def caption(self, step: Mapping[str, Any]) -> tuple[str, str]:
        """What a factor is, in a word, and in a few more."""
        kind, place = step["kind"], step["place"]
        if kind == "loss":
            return _("loss"), _("slope of the loss")
        if kind == "activation":
            layer = int(place.removeprefix("node:").partition(".")[0])
            title = _(ACTIVATIONS[self.activations[layer - 1]].title)
            return _("slope"), _("slope of {activation}").format(activation=title)
        if kind == "one":
            return _("bias"), _("a bias is added as it is")
        label = self.labels[place]
        text = _("weight {label}") if kind == "weight" else _("value of {label}")
        return label, text.format(label=label)


@once_a_network
def _names(network: Network) -> _Names:
    return _Names(network)


def _path(names: _Names, path: Mapping[str, Any], product: str) -> PathRow:
    """product: of the path, as it is told."""
    factors = []
    for step in path["steps"]:
        top, bottom = (part.removeprefix("d") for part in step["symbol"].split("/"))
        factors.append(
            _factor(
                derivative(top, bottom),
                spoken_derivative(top, bottom),
                step["value"],
                step["place"],
                *names.caption(step),
            )
        )
    units = [names.labels[step["place"]] for step in path["steps"] if step["kind"] == "activation"]
    return PathRow(
        factors=tuple(factors),
        via=" → ".join(units),
        product=product,
        sign=sign_of(path["product"]),
    )


def _last_factors(network: Network, explanation: Explanation, path: PathRow) -> tuple[Factor, ...]:
    """The one step in which folded paths end: delta and input, or for a unit what comes back to
    its activation, and the slope there. path: any of them.
    """
    name, delta = explanation["name"], explanation["deltas"][0]
    place = f"node:{delta['layer']}.{delta['unit']}"
    if not is_unit_name(name):
        doc = _("what an error of the output comes to here")
        symbol, spoken = delta_symbol(delta["label"]), f"δ {delta['label']}"
        return _factor(symbol, spoken, delta["delta"], place, _("delta"), doc), path.factors[-1]
    if delta["cross"] is not None:
        return ()
    label = delta["label"]
    doc = _("what comes back to {label}, by all paths").format(label=label)
    upstream = _factor(
        derivative("E", label),
        spoken_derivative("E", label),
        delta["upstream"],
        place,
        _("all paths"),
        doc,
    )
    return upstream, path.factors[-1]


def _factor(
    latex: str, spoken: str, value: float, place: str, caption: str = "", doc: str = ""
) -> Factor:
    formula, sign = tall_mathml(latex), sign_of(value)
    return Factor(formula, spoken, precise(value), sign, caption, doc, place)


def _text(result: Factor, factors: tuple[Factor, ...], rows: Sequence[PathRow]) -> str:
    """The chain rule in a line, for those who hear it."""
    products = [row.factors for row in rows] or ([factors] if factors else [])
    formula = " + ".join(" · ".join(x.spoken for x in factors) for factors in products)
    numbers = " + ".join(
        product(*(factor.figure for factor in factors), behind=place > 0)
        for place, factors in enumerate(products)
    )
    told = [text for text in (result.spoken, formula, numbers, result.figure) if text]
    return " = ".join(told)
