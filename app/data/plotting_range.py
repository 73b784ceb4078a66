"""The range of inputs over which a network's output is drawn."""

import numpy as np

from app.data.array_types import Floats, Range
from app.data.examples import Examples

_PADDING = 0.25
"""Share of the data's own range left free on each side."""


def domain(examples: Examples) -> list[list[float]] | None:
    """[[x low, x high], [y low, y high]] of the plot, or None for more than two inputs.

    Two inputs: x and y are the inputs. One input: x is the input, y covers the targets. Test
    examples lie within the range as well.
    """
    inputs = _all(examples.inputs, examples.test_inputs)
    features = inputs.shape[1]
    if features > 2:
        return None
    axes = [
        _axis(inputs[:, i], examples.extent[i] if examples.extent else None)
        for i in range(features)
    ]
    if features == 1:
        axes.append(_axis(_all(examples.targets, examples.test_targets).ravel(), None))
    return [list(axis) for axis in axes]


def _all(training: Floats, test: Floats | None) -> Floats:
    return training if test is None else np.concatenate([training, test])


def _axis(values: Floats, extent: Range | None) -> Range:
    low, high = float(values.min()), float(values.max())
    if extent is not None:
        return min(extent[0], low), max(extent[1], high)
    padding = _PADDING * (high - low) or max(1.0, abs(low))
    return low - padding, high + padding
