from typing import Any

import numpy as np
import pytest

from app.core.metrics import METRICS, resolve_metric
from tests.keras_figures import keras_figures

FIGURES = keras_figures("metrics")

every = pytest.mark.parametrize("name", METRICS)


def measured(name: str, case: dict[str, Any], batch: int) -> float:
    targets, outputs = np.array(case["targets"]), np.array(case["outputs"])
    metric = METRICS[name]
    totals = sum(
        metric.statistics(targets[start : start + batch], outputs[start : start + batch])
        for start in range(0, len(targets), batch)
    )
    return metric.result(np.asarray(totals), len(targets))


@every
@pytest.mark.parametrize("batch", [FIGURES["batch"], 1, 100])
def test_metrics_are_those_of_keras_however_examples_are_batched(name: str, batch: int) -> None:
    tolerance = 1e-6 if name == "accuracy" else 1e-12
    for case in FIGURES["cases"][name]:
        assert measured(name, case, batch) == pytest.approx(case["value"], abs=tolerance)


@every
def test_statistics_are_one_row_and_results_plain_numbers(name: str) -> None:
    case = FIGURES["cases"][name][0]
    targets, outputs = np.array(case["targets"]), np.array(case["outputs"])
    assert METRICS[name].statistics(targets, outputs).ndim == 1
    assert type(measured(name, case, 2)) is float


def test_accuracy_is_resolved_by_the_number_of_outputs() -> None:
    assert resolve_metric("accuracy", 1) is METRICS["binary_accuracy"]
    assert resolve_metric("accuracy", 3) is METRICS["categorical_accuracy"]
    assert resolve_metric("mae", 3) is METRICS["mae"]
    with pytest.raises(KeyError):
        resolve_metric("speed", 1)


def test_an_output_of_exactly_one_half_answers_no() -> None:
    half = np.array([[0.5], [0.5]])
    totals = METRICS["binary_accuracy"].statistics(np.array([[0.0], [1.0]]), half)
    assert METRICS["binary_accuracy"].result(totals, 2) == 0.5


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e6])
def test_r2_of_a_target_that_never_varies_is_zero(constant: float) -> None:
    r2, targets = METRICS["r2"], np.full((7, 1), constant)
    for outputs in (targets, targets + 1.0):
        assert r2.result(r2.statistics(targets, outputs), 7) == 0.0


def test_r2_is_one_for_perfect_outputs_and_zero_for_the_mean() -> None:
    r2, targets = METRICS["r2"], np.array([[1.0, 40.0], [2.0, 50.0], [6.0, 90.0]])
    assert r2.result(r2.statistics(targets, targets), 3) == 1.0
    mean = np.tile(targets.mean(axis=0), (3, 1))
    assert r2.result(r2.statistics(targets, mean), 3) == pytest.approx(0.0, abs=1e-12)
