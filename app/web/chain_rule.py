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
from app.core.training import Training
from app.language import _
from app.web.arithmetic import Number, plain, product
from app.web.delta_recursion import Recursion, delta_recursion, delta_symbol
from app.web.figures import precise
from app.web.formulas import derivative, spoken_derivative, tall_mathml
from app.web.on_paper import Addend, digits_for, sign_of, summands, told
from app.web.slope_lines import SlopeLine, slope_lines

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
    """One way from the loss to the parameter or unit. via: the units it passes, as text. numbers:
    the factors multiplied, as a
    term behind the paths before.
    """

    factors: tuple[Factor, ...]
    via: str
    numbers: str
    product: str
    sign: str


@dataclass(frozen=True)
class ChainRule:
    """The chain rule for one example.

    goal: label of the parameter, or of the unit's pre-activation. factors: of the only path, or of
    the last step where paths are folded. paths: all of them, as cards; sum: how they add up.
    slopes: of the loss and of activations, among the factors that are shown as cards. recursion: of
    the deltas, where paths are folded; listed: the largest paths, then. total: how many paths there
    are. rest: sum of the paths not listed, if any. text: the whole in words and numbers.
    """

    goal: str
    result: Factor
    factors: tuple[Factor, ...]
    paths: tuple[PathRow, ...]
    sum: tuple[Addend, ...]
    slopes: tuple[SlopeLine, ...]
    recursion: Recursion | None
    listed: tuple[PathRow, ...]
    total: int
    rest: str
    text: str


def chain_rule(training: Training, explanation: Explanation, loss: str = "E") -> ChainRule:
    """The chain rule of a parameter or unit as cards, or folded where it is too long for that.

    loss: what the loss of the example is called.
    """
    network, paths = training.network, explanation["paths"]
    total = explanation["paths_total"]
    longest = max((len(path["steps"]) for path in paths), default=0)
    folded = total > MOST_CARD_PATHS or longest > MOST_CARD_STEPS
    if folded:
        paths = sorted(paths, key=lambda path: -abs(path["product"]))
    shown = paths[:SHOWN_PATHS]
    products = [path["product"] for path in shown]
    if total > len(shown):
        others = sum(path["product"] for path in paths[SHOWN_PATHS:])
        products.append(explanation["paths_rest"] + others)
    goal, result = _result(network, explanation, loss)
    result_figure = precise(result.value)
    addends = summands(products, result_figure) if total > 1 else ()
    figures = list(map(told, addends)) or [result_figure]
    names = _names(network)
    vias = [names.via(path) for path in shown]
    rows = _rows([_steps(names, path, loss) for path in shown], figures, vias)
    steps: Sequence[_Step] = ()
    if folded:
        steps = _last_steps(network, explanation, _steps(names, shown[0], loss)[-1], loss)
    elif total == 1:
        steps = _steps(names, shown[0], loss)
    several = total > 1 and not folded
    written = rows if several else _rows([steps], [result_figure], [""]) if steps else ()
    slopes = _slopes_among(explanation, [x for row in written for x in row.factors], loss)
    card = result.card(result_figure)
    return ChainRule(
        goal=goal,
        result=card,
        factors=() if several or not written else written[0].factors,
        paths=rows if several else (),
        sum=addends if several else (),
        slopes=slope_lines(training, explanation, slopes, loss),
        recursion=delta_recursion(training, explanation, loss) if folded else None,
        listed=rows if folded else (),
        total=total,
        rest=figures[-1] if total > len(rows) else "",
        text=_text(card, written),
    )


@dataclass(frozen=True)
class _Step:
    """A factor, or what the paths add up to, before its number is told.

    top, bottom: labels of the derivative; latex, spoken: where it is something else.
    """

    top: str
    bottom: str
    value: float
    place: str
    caption: str = ""
    doc: str = ""
    latex: str = ""
    spoken: str = ""

    def card(self, figure: str) -> Factor:
        """With its number as it is told."""
        return Factor(
            tall_mathml(self.latex or derivative(self.top, self.bottom)),
            self.spoken or spoken_derivative(self.top, self.bottom),
            figure,
            sign_of(self.value),
            self.caption,
            self.doc,
            self.place,
        )


