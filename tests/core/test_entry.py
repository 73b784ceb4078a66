"""What holds for the entries of every catalog in app/core."""

import inspect
from collections.abc import Callable

import pytest

from app.core.activations import ACTIVATIONS, Activation
from app.core.entry import Entry, Option
from app.core.initializers import INITIALIZERS
from app.core.losses import LOSSES, Loss
from app.core.metrics import METRICS
from app.core.optimizers import CLIPPING_OPTIONS, OPTIMIZERS, Optimizer

CATALOGS = (ACTIVATIONS, LOSSES, METRICS, OPTIMIZERS, INITIALIZERS)
ENTRIES: list[Entry] = [entry for catalog in CATALOGS for entry in catalog.values()]
OPTIONS = [(entry, option) for entry in ENTRIES for option in entry.options]

every = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
every_option = pytest.mark.parametrize(
    ("entry", "option"), OPTIONS, ids=[f"{e.name}-{o.name}" for e, o in OPTIONS]
)

ITS_OWN = {"z", "a", "targets", "outputs", "parameters", "gradient", "iteration", "rng", "shape"}
"""Parameters of formulas that are not options."""


def formulas(entry: Entry) -> list[Callable[..., object]]:
    if isinstance(entry, Activation):
        return [entry.function, entry.derivative or entry.delta or entry.function]
    if isinstance(entry, Loss):
        return [entry.terms, entry.slopes]
    if isinstance(entry, Optimizer):
        return [entry.change]
    return []


@every
def test_title_and_text_are_there_to_be_read(entry: Entry) -> None:
    assert entry.title[0].isupper()
    assert entry.doc[0].isupper() or entry.doc.startswith("e to the power")
    assert entry.doc.endswith(".")
    assert "  " not in entry.doc


@every_option
def test_options_have_a_text_and_a_default_within_their_bounds(
    entry: Entry, option: Option
) -> None:
    assert option.doc.endswith(".")
    if option.default is None:
        assert option.optional
        return
    kinds = {"float": float, "int": int, "bool": bool, "choice": str}
    assert type(option.default) is kinds[option.kind]
    if isinstance(option.default, float):
        assert option.low is None or option.default >= option.low
        assert option.high is None or option.default <= option.high
        assert option.above is None or option.default > option.above
        assert option.below is None or option.default < option.below


@pytest.mark.parametrize(
    "entry", [entry for entry in ENTRIES if formulas(entry)], ids=lambda entry: entry.name
)
def test_formulas_take_just_the_options_that_the_entry_names(entry: Entry) -> None:
    slots: set[str] = set()
    options = set(entry.defaults) - set(CLIPPING_OPTIONS)
    for formula in formulas(entry):
        parameters = list(inspect.signature(formula).parameters)
        if isinstance(entry, Optimizer):
            slots = set(parameters[2 : 2 + len(entry.slots)])
        assert set(parameters) - ITS_OWN - slots - {"upstream"} == options


@pytest.mark.parametrize("catalog", CATALOGS)
def test_entries_stand_under_their_own_names(catalog: dict[str, Entry]) -> None:
    assert [entry.name for entry in catalog.values()] == list(catalog)
