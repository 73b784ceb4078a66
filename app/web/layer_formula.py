"""The formulas of the layer in play, where a phase is stepped layer by layer: of each of its units,
in symbols and in the numbers of the example in focus.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
from markupsafe import Markup

from app.core.chain_rule import Chain, largest
from app.core.network import Network, Vector
from app.language import _
from app.session.derivation import chain_of
from app.session.session import Session
from app.web.arithmetic import Expression, Number, total
from app.web.delta_recursion import delta_symbol
from app.web.figures import count, precise, short
from app.web.formulas import breakable, derivative, mathml, slanted_derivative, symbol
from app.web.on_paper import calculated
from app.web.slope_formulas import LOSS_SLOPES, LOSS_TERMS, loss_of_example
from app.web.slope_lines import activation_steps, loss_at, loss_symbol
from app.web.unit_labels import UnitLabels

WRITTEN_OUT = 4
"""Terms of a sum that are written out; of more, the largest, and the others as one number."""

MOST_UNITS = 24

IN_A_LINE = 3
"""Terms that find room in one line, with what they come to."""

LONGEST = 3
"""Lines of one unit's equations on a wide page, where they take several."""

Phase: TypeAlias = Literal["forward", "backward"]

LINES: dict[Phase, int] = {"forward": 1, "backward": 2}
"""Lines of one unit's equations on a wide page, else; backward there are the slopes, too."""

MOST_IN_SIGHT: dict[Phase, int] = {"forward": 3, "backward": 2}
"""Units of a layer that are all in sight; of more, the first, and the others on demand."""


@dataclass(frozen=True)
class Equation:
    """formula: in symbols. numbers: the same in numbers, "" where there is nothing to reckon.
    figure: what it comes to.
    """

    formula: Markup
    numbers: str
    figure: str


@dataclass(frozen=True)
class LayerFormula:
    """The equations of each unit. loss: behind the last layer, that of the loss. shown: units in
    sight; folded: those on demand; more: how many others there are. summary: what opens the folded
    ones. about: whose numbers they are, where there are several examples. rows: about as many lines
    as the longest of these takes, of this network, on a wide page.
    """

    loss: Equation | None
    shown: tuple[tuple[Equation, ...], ...]
    folded: tuple[tuple[Equation, ...], ...]
    more: int
    summary: str
    about: str
    rows: int


def forward_formula(session: Session, number: int) -> LayerFormula:
    """Of layer ``number``, from 1: what each unit adds up, and what comes out."""
    chain, bias = _chain(session), session.run.training.views[number - 1].bias

    def unit(at: int) -> tuple[Equation, ...]:
        labels = UnitLabels(session.run.network, number - 1, at)
        z = float(chain.pre_activations[number - 1][at])
        return (
            _equation(labels.z, _sum(chain, labels, bias), z),
            Equation(
                mathml(f"{labels.a} = {labels.activation}"),
                "",
                precise(float(chain.activations[number - 1][at])),
            ),
        )

    loss = _loss(session, chain) if number == len(session.run.network.layers) else None
    return _of_layer(session, number, "forward", unit, loss)


def backward_formula(session: Session, number: int) -> LayerFormula:
    """Of layer ``number``, from 1: how the delta of each unit comes about."""
    chain = _chain(session)
    loss = loss_symbol(session.focus, len(session.run.examples.inputs))

    def unit(at: int) -> tuple[Equation, ...]:
        labels = UnitLabels(session.run.network, number - 1, at)
        delta = float(chain.deltas[number - 1][at])
        if chain.slopes[number - 1].ndim == 2:
            return (_equation(delta_symbol(labels.name), _mixed(chain, labels, loss), delta),)
        return (
            *_slopes(session, chain, labels),
            _equation(delta_symbol(labels.name), _straight(chain, labels, loss), delta),
        )

    return _of_layer(session, number, "backward", unit)


def _chain(session: Session) -> Chain:
    """The factors of the example in focus."""
    return chain_of(session.run, session.run.passing(session.run.over), session.focus)


def _loss(session: Session, chain: Chain) -> Equation:
    """The loss of the example in focus, from its outputs and targets."""
    run = session.run
    targets = run.examples.targets[session.focus]
    at = loss_at(run.training, chain.activations[-1].tolist(), targets.tolist())
    term = LOSS_TERMS[at.loss.name]
    values = np.array([term(at, k).value() for k in range(len(targets))])
    expression = loss_of_example(at, _written_out(values, lambda k: term(at, k)))
    letter = symbol(loss_symbol(session.focus, len(run.examples.inputs)))
    return _equation(letter, expression, expression.value())


def _slopes(session: Session, chain: Chain, labels: UnitLabels) -> Iterator[Equation]:
    """The slope of the unit's activation, and in the last layer that of the loss."""
    run, layer, unit = session.run, labels.layer, labels.unit
    if labels.output:
        outputs, targets = chain.activations[-1], run.examples.targets[session.focus]
        at = loss_at(run.training, outputs.tolist(), targets.tolist())
        letter = slanted_derivative(
            loss_symbol(session.focus, len(run.examples.inputs)), labels.name
        )
        expression = LOSS_SLOPES[at.loss.name](at, unit).expression
        yield _equation(letter, expression, float(chain.loss_gradient[unit]))
    z, a = float(chain.pre_activations[layer][unit]), float(chain.activations[layer][unit])
    *helping, last = activation_steps(run.network, layer, unit, z, a)
    for step in helping:
        yield _equation(step.letter, step.expression, step.expression.value())
    yield _equation(labels.slope, last.expression, float(chain.slopes[layer][unit]))


