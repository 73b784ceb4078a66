"""The bench compares like with like, and draws what it measured."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from app.core.network import Network, Vector
from app.core.training import EngineName
from tests.bench import here, peers
from tests.bench.growth import Curves
from tests.bench.jobs import DIGITS, JOBS, Job
from tests.bench.plot import svg
from tests.bench.report import Row

W2 = JOBS[1]


@pytest.fixture
def names(engine: str) -> tuple[EngineName, ...]:
    """The engines to measure; NumPy's alone where the tests run on that."""
    return ("numpy",) if engine == "numpy" else here.engines()


def _layers(network: Network, parameters: Vector) -> peers.Layers:
    layers = []
    for view in network.views(parameters):
        assert view.bias is not None
        layers.append((view.kernel, view.bias))
    return layers


@pytest.mark.parametrize("job", [W2, replace(DIGITS, examples=100)], ids=lambda job: job.name)
def test_the_numpy_loop_trains_as_the_engines_do(job: Job, names: tuple[EngineName, ...]) -> None:
    inputs, targets = job.data()
    for engine in names:
        training = job.training(engine)
        parameters = training.parameters.copy()
        training.run_epochs(inputs, targets, job.batch_size, evaluate=False)
        peers.numpy_loop(job, _layers(training.network, parameters))()
        assert training.parameters == pytest.approx(parameters, rel=1e-9, abs=1e-12)


def test_epochs_without_evaluation_train_alike(names: tuple[EngineName, ...]) -> None:
    inputs, targets = W2.data()
    for engine in names:
        plain, evaluated = W2.training(engine), W2.training(engine)
        plain.run_epochs(inputs, targets, W2.batch_size, evaluate=False)
        ran = evaluated.run_epochs(inputs, targets, W2.batch_size)
        assert np.array_equal(plain.parameters, evaluated.parameters)
        assert np.array_equal(ran.train[0], evaluated.predict(inputs))


def test_a_session_measured_for_long_does_not_run_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(here, "MOST_EPOCHS", 20)
    monkeypatch.setattr("app.session.limits.MAX_EPOCHS", 40)
    run = here.session_of(W2)
    for _number in range(6):
        run(15)


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (Row("w", "1 us", ratio=0.5, bound=1 / 3), ("0.5x", "<= 0.333x", "not met")),
        (Row("w", "1 us", ratio=0.2, bound=1 / 3), ("0.2x", "<= 0.333x", "met")),
        (Row("w", "1 ms", value=400.0, bound=400.0, unit="ms"), ("", "<= 400 ms", "met")),
        (Row("w", "1 ms"), ("", "", "")),
    ],
)
def test_a_row_says_whether_its_bound_is_met(row: Row, verdict: tuple[str, ...]) -> None:
    assert row.cells()[3:] == verdict


def test_the_picture_holds_every_point_and_names_the_machine() -> None:
    measured = [
        Curves("layers", {"NumPy": {1: 100.0, 10: 900.0}, "compiled": {1: 3.0, 10: 30.0}}),
        Curves("units", {"NumPy": {2: 150.0, 64: 2500.0, 256: 1e6}}),
    ]
    picture = svg(measured, "a <small> machine")
    root = ElementTree.fromstring(picture)
    space = "{http://www.w3.org/2000/svg}"
    texts = ["".join(text.itertext()) for text in root.iter(f"{space}text")]
    assert {"layers", "units", "NumPy", "compiled", "1 s", "1 µs"} <= set(texts)
    assert "Measured on a <small> machine." in texts
    marks = [mark for mark in root.iter() if mark.get("class") == "mark"]
    assert len(marks) == 7 + 2  # two in the legend
    places = [mark.get("cx") or mark.get("d") for mark in marks]
    assert not any("nan" in str(place) or "inf" in str(place) for place in places)
