"""The bundled flowers are the published ones."""

import numpy as np

from app.data.loading import load

WHOLE = {"test_fraction": 0, "standardize": False}


def test_means_and_deviations_are_the_published_ones() -> None:
    examples = load("iris", WHOLE, 0)
    assert examples.inputs.shape == (150, 4)
    # https://archive.ics.uci.edu/dataset/53/iris, to its two digits.
    np.testing.assert_allclose(examples.inputs.mean(axis=0), [5.84, 3.06, 3.76, 1.20], atol=0.006)
    np.testing.assert_allclose(
        examples.inputs.std(axis=0, ddof=1), [0.83, 0.43, 1.76, 0.76], atol=0.006
    )
    # Fisher 1936, table II: means of the three species.
    by_species = [examples.inputs[examples.targets[:, i] == 1].mean(axis=0) for i in range(3)]
    np.testing.assert_allclose(
        by_species,
        [
            [5.006, 3.428, 1.462, 0.246],
            [5.936, 2.770, 4.260, 1.326],
            [6.588, 2.974, 5.552, 2.026],
        ],
        atol=1e-9,
    )


def test_species_are_one_hot_and_named() -> None:
    examples = load("iris", WHOLE, 0)
    assert examples.targets.sum(axis=0).tolist() == [50, 50, 50]
    assert set(np.unique(examples.targets)) == {0, 1}
    assert examples.target_names == ("setosa", "versicolor", "virginica")
    assert examples.class_names == examples.target_names
    assert examples.input_names == ("sepal length", "sepal width", "petal length", "petal width")