def _sum(chain: Chain, labels: UnitLabels, bias: Vector | None) -> Expression:
    """What comes into a unit, each value times its weight, and its bias."""
    layer, unit = labels.layer, labels.unit
    kernel = chain.kernels[layer][:, unit]
    values = chain.inputs[layer][: len(kernel)]
    terms = _written_out(
        values * kernel,
        lambda k: (
            Number(symbol(labels.before[k]), float(values[k]))
            * Number(labels.weight(layer, k, unit), float(kernel[k]))
        ),
    )
    if bias is not None:
        terms.append(Number(labels.bias(), float(bias[unit])))
    return total(terms)


def _straight(chain: Chain, labels: UnitLabels, loss: str) -> Expression:
    """The delta of a unit whose activation depends on nothing but its own sum."""
    layer, unit = labels.layer, labels.unit
    slope = Number(labels.slope, float(chain.slopes[layer][unit]))
    if labels.output:
        return Number(derivative(loss, labels.name), float(chain.loss_gradient[unit])) * slope
    weights, behind = chain.kernels[layer + 1][unit], chain.deltas[layer + 1]
    terms = _written_out(
        weights * behind,
        lambda k: (
            Number(labels.weight(layer + 1, unit, k), float(weights[k]))
            * Number(delta_symbol(labels.behind[k]), float(behind[k]))
        ),
    )
    return slope * total(terms)


def _mixed(chain: Chain, labels: UnitLabels, loss: str) -> Expression:
    """The delta of a unit on whose sum all activations of its layer depend."""
    layer, unit = labels.layer, labels.unit
    slopes = chain.slopes[layer][:, unit]
    upstream = chain.loss_gradient
    if not labels.output:
        upstream = chain.kernels[layer + 1] @ chain.deltas[layer + 1]
    terms = _written_out(
        upstream * slopes,
        lambda k: (
            Number(derivative(loss, labels.here[k]), float(upstream[k]))
            * Number(
                rf"\frac{{\partial {symbol(labels.here[k])}}}{{\partial {labels.z}}}",
                float(slopes[k]),
            )
        ),
    )
    return total(terms)


def _written_out(parts: Vector, term: Callable[[int], Expression]) -> list[Expression]:
    """The terms of a sum, of many the largest, and the others as one number."""
    if len(parts) <= WRITTEN_OUT:
        return [term(k) for k in range(len(parts))]
    chosen = largest(parts, WRITTEN_OUT - 1)
    rest = float(parts.sum() - parts[chosen].sum())
    return [*map(term, chosen), Number(r"\cdots", rest)]


def _equation(letter: str, expression: Expression, value: float) -> Equation:
    if isinstance(expression, Number):
        same = expression.symbol == short(expression.number)
        formula = letter if same else f"{letter} = {expression.latex()}"
        return Equation(mathml(formula), "", precise(value))
    long_formula = breakable(f"{letter} = {expression.latex()}")
    return Equation(long_formula, calculated(expression, value), precise(value))


def _of_layer(
    session: Session,
    number: int,
    phase: Phase,
    unit: Callable[[int], Sequence[Equation]],
    loss: Equation | None = None,
) -> LayerFormula:
    network = session.run.network
    units = network.layers[number - 1].units
    long = _is_long(network, number, phase)
    in_sight = 1 if long or units > MOST_IN_SIGHT[phase] else units
    made = [tuple(unit(at)) for at in range(min(units, MOST_UNITS))]
    about = ""
    if len(session.run.examples.inputs) > 1:
        about = _("for example {number}").format(number=session.focus + 1)
    return LayerFormula(
        loss=loss,
        shown=tuple(made[:in_sight]),
        folded=tuple(made[in_sight:]),
        more=units - len(made),
        summary=_("All {count} units of this layer").format(count=count(units)),
        about=about,
        rows=_rows(network),
    )


def _is_long(network: Network, number: int, phase: Phase) -> bool:
    """Whether the equations of each unit of layer ``number``, from 1, take more than a line."""
    layer = network.layers[number - 1]
    if phase == "forward":
        return network.slices[number - 1].inputs + layer.use_bias > IN_A_LINE
    mixed = layer.activation.entry.derivative is None
    behind = network.layers[number].units if number < len(network.layers) else 1
    return mixed or behind > IN_A_LINE


def _rows(network: Network) -> int:
    """How many lines the equations in sight take, of the layer that takes the most."""
    rows = [1]
    for number, layer in enumerate(network.layers, 1):
        for phase in get_args(Phase):
            long = _is_long(network, number, phase)
            in_sight = layer.units if layer.units <= MOST_IN_SIGHT[phase] and not long else 1
            of_loss = phase == "forward" and number == len(network.layers)
            each = LONGEST if long else LINES[phase]
            rows.append(in_sight * each + of_loss)
    return max(rows)
