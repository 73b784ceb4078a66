"""The catalog as a whole: every data set under every setting."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.entry import Option
from app.data.data_sets import DATA_SETS
from app.data.examples import Examples
from app.data.limits import MAX_EXAMPLES
from app.data.loading import load

CSV = "a,b,answer\n1,2,yes\n2,3,no\n3,1,yes\n4,4,no\n5,2,maybe\n6,1,maybe\n"


def values(option: Option) -> st.SearchStrategy[object]:
    if option.kind == "bool":
        return st.booleans()
    if option.kind == "choice":
        return st.sampled_from([choice for choice in option.choices if choice != "numbers"])
    if option.kind == "text":
        return st.just(CSV if option.name == "text" else option.default)
    assert option.low is not None
    assert option.high is not None
    if option.kind == "int":
        return st.integers(int(option.low), min(200, int(option.high)))
    return st.floats(option.low, option.high)


def same(one: Examples, other: Examples) -> bool:
    pairs = [
        (one.inputs, other.inputs),
        (one.targets, other.targets),
        (one.test_inputs, other.test_inputs),
        (one.test_targets, other.test_targets),
    ]
    return all((a is b is None) or np.array_equal(a, b) for a, b in pairs)  # type: ignore[arg-type]


@pytest.mark.parametrize("source", DATA_SETS)
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_setting_in_bounds_gives_finite_examples_of_one_shape(
    source: str, data: st.DataObject
) -> None:
    options = {o.name: data.draw(values(o), o.name) for o in DATA_SETS[source].options}
    seed = data.draw(st.integers(0, 2**32), "seed")
    examples = load(source, options, seed)
    inputs, targets = examples.inputs, examples.targets
    assert 1 <= len(inputs) == len(targets) <= MAX_EXAMPLES
    assert inputs.shape[1] == len(examples.input_names) == len(set(examples.input_names))
    assert targets.shape[1] == len(examples.target_names) == len(set(examples.target_names))
    assert np.isfinite(inputs).all()
    assert np.isfinite(targets).all()
    assert DATA_SETS[source].task in (None, examples.task)
    if examples.test_inputs is None:
        assert examples.test_targets is None
    else:
        assert examples.test_targets is not None
        assert examples.test_inputs.shape == (len(examples.test_targets), inputs.shape[1])
        assert examples.test_targets.shape[1] == targets.shape[1]
        assert np.isfinite(examples.test_inputs).all()
    assert same(examples, load(source, options, seed))


@pytest.mark.parametrize("source", DATA_SETS)
def test_defaults_lie_within_their_own_bounds(source: str) -> None:
    for option in DATA_SETS[source].options:
        if option.kind in ("int", "float"):
            assert isinstance(option.default, int | float)
            assert option.low is not None
            assert option.high is not None
            assert option.low <= option.default <= option.high
        elif option.kind == "choice":
            assert option.default in option.choices


@pytest.mark.parametrize(
    "source", ["circle", "xor_cloud", "gaussians", "spiral", "plane", "multi_gaussian", "sine"]
)
def test_another_seed_draws_other_numbers(source: str) -> None:
    assert not same(load(source, {"noise": 0.1}, 1), load(source, {"noise": 0.1}, 2))


@pytest.mark.parametrize("source", DATA_SETS)
def test_every_data_set_says_what_it_is(source: str) -> None:
    entry = DATA_SETS[source]
    assert entry.name == source
    assert entry.title
    assert entry.doc
    assert all(option.doc for option in entry.options)
    assert {"standardize", "test_fraction"} <= {option.name for option in entry.options}
