"""The inspector: what the page shows of the chosen parameter, made from its explanation.

Every factor of the chain rule names its place in the drawing, ``edge:2.kernel.0.0`` or
``node:2.0``, by which the page lights the one when the other is pointed at.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from app.core.activations import ACTIVATIONS
from app.core.names import node_labels, once_a_network, parameter_labels, parameter_names
from app.core.network import Network
from app.language import _, ngettext
from app.session.session import Session
from app.web.delta_recursion import Recursion, delta_recursion, delta_symbol
from app.web.figures import figure
from app.web.formulas import derivative, spoken_derivative, tall_mathml
from app.web.update_steps import UpdateStep, update_steps

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
    """One way from the loss to the parameter. via: the units it passes, as text."""

    factors: tuple[Factor, ...]
    via: str
    product: str
    sign: str


@dataclass(frozen=True)
class ChainRule:
    """The chain rule for one example.

    factors: of the only path, or delta and input where paths are folded. paths: all of them, as
    cards. recursion: of the deltas, where paths are folded; listed: the largest paths, then.
    rest: sum of the paths not listed, if any. text: the whole in words and numbers.
    """

    result: Factor
    factors: tuple[Factor, ...]
    paths: tuple[PathRow, ...]
    recursion: Recursion | None
    listed: tuple[PathRow, ...]
    total: int
    rest: str
    text: str


@dataclass(frozen=True)
class NumericCheck:
    """The gradient by central differences. difference: relative to the gradient."""

    figure: str
    difference: str
    kink: bool


@dataclass(frozen=True)
class Inspector:
    """What is shown of the chosen parameter; only ``chosen`` is filled where nothing is chosen.

    chosen: its name. frozen: a sentence where no update moves it. about: whose chain rule it is,
    where there are several examples. gradient: how the examples add up to the gradient. preview:
    what sets the update that is calculated apart from the next one to come, if anything does.
    """

    chosen: str
    label: str
    frozen: str
    about: str
    chain: ChainRule | None
    gradient: str
    update: tuple[UpdateStep, ...]
    preview: str
    numeric: NumericCheck | None


NOTHING = Inspector("", "", "", "", None, "", (), "", None)


def inspector(session: Session) -> Inspector:
    """Of a session's chosen parameter."""
    explanation = session.explanation()
    if explanation is None:
        return NOTHING
    numeric = explanation["numeric"]
    return Inspector(
        chosen=explanation["name"],
        label=explanation["label"],
        frozen=_frozen(explanation),
        about=_about(session, explanation),
        chain=chain_rule(session.run.network, explanation),
        gradient=_gradient(explanation),
        update=update_steps(session, explanation),
        preview=_preview(session, explanation),
        numeric=NumericCheck(
            figure=figure(numeric["gradient"]),
            difference=_rough(numeric["relative_error"]),
            kink=numeric["kink"],
        ),
    )


def chain_rule(network: Network, explanation: Explanation) -> ChainRule:
    """The chain rule as cards, or folded where it is too long for that."""
    names = _names(network)
    paths = explanation["paths"]
    total = explanation["paths_total"]
    longest = max((len(path["steps"]) for path in paths), default=0)
    folded = total > MOST_CARD_PATHS or longest > MOST_CARD_STEPS
    if folded:
        paths = sorted(paths, key=lambda path: -abs(path["product"]))
    rows = tuple(_path(names, path) for path in paths[:SHOWN_PATHS])
    result = _factor(
        derivative("E", explanation["label"]),
        spoken_derivative("E", explanation["label"]),
        explanation["example_gradient"],
        f"edge:{explanation['name']}",
    )
    recursion = delta_recursion(network, explanation) if folded else None
    factors: tuple[Factor, ...]
    if recursion is not None:
        factors = (_delta_factor(explanation), rows[0].factors[-1])
    else:
        factors = rows[0].factors if total == 1 else ()
    rest = explanation["paths_rest"] + sum(path["product"] for path in paths[SHOWN_PATHS:])
    return ChainRule(
        result=result,
        factors=factors,
        paths=rows if total > 1 and not folded else (),
        recursion=recursion,
        listed=rows if folded else (),
        total=total,
        rest=figure(rest) if total > len(rows) else "",
        text=_text(result, factors, () if folded else rows),
    )


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


def _path(names: _Names, path: Mapping[str, Any]) -> PathRow:
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
        product=figure(path["product"]),
        sign=sign_of(path["product"]),
    )


def _delta_factor(explanation: Explanation) -> Factor:
    """The delta of the unit that the parameter leads into."""
    layer, _kind, *at = explanation["name"].split(".")
    unit = int(at[-1])
    delta = next(
        delta
        for delta in explanation["deltas"]
        if delta["layer"] == int(layer) and delta["unit"] == unit
    )
    return _factor(
        delta_symbol(delta["label"]),
        f"δ {delta['label']}",
        delta["delta"],
        f"node:{layer}.{unit}",
        _("delta"),
        _("what an error of the output comes to here"),
    )


def _factor(
    latex: str, spoken: str, value: float, place: str, caption: str = "", doc: str = ""
) -> Factor:
    formula, sign = tall_mathml(latex), sign_of(value)
    return Factor(formula, spoken, figure(value), sign, caption, doc, place)


def sign_of(value: float) -> str:
    """The class that gives a number its colour."""
    return "positive" if value > 0 else "negative" if value < 0 else "zero"


def _text(result: Factor, factors: tuple[Factor, ...], rows: tuple[PathRow, ...]) -> str:
    """The chain rule in a line, for those who hear it."""
    products = [row.factors for row in rows] or [factors]
    formula = " + ".join(" · ".join(x.spoken for x in product) for product in products)
    numbers = " + ".join(" · ".join(x.figure for x in product) for product in products)
    return f"{result.spoken} = {formula} = {numbers} = {result.figure}"


def _frozen(explanation: Explanation) -> str:
    if explanation["trainable"]:
        return ""
    return _("{label} is frozen: it has a gradient all the same, but no update moves it.").format(
        label=explanation["label"]
    )


def _about(session: Session, explanation: Explanation) -> str:
    count = len(session.run.examples.inputs)
    if count == 1:
        return ""
    return _("for example {number} of {count}").format(
        number=explanation["example"] + 1, count=count
    )


def _gradient(explanation: Explanation) -> str:
    examples = explanation["examples"]
    if len(examples) < 2:
        return ""
    hardest = max(examples, key=lambda example: abs(float(example["contribution"])))
    return ngettext(
        "The bar adds up to the gradient, {gradient}.",
        "The {count} bars add up to the gradient, {gradient}; example {number} pulls hardest, "
        "with {contribution}.",
        len(examples),
    ).format(
        count=len(examples),
        gradient=figure(explanation["gradient"]),
        number=hardest["index"] + 1,
        contribution=figure(hardest["contribution"]),
    )


def _preview(session: Session, explanation: Explanation) -> str:
    count = len(session.run.examples.inputs)
    if explanation["over"] == "batch" or session.spec.batch_size >= count:
        return ""
    return _(
        "As if all {count} examples were one batch; Forward and Backward bring the numbers of the "
        "next batch of {size}."
    ).format(count=count, size=session.spec.batch_size)


def _rough(error: float) -> str:
    """An error by its order of magnitude: "2e−11"."""
    if not math.isfinite(error):
        return figure(error)
    return f"{error:.0e}".replace("e-0", "e-").replace("-", "−") if error else "0"
