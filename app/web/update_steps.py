"""From gradient to update: how the optimizer turns the chosen parameter's gradient into a change,
line by line, each in symbols and in numbers.

What an optimizer makes of the gradient is in ``optimizer_lines``.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from app.core.names import parameter_index
from app.language import _
from app.session.session import Session
from app.web.arithmetic import (
    Expression,
    Number,
    constant,
    larger,
    smaller,
    total,
)
from app.web.figures import FEWEST, MINUS, alike, precise
from app.web.formulas import breakable, mathml, symbol
from app.web.numeric_check import over_all
from app.web.on_paper import calculated, sign_of, summands
from app.web.optimizer_lines import CHANGE, RULES, Line, Start

MOST_PLACES = 15
"""Digits that a new value has at most, so that a small change is seen in it."""


@dataclass(frozen=True)
class UpdateStep:
    """A line of the calculation. numbers: what goes in, if anything; figure: what comes out.

    doc: what it is, in a sentence. about: of which examples it is, where there are several.
    """

    title: str
    formula: Markup
    numbers: str
    figure: str
    sign: str = ""
    doc: str = ""
    about: str = ""


def update_steps(session: Session, explanation: Mapping[str, Any]) -> tuple[UpdateStep, ...]:
    """The lines from the gradient to the new value."""
    update, label = explanation["update"], symbol(explanation["label"])
    weight = Number(label, explanation["value"])
    steps = [
        UpdateStep(
            _("gradient"),
            mathml(rf"g = \partial E / \partial {label}"),
            "",
            precise(update["gradient"]),
            sign_of(update["gradient"]),
            about=over_all(explanation),
        )
    ]
    steps += map(_step, _penalty(session, explanation["name"], update, weight))
    options = session.spec.optimizer.model_dump()
    if explanation["trainable"]:
        steps += map(_step, _clipping(options, update))
        gradient = Number("g", update["clipped"])
        steps += map(_step, _rule(Start(gradient, weight, update, options), update))
    else:
        steps.append(_unmoved())
    return (*steps, _new_value(explanation, label))


def _step(line: Line) -> UpdateStep:
    expression, value = line.expression, line.value
    change = line.letter == CHANGE
    sign = r"\leftarrow" if line.kept else "="
    numbers = "" if isinstance(expression, Number) else calculated(expression, value)
    return UpdateStep(
        title=line.title,
        formula=breakable(f"{line.letter} {sign} {expression.latex()}", "{}()"),
        numbers=numbers,
        figure=f"+{precise(value)}" if change and value > 0 else precise(value),
        sign=sign_of(value),
        doc=line.doc,
    )


def _rule(at: Start, update: Mapping[str, Any]) -> Iterator[Line]:
    """What the optimizer makes of the gradient; just the change where its lines are not known."""
    rule = RULES.get(update["optimizer"])
    if rule is not None:
        return rule(at)
    return iter([at.changes_by(Number(CHANGE, at.change))])


def _penalty(
    session: Session, name: str, update: Mapping[str, Any], weight: Number
) -> Iterator[Line]:
    """The slope of l1 |w| + l2 w^2, and the gradient with it."""
    if not update["penalty"]:
        return
    network = session.run.network
    layer = network.layers[network.place(parameter_index(network, name)).layer]
    parts: list[Expression] = []
    if layer.l1:
        side = Number(rf"\mathrm{{sign}}({weight.symbol})", math.copysign(1.0, weight.number))
        parts.append(Number("l_1", layer.l1) * side)
    if layer.l2:
        parts.append(constant(2.0) * Number("l_2", layer.l2) * weight)
    letter = rf"\partial P / \partial {weight.symbol}"
    penalty = Line(_("penalty"), letter, total(parts), update["penalty"])
    yield penalty
    both = Number("g", update["gradient"]) + penalty.number
    yield Line(_("with penalty"), "g", both, both.value(), kept=True)


def _clipping(options: Mapping[str, Any], update: Mapping[str, Any]) -> Iterator[Line]:
    """The gradient, held between bounds or shortened with those that belong to it."""
    gradient = Number("g", update["gradient"] + update["penalty"])
    bound = options["clipvalue"]
    if bound is not None:
        held = smaller(larger(gradient, Number("-c", -bound)), Number("c", bound))
        doc = _("Held between −{bound} and {bound}.").format(bound=f"{bound:g}")
        yield Line(_("clipped"), "g", held, update["clipped"], kept=True, doc=doc)
    norm = update["clipped_norm"]
    if norm is None:
        return
    doc = _(
        "The gradient of this kernel or bias is shortened to length {bound}, where it is longer."
    )
    bound = options["clipnorm"]
    if bound is None:
        doc = _(
            "The gradient of all parameters is shortened to length {bound}, where it is longer."
        )
        bound = options["global_clipnorm"]
    limit = Number("c", bound)
    shortened = gradient * limit / larger(Number(r"\|g\|", norm), limit)
    doc = doc.format(bound=f"{bound:g}")
    yield Line(_("clipped"), "g", shortened, update["clipped"], kept=True, doc=doc)


def _unmoved() -> UpdateStep:
    return UpdateStep(_("change"), mathml(rf"{CHANGE} = 0"), _("frozen"), precise(0.0))


def _new_value(explanation: Mapping[str, Any], label: str) -> UpdateStep:
    value, change = explanation["value"], explanation["update"]["change"]
    new = explanation["update"]["new_value"]
    digits = _digits(value, change)
    if digits > MOST_PLACES:  # the change is lost beside the value; each is told for itself
        after, numbers = precise(new), f"{precise(value)} {_signed(precise(change))}"
    else:
        after = alike([value, change, new], digits)[-1]
        numbers = " ".join(
            part for term in summands([value, change], after) for part in (term.operator, term.text)
        ).strip()
    return UpdateStep(
        _("new value"), mathml(rf"{label} \leftarrow {label} + {CHANGE}"), numbers, after
    )


def _signed(text: str) -> str:
    """A number behind another."""
    return f"{MINUS} {text.removeprefix(MINUS)}" if text.startswith(MINUS) else f"+ {text}"


def _digits(value: float, change: float) -> int:
    """Digits of the larger that let the smaller be seen with all of its own."""
    sizes = [abs(number) for number in (value, change)]
    if not all(0 < size < math.inf for size in sizes):
        return FEWEST
    apart = math.floor(math.log10(max(sizes))) - math.floor(math.log10(sizes[1]))
    return apart + FEWEST
