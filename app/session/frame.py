"""Frames: what the followers of a session draw, as JSON.

``spec_frame`` tells what is being trained, and is sent again only when that changes;
``state_frame`` all that is needed to draw the present instant. What is drawn depends on where the
session stands, not on how it came there.

Vectors are flat, in parameter order (layer by layer: the kernel row by row, then the bias), as
base64 of little-endian float32: a frame of a 64-32-10 network stays below 64 KB, and a browser
reads it without parsing thousands of numbers.
"""

import base64
from functools import lru_cache
from typing import Any

import numpy as np

from app.core.backprop import activations_of
from app.core.names import node_labels, parameter_labels, parameter_names
from app.core.network import Matrix, Vector
from app.data.plotting_range import domain
from app.session.recording import Recording
from app.session.session import Session

SHOWN_EXAMPLES = 1000
"""At most so many training and so many test examples are sent to be drawn as points."""

UNIT_GRID = 16
OUTPUT_GRID = 48
"""Columns and rows of a heatmap: of a hidden unit, and of an output."""

MAX_HEATMAPS = 64
"""Networks with more hidden units are drawn without a heatmap in each."""

CURVE_POINTS = 121

MOST_MARKS = 100
"""Of a recording with more changes, so many are marked."""

LARGEST = float(np.finfo(np.float32).max)


def encoded(vector: Vector) -> str:
    """Base64 of little-endian float32; values beyond its range become its largest."""
    return base64.b64encode(_drawable(vector).astype("<f4").tobytes()).decode()


def _drawable(values: Matrix) -> Matrix:
    """Numbers that float32 can hold: between the examples a network may overflow all the same."""
    finite = np.nan_to_num(values, nan=0.0, posinf=LARGEST, neginf=-LARGEST)
    return np.clip(finite, -LARGEST, LARGEST)


def spec_frame(session: Session) -> dict[str, Any]:
    """What is being trained: the spec, the network's structure and names, and the examples."""
    network, examples = session.run.network, session.run.examples
    state = session.state()

    def shown(values: Matrix | None) -> list[list[float]] | None:
        return None if values is None else values[:SHOWN_EXAMPLES].tolist()

    return {
        "id": session.id,
        "name": session.name,
        "spec": state["spec"],
        "network": {
            "inputs": network.inputs,
            "input_names": list(examples.input_names),
            "output_names": list(examples.target_names),
            "layers": [
                {
                    "units": layer.units,
                    "activation": layer.activation.entry.name,
                    "use_bias": layer.use_bias,
                    "trainable": layer.kernel_trainable,
                    "bias_trainable": layer.bias_trainable,
                    "bounds": list(layer.activation.entry.bounds),
                }
                for layer in network.layers
            ],
            "parameter_names": parameter_names(network),
            "parameter_labels": parameter_labels(network),
            "node_labels": node_labels(network),
        },
        "examples": {
            "task": examples.task,
            "count": len(examples.inputs),
            "class_names": list(examples.class_names),
            "inputs": shown(examples.inputs),
            "targets": shown(examples.targets),
            "test_inputs": shown(examples.test_inputs),
            "test_targets": shown(examples.test_targets),
        },
        "domain": domain(examples),
    }


def state_frame(session: Session) -> dict[str, Any]:
    """All that is needed to draw the present instant."""
    with np.errstate(all="ignore"):
        run = session.run
        over = run.over
        gradient, _loss = run.gradient(over)
        at_hand = session.position.phase != "ready"
        state = session.state()
        return {
            "version": session.version,
            "position": state["position"],
            "operation": session.operation,
            "chosen": session.chosen,
            "branch": state["branch"],
            "recorded": _recorded(session),
            "marks": _marks(session.timeline.recording),
            "playing": state["playing"],
            "play_end": state["play_end"],
            "stopped": state["stopped"],
            "metrics": state["metrics"],
            "parameters": encoded(session.parameters()),
            "gradients": encoded(gradient),
            "gradients_over": over,
            "updates": None if run.change is None else encoded(run.change),
            "batch": {"indices": run.batch_indices, "loss": run.batch_loss()} if at_hand else None,
            "focus": _focus(session),
            "heatmaps": _heatmaps(session),
            "curve": _curve(session),
        }


def _recorded(session: Session) -> dict[str, Any]:
    """How far the recording reaches. end: in epochs, with a fraction. ahead: whether the session
    stands before that.
    """
    timeline = session.timeline
    recording = timeline.recording
    epoch, done = recording.place(recording.end)
    return {
        "epoch": epoch,
        "update": recording.end.update,
        "end": epoch + done / recording.examples,
        "ahead": timeline.in_past,
    }


