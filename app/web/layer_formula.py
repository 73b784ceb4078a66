"""The formulas of the layer in play, where a phase is stepped layer by layer: of each of its units,
in symbols and in the numbers of the example in focus.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from markupsafe import Markup

from app.core.chain_rule import Chain, largest
from app.core.names import node_labels, parameter_index, parameter_label, pre_activation_labels
from app.core.network import Network, Vector
from app.language import _
from app.session.session import Session
from app.web.arithmetic import Expression, Number, calculated, total
from app.web.delta_recursion import delta_symbol
from app.web.figures import count, precise
from app.web.formulas import breakable, derivative, mathml, symbol

WRITTEN_OUT = 4
"""Terms of a sum that are written out; of more, the largest, and the others as one number."""

SIDE_BY_SIDE = 3
"""Units of a layer that are all in sight; of more, the first, and the others on demand."""

MOST_UNITS = 24

IN_A_LINE = 3
"""Terms that find room in one line, with what they come to."""

LONGEST = 3
"""Lines of one unit's equations on a wide page, where they take several."""

Phase: TypeAlias = Literal["forward", "backward"]


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
    """The equations of each unit. shown: units in sight; folded: those on demand; more: how many
    others there are. summary: what opens the folded ones. about: whose numbers they are, where
    there are several examples. rows: about as many lines as the longest of these takes, of this
    network, on a wide page.
    """

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
        labels = _Labels(session.run.network, number - 1, at)
        z = float(chain.pre_activations[number - 1][at])
        return (
            _equation(labels.z, _sum(chain, labels, bias), z),
            Equation(
                mathml(f"{labels.a} = {labels.activation}"),
                "",
                precise(float(chain.activations[number - 1][at])),
            ),
        )

    return _of_layer(session, number, _is_long(session.run.network, number, "forward"), unit)


def backward_formula(session: Session, number: int) -> LayerFormula:
    """Of layer ``number``, from 1: how the delta of each unit comes about."""
    chain = _chain(session)

    def unit(at: int) -> tuple[Equation, ...]:
        labels = _Labels(session.run.network, number - 1, at)
        mixed = chain.slopes[number - 1].ndim == 2
        expression = _mixed(chain, labels) if mixed else _straight(chain, labels)
        delta = float(chain.deltas[number - 1][at])
        return (_equation(delta_symbol(labels.name), expression, delta),)

    return _of_layer(session, number, _is_long(session.run.network, number, "backward"), unit)


class _Labels:
    """LaTeX of one unit, and of what stands before and behind it. layer: counted from 0."""

    def __init__(self, network: Network, layer: int, unit: int) -> None:
        units, sums = node_labels(network), pre_activation_labels(network)
        self.network, self.layer, self.unit = network, layer, unit
        self.name = units[layer + 1][unit]
        self.a, self.z = symbol(self.name), symbol(sums[layer][unit])
        self.slope = f"f'({self.z})"
        self.before, self.here = units[layer], units[layer + 1]
        self.behind = units[layer + 2] if layer + 2 < len(units) else []
        entry = network.layers[layer].activation.entry
        self.activation = rf"\mathrm{{{entry.name.replace('_', ' ')}}}({self.z})"
        if entry.derivative is None:  # it mixes the units of its layer
            every = rf"{symbol(sums[layer][0])},\ldots,{symbol(sums[layer][-1])}"
            self.activation = rf"\mathrm{{{entry.name}}}({self.z};\,{every})"

    def weight(self, layer: int, source: int, unit: int) -> str:
        """Of the weight from ``source`` to ``unit``, which is in ``layer``."""
        index = parameter_index(self.network, f"{layer + 1}.kernel.{source}.{unit}")
        return symbol(parameter_label(self.network, index))

    def bias(self) -> str:
        """Of the unit's own bias."""
        index = parameter_index(self.network, f"{self.layer + 1}.bias.{self.unit}")
        return symbol(parameter_label(self.network, index))

    @property
    def output(self) -> bool:
        """Whether its layer is the last."""
        return not self.behind


def _chain(session: Session) -> Chain:
    """The factors of the example in focus."""
    run, one = session.run, slice(session.focus, session.focus + 1)
    passing = run.backprop_of(run.examples.inputs[one], run.examples.targets[one])
    return Chain(run.training, passing)


def _sum(chain: Chain, labels: _Labels, bias: Vector | None) -> Expression:
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


def _straight(chain: Chain, labels: _Labels) -> Expression:
    """The delta of a unit whose activation depends on nothing but its own sum."""
    layer, unit = labels.layer, labels.unit
    slope = Number(labels.slope, float(chain.slopes[layer][unit]))
    if labels.output:
        loss = Number(derivative("E", labels.name), float(chain.loss_gradient[unit]))
        return loss * slope
    weights, behind = chain.kernels[layer + 1][unit], chain.deltas[layer + 1]
    terms = _written_out(
        weights * behind,
        lambda k: (
            Number(labels.weight(layer + 1, unit, k), float(weights[k]))
            * Number(delta_symbol(labels.behind[k]), float(behind[k]))
        ),
    )
    return slope * total(terms)


def _mixed(chain: Chain, labels: _Labels) -> Expression:
    """The delta of a unit on whose sum all activations of its layer depend."""
    layer, unit = labels.layer, labels.unit
    slopes = chain.slopes[layer][:, unit]
    upstream = chain.loss_gradient
    if not labels.output:
        upstream = chain.kernels[layer + 1] @ chain.deltas[layer + 1]
    terms = _written_out(
        upstream * slopes,
        lambda k: (
            Number(derivative("E", labels.here[k]), float(upstream[k]))
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
    formula = breakable(f"{letter} = {expression.latex()}")
    return Equation(formula, calculated(expression, value), precise(value))


def _of_layer(
    session: Session, number: int, long: bool, unit: Callable[[int], Sequence[Equation]]
) -> LayerFormula:
    """long: a unit's equations take several lines."""
    network = session.run.network
    units = network.layers[number - 1].units
    in_sight = 1 if long or units > SIDE_BY_SIDE else units
    made = [tuple(unit(at)) for at in range(min(units, MOST_UNITS))]
    about = ""
    if len(session.run.examples.inputs) > 1:
        about = _("for example {number}").format(number=session.focus + 1)
    return LayerFormula(
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
        if layer.units <= SIDE_BY_SIDE:
            rows.append(layer.units)
        rows += [LONGEST for phase in get_args(Phase) if _is_long(network, number, phase)]
    return max(rows)
