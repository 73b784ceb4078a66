"""Training and test examples part the whole, class by class."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.data.loading import load
from app.data.splitting import split


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


class_lists = st.lists(st.integers(0, 3), min_size=1, max_size=60)
fractions = st.floats(0, 0.9)


@given(class_lists, fractions, st.integers(0, 100))
def test_every_example_is_on_one_side_and_every_class_can_be_learnt(
    classes: list[int], fraction: float, seed: int
) -> None:
    targets = np.eye(4)[classes]
    train, test = split(rng(seed), len(classes), fraction, targets)
    assert sorted([*train, *test]) == list(range(len(classes)))
    assert {classes[i] for i in train} == set(classes)
    for label in set(classes):
        kept_back = sum(classes[i] == label for i in test)
        size = classes.count(label)
        # Rounding may move half an example from or to each class, and half one in all.
        assert abs(kept_back - min(size * fraction, size - 1)) <= len(set(classes)) / 2 + 0.5


@given(st.integers(1, 200), fractions)
def test_test_examples_are_the_rounded_share(examples: int, fraction: float) -> None:
    test = split(rng(), examples, fraction)[1]
    assert len(test) == min(int(examples * fraction + 0.5), examples - 1)


@given(class_lists, fractions, fractions)
def test_a_larger_share_keeps_back_the_same_and_more(
    classes: list[int], one: float, other: float
) -> None:
    targets = np.array(classes, dtype=np.float64)[:, np.newaxis]
    fewer = split(rng(), len(classes), min(one, other), targets)[1]
    more = split(rng(), len(classes), max(one, other), targets)[1]
    assert set(fewer) <= set(more)


def test_unequal_classes_are_divided_in_proportion() -> None:
    classes = np.repeat([0.0, 1.0, 2.0], [100, 50, 10])[:, np.newaxis]
    test = split(rng(), 160, 0.3, classes)[1]
    assert np.bincount(classes[test, 0].astype(int)).tolist() == [30, 15, 3]


def test_without_a_share_the_order_stays() -> None:
    train, test = split(rng(), 5, 0)
    assert train.tolist() == [0, 1, 2, 3, 4]
    assert test.tolist() == []


def test_both_sides_are_shuffled() -> None:
    train, test = split(rng(), 100, 0.5)
    assert train.tolist() != sorted(train)
    assert test.tolist() != sorted(test)


def test_iris_keeps_back_fifteen_of_each_species() -> None:
    examples = load("iris", {}, 3)
    assert examples.test_targets is not None
    assert examples.targets.sum(axis=0).tolist() == [35, 35, 35]
    assert examples.test_targets.sum(axis=0).tolist() == [15, 15, 15]


@pytest.mark.parametrize("fraction", [0.2, 0.5, 0.9])
def test_the_share_does_not_change_what_is_drawn(fraction: float) -> None:
    whole = load("circle", {"test_fraction": 0}, 7)
    parted = load("circle", {"test_fraction": fraction}, 7)
    assert parted.test_inputs is not None
    assert len(parted.test_inputs) == round(500 * fraction)
    both = np.concatenate([parted.inputs, parted.test_inputs])
    np.testing.assert_array_equal(np.sort(whole.inputs, axis=0), np.sort(both, axis=0))
