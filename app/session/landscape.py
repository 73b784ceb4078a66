"""The cost around the present parameters of a run, and the check of its whole gradient."""

from typing import Any

import numpy as np

from app.core.cost_landscape import CostLandscape, telling_range
from app.core.gradient_check import GradientCheck
from app.core.names import parameter_label, parameter_labels, parameter_names
from app.core.network import Vector
from app.language import _
from app.session.errors import SpecError
from app.session.explanation import known_parameter
from app.session.run import Over, Passing, Run

CURVE_POINTS, MOST_CURVE_POINTS = 101, 1001
SURFACE_POINTS, MOST_SURFACE_POINTS = 41, 101
"""Points of a curve, and along each side of a surface."""

LARGEST_VALUE = 1e100
"""How far a parameter may be moved from 0."""

COSTS_OF_A_CHECK = 6

# What one cost of one example takes on an ordinary machine.
SECONDS_PER_UNIT = 8e-9
SECONDS_PER_PARAMETER = 5e-10


def seconds_for(run: Run, costs: int, over: Over = "train") -> float:
    """About how long it takes to compute so many costs."""
    examples = len(run.examples.inputs)
    rows = examples if over == "train" else min(run.spec.batch_size, examples)
    units = sum(layer.units for layer in run.network.layers)
    each = units * SECONDS_PER_UNIT + run.network.size * SECONDS_PER_PARAMETER
    return costs * rows * each


def seconds_to_check(run: Run, over: Over) -> float:
    """About how long the check of every parameter takes."""
    return seconds_for(run, COSTS_OF_A_CHECK * run.network.size, over)


def cost_curve(
    run: Run,
    name: str,
    low: float | None,
    high: float | None,
    points: int = CURVE_POINTS,
    over: Over | None = None,
) -> dict[str, Any]:
    """The cost, penalty included, along one parameter.

    low, high: the range, one that shows the curve's shape where they are not given; where one of
    them is given that lies beyond, as much from there on. over: the
    examples that cost, slope and next value are of; by default those of the gradient that is
    shown. Raises SpecError for an unknown name or a range without a width.
    """
    index = known_parameter(run, name, "/name")
    over = over or run.over
    passing = run.passing(over)
    landscape = CostLandscape(run.training, passing.backprop, passing.targets)
    value = float(run.training.parameters[index])
    change = _changes(run, passing)[index]
    usual = telling_range(landscape, index, change)
    low, high = _ends(usual, low, high)
    if not low < high:
        detail = _("The range from {low:g} to {high:g} is empty. Give a low below the high.")
        raise SpecError([("/low", detail.format(low=low, high=high))])
    values = np.linspace(low, high, points)
    gradient, penalty = _slopes(run, passing, index)
    return {
        "name": name,
        "label": parameter_label(run.network, index),
        "over": over,
        "examples": len(passing.indices),
        "values": values.tolist(),
        "costs": landscape.cost_curve(index, values).tolist(),
        "usual_range": list(usual),
        "value": value,
        "cost": _cost(run, passing, over),
        "slope": gradient + (penalty or 0.0),
        "gradient": gradient,
        "penalty": penalty,
        "next_value": float(run.training.parameters[index] + change),
    }


def cost_surface(
    run: Run, x: str, y: str, points: int = SURFACE_POINTS, over: Over | None = None
) -> dict[str, Any]:
    """The cost, penalty included, over two parameters.

    over: as for ``cost_curve``. Raises SpecError for unknown names, or where the two are the same.
    """
    first, second = known_parameter(run, x, "/x"), known_parameter(run, y, "/y")
    if first == second:
        raise SpecError([("/y", _("Choose another parameter than for x."))])
    over = over or run.over
    passing = run.passing(over)
    landscape = CostLandscape(run.training, passing.backprop, passing.targets)
    changes = _changes(run, passing)
    axes: list[Vector] = []
    for index in (first, second):
        low, high = telling_range(landscape, index, changes[index])
        axes.append(np.linspace(low, high, points))
    costs = landscape.cost_surface(first, axes[0], second, axes[1])
    return {
        "over": over,
        "examples": len(passing.indices),
        "x": _axis(run, x, first, axes[0], changes),
        "y": _axis(run, y, second, axes[1], changes),
        "costs": costs.tolist(),
        "cost": _cost(run, passing, over),
    }


def gradient_check(run: Run, over: Over) -> dict[str, Any]:
    """The gradient of every parameter beside its numeric value."""
    passing = run.passing(over)
    gradient = passing.backprop.gradient
    landscape = CostLandscape(run.training, passing.backprop, passing.targets)
    checks = GradientCheck(landscape, gradient).all()
    names, labels = parameter_names(run.network), parameter_labels(run.network)
    parameters = [
        {
            "name": name,
            "label": label,
            "gradient": value,
            "numeric": check.gradient,
            "relative_error": check.relative_error,
            "step": check.step,
            "kink": check.kink,
        }
        for name, label, value, check in zip(names, labels, gradient.tolist(), checks, strict=True)
    ]
    # At a kink the difference is no judge.
    judged = [row["relative_error"] for row in parameters if not row["kink"]]
    return {"over": over, "max_relative_error": max(judged, default=0.0), "parameters": parameters}


def _ends(usual: tuple[float, float], low: float | None, high: float | None) -> tuple[float, float]:
    """Those given, and for one that is not a usual one on its other side."""
    first, last = usual
    width = last - first
    if low is None:
        low = first if high is None or high > first else high - max(width, abs(high))
    if high is None:
        high = last if low < last else low + max(width, abs(low))
    return low, high


def _changes(run: Run, passing: Passing) -> Vector:
    """What an update by the gradient of these examples would add to each parameter, (size,)."""
    return run.training.preview(passing.backprop.gradient).change


def _cost(run: Run, passing: Passing, over: Over) -> float:
    """At the present parameters, penalty included."""
    if over == "train":
        cost: float = run.metrics()["train"]["loss"]
        return cost
    return run.training.mean_loss(passing.targets, passing.backprop.outputs) + run.penalty()


def _slopes(run: Run, passing: Passing, index: int) -> tuple[float, float | None]:
    """Of the loss along one parameter, and of the penalty, None where the network has none."""
    penalty = run.network.penalty_gradient(run.training.parameters)
    gradient = float(passing.backprop.gradient[index])
    return gradient, None if penalty is None else float(penalty[index])


def _axis(run: Run, name: str, index: int, values: Vector, changes: Vector) -> dict[str, Any]:
    value = run.training.parameters[index]
    return {
        "name": name,
        "label": parameter_label(run.network, index),
        "values": values.tolist(),
        "value": float(value),
        "next_value": float(value + changes[index]),
    }
