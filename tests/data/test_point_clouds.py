"""Where the points of each cloud lie, and which class they have there."""

import numpy as np
import pytest

from app.data.array_types import Floats
from app.data.data_sets import DATA_SETS
from app.data.loading import load
from app.data.point_clouds import CENTRE, GAP, INNER_RADIUS

CLOUDS = ["circle", "xor_cloud", "gaussians", "spiral"]


def cloud(source: str, seed: int = 0, **options: object) -> tuple[Floats, Floats]:
    examples = load(source, {"test_fraction": 0, **options}, seed)
    return examples.inputs, examples.targets[:, 0]


def test_circle_has_ones_inside_and_zeros_in_a_ring_outside() -> None:
    points, targets = cloud("circle")
    radius = np.hypot(*points.T)
    np.testing.assert_array_equal(targets, radius < INNER_RADIUS)
    assert radius[targets == 0].min() >= 3.5
    assert radius.max() <= 5
    # Evenly filled: half of a disc's area lies within 1/sqrt(2) of its radius.
    inside = radius[targets == 1]
    assert np.mean(inside < INNER_RADIUS / np.sqrt(2)) == pytest.approx(0.5, abs=0.1)


def test_xor_cloud_has_ones_where_signs_differ_and_a_gap_along_the_axes() -> None:
    points, targets = cloud("xor_cloud")
    np.testing.assert_array_equal(targets, points[:, 0] * points[:, 1] < 0)
    assert np.abs(points).min() >= GAP
    quarters = np.unique(points > 0, axis=0, return_counts=True)[1]
    assert len(quarters) == 4
    assert quarters.min() > 90


def test_gaussians_lie_about_opposite_centres() -> None:
    points, targets = cloud("gaussians", samples=5000)
    for label, centre in ((1, CENTRE), (0, -CENTRE)):
        group = points[targets == label]
        np.testing.assert_allclose(group.mean(axis=0), centre, atol=0.05)
        np.testing.assert_allclose(group.std(axis=0), 0.7, atol=0.03)
        assert np.corrcoef(group.T)[0, 1] == pytest.approx(0, abs=0.05)


def test_noise_widens_the_gaussians_to_a_deviation_of_two() -> None:
    points, targets = cloud("gaussians", samples=5000, noise=0.5)
    np.testing.assert_allclose(points[targets == 1].std(axis=0), 2, atol=0.08)


def test_spiral_arms_are_each_others_mirror_image() -> None:
    points, targets = cloud("spiral")
    np.testing.assert_allclose(points[targets == 1], -points[targets == 0], atol=1e-12)
    arm = points[targets == 1]
    radius = np.hypot(*arm.T)
    assert (np.diff(radius) > 0).all()
    assert 4.9 < radius[-1] <= 5
    turned = np.unwrap(np.arctan2(arm[1:, 0], arm[1:, 1]))
    assert (turned[-1] - turned[0]) / (2 * np.pi) == pytest.approx(1.75, abs=0.02)
    np.testing.assert_allclose(np.diff(turned), np.diff(turned)[0])


@pytest.mark.parametrize("source", CLOUDS)
@pytest.mark.parametrize("samples", [10, 11, 500])
def test_classes_are_equally_many(source: str, samples: int) -> None:
    points, targets = cloud(source, samples=samples)
    assert points.shape == (samples, 2)
    assert int(targets.sum()) == (samples + 1) // 2


@pytest.mark.parametrize("source", CLOUDS)
@pytest.mark.parametrize("seed", range(5))
def test_without_noise_all_points_lie_in_the_familiar_square(source: str, seed: int) -> None:
    points, _ = cloud(source, seed)
    assert np.abs(points).max() <= 6


@pytest.mark.parametrize("source", CLOUDS)
def test_labels_may_be_minus_one_and_one(source: str) -> None:
    points, zeros = cloud(source, noise=0.2)
    same_points, minus = cloud(source, noise=0.2, labels="-1/1")
    np.testing.assert_array_equal(points, same_points)
    np.testing.assert_array_equal(minus, 2 * zeros - 1)


@pytest.mark.parametrize("source", ["circle", "xor_cloud"])
def test_noise_leaves_the_points_and_mixes_their_classes(source: str) -> None:
    points, targets = cloud(source)
    swapped = []
    for noise in (0.1, 0.3, 0.5):
        noisy_points, noisy_targets = cloud(source, noise=noise)
        np.testing.assert_array_equal(points, noisy_points)
        swapped.append(np.mean(targets != noisy_targets))
    assert 0 < swapped[0] < swapped[1] < swapped[2] < 0.5


@pytest.mark.parametrize("source", ["gaussians", "spiral"])
def test_noise_moves_the_same_points_in_proportion(source: str) -> None:
    points, targets = cloud(source)
    little, some_targets = cloud(source, noise=0.1)
    much, more_targets = cloud(source, noise=0.4)
    np.testing.assert_allclose(much - points, 4 * (little - points))
    np.testing.assert_array_equal(targets, some_targets)
    np.testing.assert_array_equal(targets, more_targets)


def test_spiral_noise_stays_within_its_bound() -> None:
    points, _ = cloud("spiral")
    noisy, _ = cloud("spiral", noise=0.25)
    moved = np.abs(noisy - points)
    assert 0.2 < moved.max() <= 0.25


@pytest.mark.parametrize("source", CLOUDS)
def test_half_is_kept_back_for_testing_unless_told_otherwise(source: str) -> None:
    examples = load(source, {}, 0)
    assert DATA_SETS[source].task == "classification"
    assert examples.test_inputs is not None
    assert len(examples.inputs) == len(examples.test_inputs) == 250
