"""How the value of the chosen unit comes about, and what its delta means for what leads into it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from app.core.names import is_unit_name, node_labels, pre_activation_labels, unit_place
from app.core.network import Network
from app.language import _
from app.session.session import Session
from app.web.choosing import choose_button
from app.web.delta_recursion import delta_symbol
from app.web.figures import alike, precise
from app.web.formulas import mathml, symbol
from app.web.sums import Addend, added, addends, product, sign_of

WRITTEN_OUT = 6
"""A sum of more terms is told by its largest."""

MOST_GRADIENTS = 24


@dataclass(frozen=True)
class Part:
    """A term of the sum. operator: what stands before it. text: the numbers multiplied, or the
    bias. place: of its parameter.
    """

    operator: str
    text: str
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

    sum_of, letters: what the sum is called, and its terms in letters. parts: the same as products;
    addends: the products as numbers, where there are several; rest: the sum of those that are not
    written out, if any. formula: of the activation. gradient: the formula of the gradients of the
    weights. lines: theirs, the first ones; more: how many others there are. bias: a sentence on its
    gradient. mean: another on the delta over all examples that gradients are of, where there are
    several.
    """

    sum_of: Markup
    letters: tuple[Markup, ...]
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
    delta, label = explanation["delta"], explanation["label"]
    labels = node_labels(network)[place.layer]
    z = pre_activation_labels(network)[place.layer][place.unit]
    terms = _largest(explanation["terms"])
    left_out = explanation["terms_total"] - len(terms)
    products = [term["weight"] * term["input"] for term in terms]
    rest = explanation["pre_activation"] - sum(products)
    written = alike([*products, explanation["pre_activation"], *([rest] if left_out else [])])
    values = [*products, rest] if left_out else products
    figures = [*written[: len(products)], *written[len(products) + 1 :]]
    numbers = addends(values, figures)
    weights = [term for term in explanation["terms"] if term["place"] is not None]
    return UnitValue(
        sum_of=mathml(symbol(z)),
        letters=_letters(labels, terms, left_out),
        parts=tuple(_part(term, first=at == 0) for at, term in enumerate(terms)),
        rest=numbers[-1] if left_out else None,
        addends=numbers if len(values) > 1 else (),
        sum=written[len(products)],
        formula=mathml(f"{symbol(label)} = {_activation(network, place.layer, z)}"),
        value=precise(explanation["activation"]),
        gradient=mathml(
            rf"\frac{{\partial E}}{{\partial w}} = {delta_symbol(label)} \cdot \mathrm{{input}}"
        ),
        lines=tuple(_line(term, delta) for term in weights[:MOST_GRADIENTS]),
        more=network.slices[place.layer].inputs - min(len(weights), MOST_GRADIENTS),
        bias=_bias(explanation),
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


def _letters(
    labels: Sequence[str], terms: Sequence[Mapping[str, Any]], left_out: int
) -> tuple[Markup, ...]:
    """Each term in letters. labels: of the inputs."""
    letters = []
    for term in terms:
        weight = symbol(term["label"])
        if term["place"] is not None:
            source = int(term["place"].rpartition(".")[2])
            weight = rf"{symbol(labels[source])}\,{weight}"
        letters.append(weight)
    return tuple(map(mathml, [*letters, r"\cdots"] if left_out else letters))


def _activation(network: Network, layer: int, z: str) -> str:
    """LaTeX of the activation of a pre-activation; of one that mixes its layer, of all of them."""
    entry = network.layers[layer].activation.entry
    name = rf"\mathrm{{{entry.name.replace('_', ' ')}}}"
    if entry.derivative is not None:
        return f"{name}({symbol(z)})"
    every = pre_activation_labels(network)[layer]
    among = rf"{symbol(every[0])},\ldots,{symbol(every[-1])}"
    return rf"{name}({symbol(z)};\,{among})"


def _part(term: Mapping[str, Any], *, first: bool) -> Part:
    weight, place = precise(term["weight"]), f"edge:{term['parameter']}"
    if term["place"] is None:
        return Part("", weight, place) if first else Part(*added(weight), place)
    text = product(precise(term["input"]), weight, behind=not first)
    return Part("" if first else "+", text, place)


def _line(term: Mapping[str, Any], delta: float) -> Line:
    gradient = delta * term["input"]
    return Line(
        button=choose_button(term["parameter"], term["label"]),
        numbers=product(precise(delta), precise(term["input"])),
        figure=precise(gradient),
        sign=sign_of(gradient),
        place=f"edge:{term['parameter']}",
    )


def _bias(explanation: Mapping[str, Any]) -> Markup:
    name, delta = explanation["bias"], explanation["delta"]
    if name is None:
        return Markup(_("This unit has no bias."))
    # Told of the largest terms only, a bias may not be among them; its label follows the unit's.
    label = f"b{explanation['label']}"
    text = _("Its bias {bias} is added as it is, so its gradient is just the delta, {delta}.")
    told = Markup('<span class="{}">{}</span>').format(sign_of(delta), precise(delta))
    return Markup(text).format(bias=choose_button(name, label), delta=told)


def _mean(session: Session, explanation: Mapping[str, Any]) -> str:
    count = len(session.run.examples.inputs)
    if count == 1:
        return ""
    text = _("Over the {count} training examples the mean delta is {delta}.")
    if explanation["over"] == "batch":
        text = _("Over the batch of {count} the mean delta is {delta}.")
        count = len(session.run.batch_indices)
    return text.format(count=count, delta=precise(explanation["mean_delta"]))
