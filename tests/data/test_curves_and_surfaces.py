"""The functions behind the regression sets, worked out anew from their description."""

import numpy as np
import pytest

from app.data.array_types import Floats
from app.data.loading import load


def table(source: str, **options: object) -> tuple[Floats, Floats]:
    examples = load(source, {"test_fraction": 0, **options}, 0)
    return examples.inputs, examples.targets[:, 0]


@pytest.mark.parametrize("periods", [1.0, 2.5])
def test_sine_follows_the_curve_from_left_to_right(periods: float) -> None:
    inputs, targets = table("sine", periods=periods)
    x = inputs[:, 0]
    np.testing.assert_allclose(targets, np.sin(periods * x))
    assert inputs.shape == (100, 1)
    assert (np.diff(x) > 0).all()
    assert -np.pi <= x[0] < -3
    assert 3 < x[-1] < np.pi


def test_sine_has_one_point_in_each_interval() -> None:
    inputs, _ = table("sine", samples=40)
    edges = np.linspace(-np.pi, np.pi, 41)
    np.testing.assert_array_equal(np.histogram(inputs, edges)[0], np.ones(40))


def test_sine_noise_is_normal_with_the_given_deviation() -> None:
    inputs, targets = table("sine", samples=5000, noise=0.3)
    errors = targets - np.sin(inputs[:, 0])
    assert errors.mean() == pytest.approx(0, abs=0.02)
    assert errors.std() == pytest.approx(0.3, abs=0.01)


def test_plane_rises_from_minus_one_to_one_between_corners() -> None:
    points, targets = table("plane")
    corners = np.array([[-6, -6, 1], [-6, 6, 1], [6, 6, 1]])
    plane = np.linalg.solve(corners, [-1, 0, 1])
    np.testing.assert_allclose(targets, np.column_stack([points, np.ones(500)]) @ plane, atol=1e-12)


def test_multi_gaussian_has_three_hills_and_three_hollows_in_turn() -> None:
    points, targets = table("multi_gaussian", samples=5000)
    for y in (-2.5, 2.5):
        signs = []
        for x in (-4, 0, 4):
            near = np.hypot(*(points - [x, y]).T) < 0.25
            assert np.abs(targets[near]).min() > 0.9
            signs.append(np.unique(np.sign(targets[near])).tolist())
        assert signs in ([[1], [-1], [1]], [[-1], [1], [-1]])
    upper, lower = (targets[np.hypot(*(points - [0, y]).T) < 0.25].mean() for y in (2.5, -2.5))
    assert upper * lower < 0
    assert np.abs(targets).max() <= 1


@pytest.mark.parametrize("source", ["plane", "multi_gaussian"])
def test_surfaces_fill_the_square_and_noise_leaves_the_points(source: str) -> None:
    points, targets = table(source)
    assert np.abs(points).max() <= 6
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=0.5)
    np.testing.assert_allclose(points.std(axis=0), 6 / np.sqrt(3), atol=0.3)
    noisy_points, noisy_targets = table(source, noise=0.2)
    np.testing.assert_array_equal(points, noisy_points)
    assert np.abs(targets - noisy_targets).max() > 0.1