def _marks(recording: Recording) -> list[dict[str, Any]]:
    """Where it was changed by hand, in epochs with a fraction; of very many the last and others at
    even distances.
    """
    changes = recording.changes
    every = -(-len(changes) // MOST_MARKS) or 1
    return [
        {"epoch": change.epoch + change.done / recording.examples, "kind": change.kind}
        for change in reversed(changes[::-1][::every])
    ]


def _focus(session: Session) -> dict[str, Any]:
    """The example in focus and what every unit makes of it."""
    run, example = session.run, slice(session.focus, session.focus + 1)
    inputs, targets = run.examples.inputs[example], run.examples.targets[example]
    passing = run.backprop_of(inputs, targets)
    return {
        "example": session.focus,
        "inputs": inputs[0].tolist(),
        "targets": targets[0].tolist(),
        "pre_activations": [layer.pre_activations[0].tolist() for layer in passing.layers],
        "activations": [layer.activations[0].tolist() for layer in passing.layers],
        "deltas": [layer.deltas[0].tolist() for layer in passing.layers],
    }


@lru_cache(maxsize=32)
def _grid(domain: tuple[tuple[float, float], ...], size: int) -> Matrix:
    """Points of a size x size grid over the plot, row by row from the top: (size * size, 2)."""
    (left, right), (bottom, top) = domain
    half_x, half_y = (right - left) / size / 2, (top - bottom) / size / 2
    x = np.linspace(left + half_x, right - half_x, size)
    y = np.linspace(top - half_y, bottom + half_y, size)
    return np.column_stack([np.tile(x, size), np.repeat(y, size)])


def _heatmaps(session: Session) -> dict[str, Any] | None:
    """What every unit makes of each point of the plane, where the network has two inputs."""
    run = session.run
    if run.network.inputs != 2:
        return None
    plot = tuple((low, high) for low, high in domain(run.examples) or [])
    grid = _grid(plot, OUTPUT_GRID)
    outputs = _drawable(activations_of(run.network, session.parameters(), grid)[-1])
    low, high = _output_range(session, outputs)
    result: dict[str, Any] = {
        "columns": UNIT_GRID,
        "rows": UNIT_GRID,
        "layers": [],
        "ranges": [],
        "output": {
            "columns": OUTPUT_GRID,
            "rows": OUTPUT_GRID,
            "low": low,
            "high": high,
            "units": [_bytes(values, low, high) for values in outputs.T],
        },
    }
    hidden = run.network.layers[:-1]
    if sum(layer.units for layer in hidden) <= MAX_HEATMAPS:
        grid = _grid(plot, UNIT_GRID)
        activations = activations_of(run.network, session.parameters(), grid)
        for layer, values in zip(hidden, map(_drawable, activations[:-1]), strict=True):
            low, high = _range(layer.activation.entry.bounds, values)
            result["layers"].append([_bytes(unit, low, high) for unit in values.T])
            result["ranges"].append([low, high])
    return result


def _output_range(session: Session, outputs: Matrix) -> tuple[float, float]:
    """The activation's bounds, or else the range of the targets and of what is answered."""
    bounds = session.run.network.layers[-1].activation.entry.bounds
    targets = session.run.examples.targets
    return _range(bounds, np.concatenate([targets.ravel(), outputs.ravel()]))


def _range(bounds: tuple[float | None, float | None], values: Matrix) -> tuple[float, float]:
    """Both bounds where the activation has them, else a range around zero that holds the values."""
    low, high = bounds
    if low is not None and high is not None:
        return float(low), float(high)
    largest = float(np.abs(values).max()) or 1.0
    return -largest, largest


def _bytes(values: Vector, low: float, high: float) -> str:
    """Base64 of one byte a point: 0 for ``low``, 255 for ``high``."""
    scaled = (np.clip(values, low, high) - low) * (255.0 / (high - low))
    return base64.b64encode(scaled.round().astype(np.uint8).tobytes()).decode()


def _curve(session: Session) -> dict[str, Any] | None:
    """The outputs along the one input, where the network has one."""
    run = session.run
    plot = domain(run.examples)
    if run.network.inputs != 1 or plot is None:
        return None
    inputs = np.linspace(plot[0][0], plot[0][1], CURVE_POINTS)[:, None]
    outputs = _drawable(session.predictions(inputs))
    return {"inputs": inputs[:, 0].tolist(), "outputs": outputs.T.tolist()}
