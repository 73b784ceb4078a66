"""Loading by name: options are checked against the catalog and completed from it."""

import math

import numpy as np
import pytest

from app.data.errors import DataError
from app.data.loading import load


@pytest.mark.parametrize(
    ("source", "options", "field", "words"),
    [
        ("circel", {}, "source", ["'circel'", "circle"]),
        ("zzz", {}, "source", ["'zzz'", "xor"]),
        ("circle", {"nois": 0.1}, "nois", ["noise"]),
        ("xor", {"noise": 0.1}, "noise", ["xor"]),
        ("circle", {"noise": 0.6}, "noise", ["0.5"]),
        ("circle", {"noise": -0.1}, "noise", ["0"]),
        ("circle", {"noise": math.nan}, "noise", []),
        ("circle", {"noise": "much"}, "noise", ["number"]),
        ("circle", {"samples": 9}, "samples", ["10"]),
        ("circle", {"samples": 5001}, "samples", ["5000"]),
        ("circle", {"samples": 10.5}, "samples", []),
        ("circle", {"labels": "a/b"}, "labels", ["0/1"]),
        ("circle", {"standardize": "yes"}, "standardize", []),
        ("circle", {"test_fraction": 1}, "test_fraction", ["0.9"]),
        ("csv", {"text": 5}, "text", []),
        ("csv", {}, "text", ["Empty"]),
    ],
)
def test_options_that_make_no_sense_are_named(
    source: str, options: dict[str, object], field: str, words: list[str]
) -> None:
    with pytest.raises(DataError) as caught:
        load(source, options, 0)
    assert caught.value.field == field
    for word in words:
        assert word in caught.value.detail


def test_options_left_out_have_the_catalogs_defaults() -> None:
    spelt_out = {
        "samples": 500,
        "noise": 0,
        "labels": "0/1",
        "test_fraction": 0.5,
        "standardize": False,
    }
    np.testing.assert_array_equal(load("circle", {}, 4).inputs, load("circle", spelt_out, 4).inputs)


def test_splitting_and_generating_draw_from_different_streams() -> None:
    first, second = (load("gaussians", {"test_fraction": share}, 0) for share in (0, 0.5))
    order = [first.inputs.tolist().index(row) for row in second.inputs.tolist()]
    drawn = np.random.default_rng(0).permutation(500)
    assert order != drawn[np.isin(drawn, order)].tolist()
