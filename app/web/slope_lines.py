"""The slopes of the loss and of activations, each with its formula and its numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from app.core.names import node_labels, pre_activation_labels
from app.core.network import Network
from app.core.training import Training
from app.web.arithmetic import Expression, Number
from app.web.figures import precise, short
from app.web.formulas import breakable, mathml, slanted_derivative, symbol
from app.web.on_paper import digits_for
from app.web.slope_formulas import (
    ACTIVATION_SLOPES,
    LOSS_SLOPES,
    LossAt,
    Step,
    UnitAt,
)

NOTHING = Markup("")


@dataclass(frozen=True)
class SlopeLine:
    """formula: in symbols. numbers: the same in numbers, "" where there is nothing to reckon.
    figure: what it comes to. condition: why this case of the formula holds, in symbols, if there
    are cases; measured: the number that decides it.
    """

    formula: Markup
    numbers: str
    figure: str
    condition: Markup = NOTHING
    measured: str = ""


def loss_symbol(example: int, examples: int) -> str:
    """What the loss of one example is called, where there are so many: E, or E2 of the second."""
    return "E" if examples == 1 else f"E{example + 1}"


def slope_lines(
    training: Training,
    explanation: Mapping[str, Any],
    symbols: Mapping[str, str],
    loss: str,
) -> tuple[SlopeLine, ...]:
    """Of an explanation's slopes. symbols: which, each with the figure that is shown of it. loss:
    what the loss is called.
    """
    lines: list[SlopeLine] = []
    network = training.network
    labels = node_labels(network)[-1]
    for name, shown in symbols.items():
        slope = explanation["slopes"][name]
        if slope["kind"] == "loss":
            at = loss_at(training, explanation["outputs"], explanation["targets"])
            step = LOSS_SLOPES[at.loss.name](at, slope["unit"])
            letter = slanted_derivative(loss, labels[slope["unit"]])
            lines.append(_line(replace(step, letter=letter), shown))
        else:
            lines += _activation_lines(network, slope, shown)
    return tuple(lines)


def loss_at(training: Training, outputs: Sequence[float], targets: Sequence[float]) -> LossAt:
    """The loss of an example at its outputs."""
    labels = node_labels(training.network)[-1]
    loss = training.loss
    return LossAt(
        outputs=[Number(symbol(label), y) for label, y in zip(labels, outputs, strict=True)],
        targets=[Number(f"t_{{{k}}}", target) for k, target in enumerate(targets, 1)],
        loss=loss.entry,
        options=loss.options,
    )


def activation_steps(
    network: Network,
    layer: int,
    unit: int,
    z: float,
    a: float,
    other: tuple[int, float] | None = None,
) -> tuple[Step, ...]:
    """The slope of a unit's activation a by its own pre-activation z; or, where the activation
    mixes the units of its layer, by that of another one: its number and its activation, z being
    its own. layer: counted from 0.
    """
    labels, sums = node_labels(network)[layer + 1], pre_activation_labels(network)[layer]
    choice, by = network.layers[layer].activation, unit if other is None else other[0]
    at = UnitAt(
        z=Number(symbol(sums[by]), z),
        a=Number(symbol(labels[unit]), a),
        options=choice.options,
        other=None if other is None else Number(symbol(labels[by]), other[1]),
    )
    *helping, last = ACTIVATION_SLOPES[choice.entry.name](at)
    return (*helping, replace(last, letter=slanted_derivative(labels[unit], sums[by])))


def _activation_lines(network: Network, slope: Mapping[str, Any], shown: str) -> list[SlopeLine]:
    other = None if slope["by"] is None else (slope["by"], slope["other"])
    z, a = slope["pre_activation"], slope["activation"]
    *helping, last = activation_steps(network, slope["layer"] - 1, slope["unit"], z, a, other)
    return [
        *(_line(step, precise(step.expression.value())) for step in helping),
        _line(last, shown),
    ]


def _line(step: Step, shown: str) -> SlopeLine:
    expression = step.expression
    condition, measured = NOTHING, ""
    if step.measured is not None:
        condition, measured = mathml(step.condition), short(step.measured.number)
    if isinstance(expression, Number) and expression.symbol == short(expression.number):
        return SlopeLine(mathml(step.letter), "", shown, condition, measured)
    return SlopeLine(
        formula=breakable(f"{step.letter} = {expression.latex()}", "{}()"),
        numbers=numbers_of(expression, shown),
        figure=shown,
        condition=condition,
        measured=measured,
    )


def numbers_of(expression: Expression, shown: str) -> str:
    """An expression in numbers that come to the figure; "" where it is that number itself."""
    if isinstance(expression, Number):
        return ""
    return expression.text(digits_for((expression, shown)))
