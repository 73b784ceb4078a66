from typing import Any

import numpy as np
import pytest

from app.core.metrics import METRICS, resolve_metric
from tests.keras_figures import keras_figures

FIGURES = keras_figures("metrics")

every = pytest.mark.parametrize("name", METRICS)


def measured(name: str, case: dict[str, Any]) -> float:
    return float(METRICS[name].function(np.array(case["targets"]), np.array(case["outputs"])))


@every
def test_metrics_are_those_of_keras(name: str) -> None:
    tolerance = 1e-6 if name == "accuracy" else 1e-12
    for case in FIGURES["cases"][name]:
        assert measured(name, case) == pytest.approx(case["value"], abs=tolerance)


@every
def test_those_of_many_epochs_have_the_bits_of_those_of_each(name: str) -> None:
    rng = np.random.default_rng(3)
    targets = np.eye(4)[rng.integers(0, 4, 37)]
    outputs = rng.uniform(0.0, 1.0, (50, 37, 4))
    together = METRICS[name].function(targets, outputs)
    assert together.tolist() == [METRICS[name].function(targets, each) for each in outputs]


def test_accuracy_is_resolved_by_the_number_of_outputs() -> None:
    assert resolve_metric("accuracy", 1) is METRICS["binary_accuracy"]
    assert resolve_metric("accuracy", 3) is METRICS["categorical_accuracy"]
    assert resolve_metric("mae", 3) is METRICS["mae"]
    with pytest.raises(KeyError):
        resolve_metric("speed", 1)


def test_an_output_of_exactly_one_half_answers_no() -> None:
    half = np.array([[0.5], [0.5]])
    assert METRICS["binary_accuracy"].function(np.array([[0.0], [1.0]]), half) == 0.5


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e6])
def test_r2_of_a_target_that_never_varies_is_zero(constant: float) -> None:
    r2, targets = METRICS["r2"], np.full((7, 1), constant)
    for outputs in (targets, targets + 1.0):
        assert r2.function(targets, outputs) == 0.0


def test_r2_is_one_for_perfect_outputs_and_zero_for_the_mean() -> None:
    r2, targets = METRICS["r2"], np.array([[1.0, 40.0], [2.0, 50.0], [6.0, 90.0]])
    assert r2.function(targets, targets) == 1.0
    mean = np.tile(targets.mean(axis=0), (3, 1))
    assert r2.function(targets, mean) == pytest.approx(0.0, abs=1e-12)
