"""The engines of this project, as the measurements run them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache

import numpy as np

from app.core.training import EngineName
from app.session.engines import ENGINES
from app.session.session import Session
from app.session.spec import Spec
from tests.bench.jobs import Job
from tests.environment import MACHINE_CODE

TITLES: dict[str, str] = {"numpy": "NumPy engine", "compiled": "compiled engine"}

MOST_EPOCHS = 300_000
"""That a measured session keeps before it begins again."""

Run = Callable[[int], object]
"""Run so many epochs in a row."""


def engines() -> tuple[EngineName, ...]:
    """Those that can be measured; the compiled one is made where it is not there yet."""
    _warm_up()
    return ("numpy", "compiled") if ENGINES.state == "ready" else ("numpy",)


@cache
def _warm_up() -> None:
    if ENGINES.best == "numpy":
        ENGINES.warm_up(MACHINE_CODE)
    if ENGINES.state != "ready":
        print(f"the compiled engine is left out: {ENGINES.state}", file=sys.stderr)


def training_of(job: Job, engine: EngineName) -> Run:
    """Epochs with nothing after them, as other engines' loops have it."""
    training = job.training(engine)
    inputs, targets = job.data()

    def run(epochs: int) -> None:
        order = np.empty((epochs, 0), dtype=np.int64)
        training.run_epochs(inputs, targets, job.batch_size, order, evaluate=False)

    return run


def evaluated_training_of(job: Job, engine: EngineName) -> Run:
    """Epochs, and after each the loss over all of the examples."""
    training = job.training(engine)
    inputs, targets = job.data()

    def run(epochs: int) -> None:
        order = np.empty((epochs, 0), dtype=np.int64)
        ran = training.run_epochs(inputs, targets, job.batch_size, order)
        training.measure(targets, ran.train, ran.penalty, ())

    return run


def session_of(job: Job) -> Run:
    """Epochs as a session runs them.

    It also draws the order, reports fit's metrics, evaluates, looks for overflow and keeps a
    history.
    """
    session = Session(Spec.model_validate(job.spec()))

    def run(epochs: int) -> None:
        if session.history.epochs > MOST_EPOCHS:
            session.reset()
        session.step("epoch", epochs)

    return run


def engine_of_a_session(job: Job) -> EngineName:
    """The engine that a session with this job trains on."""
    session = Session(Spec.model_validate(job.spec()))
    session.step("epoch")
    return session.run.engine
