"""The formula of the layer in play, where a phase is stepped layer by layer, with the numbers of
its first unit for the example in focus.
"""

import numpy as np
from markupsafe import Markup

from app.core.names import node_labels, parameter_index, parameter_label, pre_activation_labels
from app.language import _
from app.session.session import Session
from app.web.delta_recursion import delta_symbol
from app.web.figures import figure, short
from app.web.formulas import mathml, symbol

MOST_TERMS = 3
"""Of more terms the first ones are written out."""


def forward_formula(session: Session, number: int) -> Markup:
    """Of layer ``number``, from 1: what its first unit adds up, and what comes out."""
    run = session.run
    network = run.network
    one = slice(session.focus, session.focus + 1)
    passing = run.backprop_of(run.examples.inputs[one], run.examples.targets[one])
    layer = passing.layers[number - 1]
    kernel = network.views(session.parameters())[number - 1].kernel[:, 0]
    bias = network.views(session.parameters())[number - 1].bias
    units = node_labels(network)
    labels, terms = [], []
    for source in range(min(len(kernel), MOST_TERMS)):
        index = parameter_index(network, f"{number}.kernel.{source}.0")
        weight = symbol(parameter_label(network, index))
        labels.append(rf"{symbol(units[number - 1][source])}\,{weight}")
        terms.append(f"{short_figure(layer.inputs[0, source])} · {short_figure(kernel[source])}")
    if len(kernel) > MOST_TERMS:
        labels.append(r"\cdots")
        terms.append("…")
    if bias is not None:
        index = parameter_index(network, f"{number}.bias.0")
        labels.append(symbol(parameter_label(network, index)))
        terms.append(short_figure(bias[0]))
    z, a = pre_activation_labels(network)[number - 1][0], units[number][0]
    activation = network.layers[number - 1].activation.entry
    return _joined(
        mathml(f"{symbol(z)} = {' + '.join(labels)}"),
        f"{' + '.join(terms)} = {figure(layer.pre_activations[0, 0])}",
        mathml(rf"{symbol(a)} = \mathrm{{{activation.name.replace('_', ' ')}}}({symbol(z)})"),
        figure(layer.activations[0, 0]),
    )


def backward_formula(session: Session, number: int) -> Markup:
    """Of layer ``number``, from 1: how the delta of its first unit comes about."""
    run = session.run
    network = run.network
    one = slice(session.focus, session.focus + 1)
    passing = run.backprop_of(run.examples.inputs[one], run.examples.targets[one])
    layer = passing.layers[number - 1]
    unit, z = node_labels(network)[number][0], pre_activation_labels(network)[number - 1][0]
    delta = delta_symbol(unit)
    choice = network.layers[number - 1].activation
    slope = None
    if choice.entry.derivative is not None:
        slopes = choice.entry.derivative(layer.pre_activations, layer.activations, **choice.options)
        slope = float(slopes[0, 0])
    output = number == len(network.layers)
    if output:
        latex = rf"\frac{{\partial E}}{{\partial {symbol(unit)}}} \cdot f'({symbol(z)})"
        upstream = float(passing.loss_gradient[0, 0])
    else:
        latex = rf"f'({symbol(z)}) \cdot \sum_k w_k\,\delta_k"
        kernel = network.views(session.parameters())[number].kernel[0]
        upstream = float(np.add.reduce(kernel * passing.layers[number].deltas[0]))
    if slope is None:  # softmax mixes its units: there is no single slope
        through = rf"\frac{{\partial Y_k}}{{\partial {symbol(z)}}}"
        latex = rf"\sum_k \frac{{\partial E}}{{\partial Y_k}} \cdot {through}"
        product = _("over all outputs")
    else:
        factors = (upstream, slope) if output else (slope, upstream)
        product = " · ".join(short_figure(factor) for factor in factors)
    return _joined(mathml(f"{delta} = {latex}"), f"{product} = {figure(layer.deltas[0, 0])}")


def short_figure(value: float) -> str:
    """A number inside a formula: four digits at most, and none that say nothing."""
    value = float(value)
    rounded = round(value, 4)
    return short(rounded) if rounded or not value else figure(value)


def _joined(*parts: object) -> Markup:
    """Formulas and numbers in a row."""
    return Markup("").join(Markup("<span>{}</span>").format(part) for part in parts)
