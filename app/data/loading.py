"""From a named source and its options to examples: generate, split, standardise."""

import math
from collections.abc import Mapping

import numpy as np

from app.core.entry import Option, OptionValue
from app.data.data_sets import DATA_SETS, DataSet
from app.data.errors import DataError
from app.data.examples import Examples, numbered
from app.data.scaling import Scaling
from app.data.splitting import split
from app.language import _

# Every purpose draws from a stream of its own, [seed, _DATA, purpose]: another test_fraction
# leaves the points where they are. _DATA keeps them apart from what training draws by
# [seed, epoch] and [seed, layer, ...], whose second number never gets as large.
_DATA = 0x64617461
_POINTS, _SPLIT = 1, 2


def load(source: str, options: Mapping[str, object], seed: int) -> Examples:
    """The examples of the data set ``source``.

    options: those of its entry in DATA_SETS; what is left out has the entry's default.
    seed: not negative. The same arguments give the same bits.
    Raises DataError that names ``source`` or the option for anything the catalog does not allow,
    and for a CSV text that cannot be read.
    """
    data_set = DATA_SETS.get(source)
    if data_set is None:
        raise DataError(
            "source",
            _("There is no data set called {name}. Known are {names}.").format(
                name=repr(source), names=", ".join(DATA_SETS)
            ),
        )
    settings = _completed(data_set, options)
    standardize = settings.pop("standardize")
    fraction = settings.pop("test_fraction")
    assert isinstance(fraction, int | float)
    table = data_set.generate(np.random.default_rng([seed, _DATA, _POINTS]), **settings)
    train, test = split(
        np.random.default_rng([seed, _DATA, _SPLIT]),
        len(table.inputs),
        fraction,
        table.targets if table.task == "classification" else None,
    )
    scaling = Scaling.of(table.inputs[train]) if standardize else None
    inputs = scaling.apply(table.inputs) if scaling else table.inputs
    extent = table.extent
    if scaling and extent:
        low, high = scaling.apply(np.transpose(extent)).tolist()
        extent = tuple(zip(low, high, strict=True))
    return Examples(
        inputs[train],
        table.targets[train],
        inputs[test] if len(test) else None,
        table.targets[test] if len(test) else None,
        table.input_names or numbered("I", inputs.shape[1]),
        table.target_names or numbered("Y", table.targets.shape[1]),
        table.task,
        scaling,
        table.class_names,
        extent,
    )


def _completed(data_set: DataSet, options: Mapping[str, object]) -> dict[str, OptionValue]:
    """Every option of the data set: as given, if allowed, or else its default."""
    completed = data_set.defaults
    known = {option.name: option for option in data_set.options}
    for name, value in options.items():
        if name not in known:
            raise DataError(
                name,
                _("{source} has no such option. It has {names}.").format(
                    source=data_set.name, names=", ".join(known)
                ),
            )
        completed[name] = _allowed(known[name], value)
    return completed


def _allowed(option: Option, value: object) -> OptionValue:
    """``value`` if the option may have it, else a DataError that says what it may be."""
    kind, name = option.kind, option.name
    if kind == "bool":
        if isinstance(value, bool):
            return value
        raise DataError(name, _("Must be true or false."))
    if kind in ("choice", "text"):
        if isinstance(value, str) and (kind == "text" or value in option.choices):
            return value
        if kind == "text":
            raise DataError(name, _("Must be text."))
        raise DataError(name, _("Must be one of {names}.").format(names=", ".join(option.choices)))
    low, high = option.low, option.high
    assert low is not None
    assert high is not None
    if isinstance(value, int | float) and not isinstance(value, bool):
        if kind == "float" and math.isfinite(value) and low <= value <= high:
            return value
        if kind == "int" and isinstance(value, int) and low <= value <= high:
            return value
    message = _("Must be a number from {low} to {high}.")
    if kind == "int":
        message = _("Must be a whole number from {low} to {high}.")
    raise DataError(name, message.format(low=low, high=high))
