"""The history: entries as they were added, and thinned without losing what the eye looks for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.session.history import History


def _history(losses: Any, has_test: bool = False) -> History:
    """One metric beside the loss; train and test follow fit at a distance."""
    history = History(["loss", "mae"], has_test)
    fit = np.array([(loss, loss / 2) for loss in losses]).reshape(-1, 2)
    for some in np.array_split(fit, 7):  # as many together as it comes
        history.extend(some, some + 100, some + 200 if has_test else None)
    return history


def _epochs(entries: list[dict[str, Any]]) -> list[int]:
    return [entry["epoch"] for entry in entries]


@pytest.mark.parametrize("has_test", [False, True])
def test_every_number_is_kept_however_long_it_grows(has_test: bool) -> None:
    losses = np.random.default_rng(0).normal(size=1000)
    history = _history(losses, has_test)
    assert history.epochs == 1000
    np.testing.assert_array_equal(history.column("fit", "loss"), losses)
    np.testing.assert_array_equal(history.column("train", "mae"), losses / 2 + 100)
    entries = history.entries()
    assert _epochs(entries) == list(range(1, 1001))
    for entry, loss in zip(entries, losses, strict=True):
        assert entry["fit"] == {"loss": loss, "mae": loss / 2}
        assert entry["train"] == {"loss": loss + 100, "mae": loss / 2 + 100}
        test = {"loss": loss + 200, "mae": loss / 2 + 200} if has_test else None
        assert entry["test"] == test
    assert history.last("train") == entries[-1]["train"]


def test_an_empty_one_has_no_entries() -> None:
    history = _history([])
    assert history.entries() == history.entries(most=10) == []
    assert len(history.column("fit", "loss")) == 0


def test_only_the_entries_since_an_epoch() -> None:
    history = _history(range(20))
    assert _epochs(history.entries(since=17)) == [18, 19, 20]
    assert history.entries(since=20) == history.entries(since=99) == []
    assert history.entries(since=17, most=3) == history.entries(since=17)


def test_what_was_taken_back_is_written_anew() -> None:
    history = _history(range(20))
    history.forget_after(5)
    assert _epochs(history.entries()) == [1, 2, 3, 4, 5]
    history.extend(np.array([[7.0, 7.0]]), np.array([[8.0, 8.0]]), None)
    assert history.entries(since=5)[0]["fit"] == {"loss": 7.0, "mae": 7.0}
    assert history.epochs == 6


def test_thinning_keeps_every_spike() -> None:
    rng = np.random.default_rng(1)
    losses = np.linspace(1, 0.1, 10_000) + 0.01 * rng.normal(size=10_000)
    spikes = np.arange(37, 10_000, 199)
    losses[spikes] += np.where(np.arange(len(spikes)) % 2, 5.0, -5.0)
    kept = _epochs(_history(losses).entries(most=500))
    assert set(spikes + 1) <= set(kept)
    assert len(kept) <= 501


def test_thinning_keeps_the_spikes_of_every_part() -> None:
    losses = np.full((10_000, 1), 0.5)
    history = History(["loss"], has_test=True)
    parts = [losses.copy(), losses.copy(), losses.copy()]
    for number, part in enumerate(parts):
        part[[100 + number, 7000 - number], 0] = 9.0, -9.0
    history.extend(*parts)
    kept = _epochs(history.entries(most=500))
    assert {101, 102, 103, 6999, 7000, 7001} <= set(kept)
    assert len(kept) <= 501


@given(
    st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=300),
    st.integers(2, 60),
    st.integers(0, 50),
)
def test_thinning_keeps_the_order_the_extremes_and_the_last(
    losses: list[float], most: int, since: int
) -> None:
    history = _history(losses)
    kept = history.entries(since, most)
    left = losses[since:]
    assert len(kept) <= max(most + 1, min(most, len(left)))
    assert _epochs(kept) == sorted(set(_epochs(kept)))
    assert all(entry["fit"]["loss"] == losses[entry["epoch"] - 1] for entry in kept)
    if left:
        found = [entry["fit"]["loss"] for entry in kept]
        assert (min(found), max(found)) == (min(left), max(left))
        assert kept[0]["epoch"] > since
        assert kept[-1]["epoch"] == len(losses)
    else:
        assert kept == []
