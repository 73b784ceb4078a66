import numpy as np
import pytest

from app.core.initializers import INITIALIZERS
from tests.keras_figures import keras_figures

FIGURES = keras_figures("initializers")
EXACT = {"zeros", "ones", "constant"}

every = pytest.mark.parametrize("name", INITIALIZERS)


@every
def test_values_are_spread_as_those_of_keras(name: str) -> None:
    initializer = INITIALIZERS[name]
    for case in FIGURES[name]:
        options = initializer.defaults | case["options"]
        rng = np.random.default_rng(5)
        shape = tuple(case["shape"])
        values = np.array([initializer.draw(rng, shape, **options) for _ in range(case["draws"])])
        assert values.shape == (case["draws"], *shape)
        if name in EXACT:
            np.testing.assert_array_equal(values, case["least"])
            assert case["least"] == case["greatest"]
            continue
        spread = case["stddev"]
        assert values.std() == pytest.approx(spread, rel=0.03)
        assert values.mean() == pytest.approx(case["mean"], abs=0.05 * spread)
        # The ends of a bell that is not cut off are a matter of chance.
        if name not in ("random_normal", "orthogonal"):
            assert values.min() == pytest.approx(case["least"], abs=0.03 * spread)
            assert values.max() == pytest.approx(case["greatest"], abs=0.03 * spread)


@every
def test_figures_cover_the_defaults_and_a_change_of_every_option(name: str) -> None:
    given = [case["options"] for case in FIGURES[name]]
    assert {} in given
    assert {key for options in given for key in options} == set(INITIALIZERS[name].defaults)


@every
def test_the_same_seed_gives_the_same_values(name: str) -> None:
    initializer = INITIALIZERS[name]
    draws = [
        initializer.draw(np.random.default_rng(seed), (3, 4), **initializer.defaults)
        for seed in (1, 1, 2)
    ]
    np.testing.assert_array_equal(draws[0], draws[1])
    assert name in EXACT or (draws[0] != draws[2]).any()


@pytest.mark.parametrize("name", [n for n in INITIALIZERS if n.endswith(("_uniform", "_normal"))])
def test_scaled_values_have_the_variance_that_their_sources_ask_for(name: str) -> None:
    fan_in, fan_out = 400, 100
    wanted = {
        "glorot": 2.0 / (fan_in + fan_out),
        "he": 2.0 / fan_in,
        "lecun": 1.0 / fan_in,
        "random": 0.05**2 / (3.0 if name == "random_uniform" else 1.0),
    }[name.split("_")[0]]
    initializer = INITIALIZERS[name]
    values = initializer.draw(np.random.default_rng(3), (fan_in, fan_out), **initializer.defaults)
    assert values.var() == pytest.approx(wanted, rel=0.03)


@pytest.mark.parametrize("name", ["glorot_normal", "he_normal", "lecun_normal"])
def test_a_cut_bell_has_no_values_beyond_two_standard_deviations(name: str) -> None:
    values = INITIALIZERS[name].draw(np.random.default_rng(3), (300, 300))
    uncut = values.std() / 0.8796256610342398
    assert np.abs(values).max() < 2.01 * uncut


@pytest.mark.parametrize("shape", [(3, 3), (2, 5), (5, 2), (1, 4), (4, 1)])
def test_orthogonal_rows_or_columns(shape: tuple[int, int]) -> None:
    values = INITIALIZERS["orthogonal"].draw(np.random.default_rng(9), shape, gain=2.0)
    assert values.shape == shape
    products = values.T @ values if shape[0] >= shape[1] else values @ values.T
    np.testing.assert_allclose(products, 4.0 * np.eye(min(shape)), rtol=0, atol=1e-14)


def test_an_orthogonal_bias_is_one_row() -> None:
    values = INITIALIZERS["orthogonal"].draw(np.random.default_rng(9), (5,), gain=2.0)
    assert values.shape == (5,)
    assert np.linalg.norm(values) == pytest.approx(2.0)


def test_a_range_may_be_given_in_either_order() -> None:
    draw = INITIALIZERS["random_uniform"].draw
    values = draw(np.random.default_rng(2), (50, 50), minval=0.5, maxval=-0.5)
    assert -0.5 <= values.min() < -0.45 < 0.45 < values.max() <= 0.5
