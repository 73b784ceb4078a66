"""The catalog of data sets: one entry, here, adds one everywhere."""

from collections.abc import Callable
from dataclasses import dataclass

from app.core.entry import Entry, Option
from app.data.array_types import Task
from app.data.csv_table import csv_table
from app.data.curves_and_surfaces import multi_gaussian, plane, sine
from app.data.examples import Table
from app.data.iris import iris
from app.data.point_clouds import circle, gaussians, spiral, xor_cloud
from app.data.truth_tables import and_, or_, xor
from app.language import N_


@dataclass(frozen=True, kw_only=True)
class DataSet(Entry):
    """A named source of examples.

    generate: ``(rng, **options) -> Table``, given every option but the two of all data sets,
    ``standardize`` and ``test_fraction``, which ``load`` sees to.
    task: None where it depends on what is uploaded.
    """

    generate: Callable[..., Table]
    task: Task | None


def _split(test_fraction: float, *, standardize: bool = False) -> tuple[Option, Option]:
    """The options that every data set has, with its own defaults."""
    return (
        Option(
            "test_fraction",
            "float",
            test_fraction,
            N_(
                "Share of the examples kept back for testing, drawn at random; of every class the "
                "same share."
            ),
            low=0,
            high=0.9,
        ),
        Option(
            "standardize",
            "bool",
            standardize,
            N_(
                "Move and stretch every input so that the training examples have mean 0 and "
                "deviation 1; test examples are treated alike."
            ),
        ),
    )


def _samples(default: int) -> Option:
    return Option(
        "samples",
        "int",
        default,
        N_("How many examples to draw, for training and testing together."),
        low=10,
        high=5000,
    )


def _noise(doc: str) -> Option:
    return Option("noise", "float", 0.0, doc, low=0, high=0.5)


_PLACE_NOISE = N_(
    "How far from each point, as a share of the shape's size, the place may lie whose class or "
    "height the point gets."
)
_LABELS = Option(
    "labels",
    "choice",
    "0/1",
    N_("The two target values: 0 and 1 suit a sigmoid output, -1 and 1 a tanh output."),
    choices=("0/1", "-1/1"),
)

_ALL = (
    DataSet(
        "xor",
        N_("Exclusive or"),
        N_("Truth table of two bits: 1 where they differ. No straight line parts the classes."),
        _split(0.0),
        generate=xor,
        task="classification",
    ),
    DataSet(
        "and",
        N_("And"),
        N_("Truth table of two bits: 1 where both are 1. A straight line parts the classes."),
        _split(0.0),
        generate=and_,
        task="classification",
    ),
    DataSet(
        "or",
        N_("Or"),
        N_(
            "Truth table of two bits: 1 where at least one is 1. A straight line parts the classes."
        ),
        _split(0.0),
        generate=or_,
        task="classification",
    ),
    DataSet(
        "circle",
        N_("Circle"),
        N_("A disc of one class within a ring of the other, as in TensorFlow Playground."),
        (_samples(500), _noise(_PLACE_NOISE), _LABELS, *_split(0.5)),
        generate=circle,
        task="classification",
    ),
    DataSet(
        "xor_cloud",
        N_("Exclusive or, cloud"),
        N_(
            "Points in the four quarters of a square, 1 where the signs of the coordinates differ; "
            "as in TensorFlow Playground."
        ),
        (_samples(500), _noise(_PLACE_NOISE), _LABELS, *_split(0.5)),
        generate=xor_cloud,
        task="classification",
    ),
    DataSet(
        "gaussians",
        N_("Two gaussians"),
        N_("Two round clouds, about (2, 2) and (-2, -2), as in TensorFlow Playground."),
        (
            _samples(500),
            _noise(N_("Widens the clouds, from a deviation of 0.7 at 0 to 2 at 0.5.")),
            _LABELS,
            *_split(0.5),
        ),
        generate=gaussians,
        task="classification",
    ),
    DataSet(
        "spiral",
        N_("Spiral"),
        N_("Two arms wound around each other, the hardest cloud of TensorFlow Playground."),
        (
            _samples(500),
            _noise(N_("How far each point may be moved along either axis.")),
            _LABELS,
            *_split(0.5),
        ),
        generate=spiral,
        task="classification",
    ),
    DataSet(
        "plane",
        N_("Plane"),
        N_("A slope over a square, from -1 to 1 between opposite corners, to be fitted."),
        (_samples(500), _noise(_PLACE_NOISE), *_split(0.5)),
        generate=plane,
        task="regression",
    ),
    DataSet(
        "multi_gaussian",
        N_("Hills and hollows"),
        N_("Three bell-shaped hills and three hollows over a square, to be fitted."),
        (_samples(500), _noise(_PLACE_NOISE), *_split(0.5)),
        generate=multi_gaussian,
        task="regression",
    ),
    DataSet(
        "sine",
        N_("Sine"),
        N_("A sine curve from -pi to pi: one input, so the function can be watched being fitted."),
        (
            _samples(100),
            _noise(N_("Deviation of a normal error added to each target.")),
            Option(
                "periods",
                "float",
                1.0,
                N_("How many waves there are from -pi to pi; more are harder to fit."),
                low=0.5,
                high=4,
            ),
            *_split(0.3),
        ),
        generate=sine,
        task="regression",
    ),
    DataSet(
        "iris",
        N_("Iris"),
        N_(
            "150 flowers of three species by the lengths and widths of their sepals and petals in "
            "cm. R. A. Fisher, Annals of Eugenics 7 (1936); UCI Machine Learning Repository, "
            "licence CC BY 4.0."
        ),
        _split(0.3, standardize=True),
        generate=iris,
        task="classification",
    ),
    DataSet(
        "csv",
        N_("CSV"),
        N_(
            "A table of your own: rows of numbers, a header if you like. A target column of names "
            "is learnt as classes."
        ),
        (
            Option(
                "text",
                "text",
                "",
                N_("The table, its cells separated by commas, semicolons or tabs."),
            ),
            Option(
                "target_columns",
                "text",
                "",
                N_(
                    "Names, or numbers from 1, of the columns to learn, separated by commas; "
                    "the last column when empty."
                ),
            ),
            Option(
                "targets",
                "choice",
                "auto",
                N_(
                    "Whether targets are numbers or classes. Auto takes names for classes; choose "
                    "classes when yours are numbered."
                ),
                choices=("auto", "numbers", "classes"),
            ),
            *_split(0.3, standardize=True),
        ),
        generate=csv_table,
        task=None,
    ),
)

DATA_SETS: dict[str, DataSet] = {data_set.name: data_set for data_set in _ALL}
"""Every named source, in the order in which people are shown them."""