def _rows(
    paths: Sequence[Sequence[_Step]], products: Sequence[str], vias: Sequence[str]
) -> tuple[PathRow, ...]:
    """Factors with so many digits that they come to the products that are shown.

    The same number looks alike in all paths, unless there are many.
    """
    goals = [
        (product([Number("", step.value) for step in steps]), shown)
        for steps, shown in zip(paths, products, strict=False)
    ]
    each = [digits_for(goal) for goal in goals]
    if len(goals) <= MOST_CARD_PATHS:
        each = [digits_for(*goals)] * len(goals)
    return tuple(
        PathRow(
            factors=tuple(step.card(plain(step.value, digits)) for step in steps),
            via=via,
            numbers=expression.text(digits, leading=place == 0),
            product=shown,
            sign=sign_of(expression.value()),
        )
        for place, (steps, via, (expression, shown), digits) in enumerate(
            zip(paths, vias, goals, each, strict=True)
        )
    )


def _slopes_among(explanation: Explanation, factors: Sequence[Factor], loss: str) -> dict[str, str]:
    """Which of the slopes that are explained are among the factors, and as what they are shown."""
    shown = {factor.spoken: factor.figure for factor in factors}
    found = {}
    for symbol in explanation["slopes"]:
        top, bottom = _parts(symbol, loss)
        spoken = spoken_derivative(top, bottom)
        if spoken in shown:
            found[symbol] = shown[spoken]
    return found


def _parts(symbol: str, loss: str) -> tuple[str, str]:
    """The labels of a derivative of an explanation: of ``dY1/dy1`` Y1 and y1."""
    top, bottom = (part.removeprefix("d") for part in symbol.split("/"))
    return loss if top == "E" else top, bottom


def _result(network: Network, explanation: Explanation, loss: str) -> tuple[str, _Step]:
    """The label of what the paths lead to, and what they add up to."""
    name, label = explanation["name"], explanation["label"]
    if not is_unit_name(name):
        return label, _Step(loss, label, explanation["example_gradient"], f"edge:{name}")
    place = unit_place(network, name)
    goal = pre_activation_labels(network)[place.layer][place.unit]
    doc = _("what an error of the output comes to here")
    node = f"node:{place.layer + 1}.{place.unit}"
    return goal, _Step(loss, goal, explanation["delta"], node, f"δ {label}", doc)


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

    def via(self, path: Mapping[str, Any]) -> str:
        """The units that a path passes."""
        steps = path["steps"]
        return " → ".join(self.labels[x["place"]] for x in steps if x["kind"] == "activation")

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


def _steps(names: _Names, path: Mapping[str, Any], loss: str) -> list[_Step]:
    return [
        _Step(*_parts(step["symbol"], loss), step["value"], step["place"], *names.caption(step))
        for step in path["steps"]
    ]


def _last_steps(
    network: Network, explanation: Explanation, last: _Step, loss: str
) -> Sequence[_Step]:
    """The one step in which folded paths end: delta and input, or for a unit what comes back to
    its activation, and the slope there. last: that of any path.
    """
    name, delta = explanation["name"], explanation["deltas"][0]
    place, label = f"node:{delta['layer']}.{delta['unit']}", delta["label"]
    if not is_unit_name(name):
        doc = _("what an error of the output comes to here")
        latex, spoken = delta_symbol(label), f"δ {label}"
        return _Step("", "", delta["delta"], place, _("delta"), doc, latex, spoken), last
    if delta["cross"] is not None:
        return ()
    doc = _("what comes back to {label}, by all paths").format(label=label)
    return _Step(loss, label, delta["upstream"], place, _("all paths"), doc), last


def _text(result: Factor, rows: Sequence[PathRow]) -> str:
    """The chain rule in a line, for those who hear it."""
    formula = " + ".join(" · ".join(factor.spoken for factor in row.factors) for row in rows)
    numbers = " + ".join(row.numbers for row in rows)
    parts = [text for text in (result.spoken, formula, numbers, result.figure) if text]
    return " = ".join(parts)
