"""The iris flowers, bundled as ``iris.csv``; the file's first lines name source and licence."""

from functools import cache
from importlib.resources import files

import numpy as np

from app.data.csv_table import csv_table
from app.data.examples import Table


@cache
def _text() -> str:
    return (files("app.data") / "iris.csv").read_text("utf-8")


def iris(rng: np.random.Generator) -> Table:
    """150 flowers, four lengths in cm each, of three species (one output each), 50 of each."""
    return csv_table(rng, text=_text(), target_columns="species", targets="classes")
