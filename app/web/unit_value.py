"""How the value of the chosen unit comes about, and what its delta means for what leads into it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from app.core.names import is_unit_name, parameter_index, parameter_label, unit_place
from app.language import _
from app.session.session import Session
from app.web.arithmetic import Expression, Number, total
from app.web.choosing import choose_button
from app.web.delta_recursion import delta_symbol
from app.web.figures import count as counted
from app.web.figures import precise
from app.web.formulas import mathml, symbol
from app.web.on_paper import (
    Addend,
    addends,
    calculated,
    digits_for,
    sign_of,
    summands,
    told,
)
from app.web.slope_lines import loss_symbol
from app.web.unit_labels import UnitLabels

WRITTEN_OUT = 6
"""A sum of more terms is told by its largest."""

MOST_GRADIENTS = 24


@dataclass(frozen=True)
class Part:
    """A term of the sum: the numbers multiplied, or the bias. letters: the same in letters. place:
    of its parameter.
    """

    letters: Markup
    addend: Addend
    place: str


@dataclass(frozen=True)
class Line:
    """A parameter that leads into the unit. numbers: what its gradient, for the one example, is
    the product of. button: chooses it.
    """

    button: Markup
    numbers: str
    figure: str
    sign: str
    place: str


@dataclass(frozen=True)
class UnitValue:
    """From the inputs of a unit to its value, and from its delta to the gradients before it.

    sum_of: what the sum is called. parts: its terms as products; addends: the products as numbers,
    where there are several; rest: the sum of those that are not written out, if any. formula: of
    the activation. gradient: the formula of the gradients of the weights. lines: theirs, the first
    ones; more: how many others there are. bias: a sentence on its gradient. mean: another on the
    delta over all examples that gradients are of, where there are several.
    """

    sum_of: Markup
    parts: tuple[Part, ...]
    rest: Addend | None
    addends: tuple[Addend, ...]
    sum: str
    formula: Markup
    value: str
    gradient: Markup
    lines: tuple[Line, ...]
    more: int
    bias: Markup
    mean: str


def unit_value(session: Session, explanation: Mapping[str, Any]) -> UnitValue:
    """Of an explanation of a unit."""
    network = session.run.network
    place = unit_place(network, explanation["name"])
    labels = UnitLabels(network, place.layer, place.unit)
    terms = _largest(explanation["terms"])
    z = explanation["pre_activation"]
    written = [_term(labels, term) for term in terms]
    products = [term.value() for term in written]
    if explanation["terms_total"] > len(terms):
        products.append(z - sum(products))
    figure = precise(z)
    numbers = summands(products, figure)
    # The products come to the numbers of the sum, and all of them to the sum itself.
    rest = [Number("", value) for value in products[len(terms) :]]
    goals = [(term, told(number)) for term, number in zip(written, numbers, strict=False)]
    digits = digits_for((total([*written, *rest]), figure), *goals)
    shown = addends([*written, *rest], digits)
    weights = [term for term in explanation["terms"] if term["place"] is not None]
    loss = loss_symbol(explanation["example"], len(session.run.examples.inputs))
    return UnitValue(
        sum_of=mathml(labels.z),
        parts=tuple(
            Part(mathml(expression.latex()), addend, f"edge:{term['parameter']}")
            for expression, addend, term in zip(written, shown, terms, strict=False)
        ),
        rest=shown[-1] if rest else None,
        addends=numbers if len(numbers) > 1 else (),
        sum=figure,
        formula=mathml(f"{labels.a} = {labels.activation}"),
        value=precise(explanation["activation"]),
        gradient=mathml(
            rf"\frac{{\partial {symbol(loss)}}}{{\partial w}} = "
            rf"{delta_symbol(labels.name)} \cdot \mathrm{{input}}"
        ),
        lines=tuple(_line(term, explanation["delta"]) for term in weights[:MOST_GRADIENTS]),
        more=network.slices[place.layer].inputs - min(len(weights), MOST_GRADIENTS),
        bias=_bias(session, explanation),
        mean=_mean(session, explanation),
    )


def unit_chosen(session: Session) -> Markup:
    """The sentence on the unit that has just been chosen; empty where none is."""
    explanation = session.explanation()
    if explanation is None or not is_unit_name(explanation["name"]):
        return Markup("")
    delta = explanation["delta"]
    if delta < 0:
        text = _("{unit} is {value}, its delta {delta}: a larger sum in it would lower the loss.")
    elif delta > 0:
        text = _("{unit} is {value}, its delta {delta}: a larger sum in it would raise the loss.")
    else:
        text = _("{unit} is {value}, its delta 0: a little more in its sum would change nothing.")
    return Markup(text).format(
        unit=choose_button(explanation["name"], explanation["label"]),
        value=precise(explanation["activation"]),
        delta=Markup('<span class="{}">{}</span>').format(sign_of(delta), precise(delta)),
    )


def _largest(terms: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The terms that are written out, in their order."""
    if len(terms) <= WRITTEN_OUT:
        return list(terms)
    by_size = sorted(terms, key=lambda term: -abs(term["weight"] * term["input"]))
    kept = {term["parameter"] for term in by_size[:WRITTEN_OUT]}
    return [term for term in terms if term["parameter"] in kept]


def _term(labels: UnitLabels, term: Mapping[str, Any]) -> Expression:
    """What comes in, times its weight; or the bias."""
    weight = Number(symbol(term["label"]), term["weight"])
    if term["place"] is None:
        return weight
    source = int(term["place"].rpartition(".")[2])
    return Number(symbol(labels.before[source]), term["input"]) * weight


def _line(term: Mapping[str, Any], delta: float) -> Line:
    expression = Number("", delta) * Number("", term["input"])
    gradient = expression.value()
    return Line(
        button=choose_button(term["parameter"], term["label"]),
        numbers=calculated(expression, gradient),
        figure=precise(gradient),
        sign=sign_of(gradient),
        place=f"edge:{term['parameter']}",
    )


def _bias(session: Session, explanation: Mapping[str, Any]) -> Markup:
    name, delta = explanation["bias"], explanation["delta"]
    if name is None:
        return Markup(_("This unit has no bias."))
    network = session.run.network
    label = parameter_label(network, parameter_index(network, name))
    text = _("Its bias {bias} is added as it is, so its gradient is just the delta, {delta}.")
    shown = Markup('<span class="{}">{}</span>').format(sign_of(delta), precise(delta))
    return Markup(text).format(bias=choose_button(name, label), delta=shown)


def _mean(session: Session, explanation: Mapping[str, Any]) -> str:
    count = len(session.run.examples.inputs)
    if count == 1:
        return ""
    text = _(
        "All this is of example {number} alone. Each gradient is the mean of such products over "
        "the {count} training examples; the mean delta is {delta}."
    )
    if explanation["over"] == "batch":
        text = _(
            "All this is of example {number} alone. Each gradient is the mean of such products "
            "over the batch of {count}; the mean delta is {delta}."
        )
        count = len(session.run.batch_indices)
    return text.format(
        number=explanation["example"] + 1,
        count=counted(count),
        delta=precise(explanation["mean_delta"]),
    )
