"""The whole catalog as data: what a spec can name, with options, defaults, bounds and texts."""

from collections.abc import Mapping
from typing import Any

from app.core.activations import ACTIVATIONS
from app.core.entry import Entry, Option
from app.core.initializers import INITIALIZERS
from app.core.losses import LOSSES
from app.core.metrics import METRICS
from app.core.optimizers import OPTIMIZERS
from app.data.data_sets import DATA_SETS
from app.language import _
from app.session.engines import ENGINE_ENTRIES, ENGINES
from app.session.presets import PRESETS

REGISTRIES: dict[str, Mapping[str, Entry]] = {
    "activations": ACTIVATIONS,
    "losses": LOSSES,
    "optimizers": OPTIMIZERS,
    "initializers": INITIALIZERS,
    "metrics": METRICS,
    "data_sets": DATA_SETS,
}


def catalog() -> dict[str, list[dict[str, Any]]]:
    """Every registry's entries, and the engines, in the language in use."""
    entries = {
        kind: [_entry(entry) for entry in registry.values()]
        for kind, registry in REGISTRIES.items()
    }
    return entries | {"engines": [_engine(entry) for entry in ENGINE_ENTRIES.values()]}


def _engine(entry: Entry) -> dict[str, Any]:
    """state: whether it can train. best: whether new sessions begin on it."""
    state = ENGINES.state if entry.name == "compiled" else "ready"
    return _entry(entry) | {"state": state, "best": entry.name == ENGINES.best}


def presets() -> list[dict[str, Any]]:
    """The ready-made specs, in the language in use."""
    return [
        {
            "name": preset.name,
            "title": _(preset.title),
            "doc": _(preset.doc),
            "spec": preset.spec.model_dump(mode="json"),
        }
        for preset in PRESETS.values()
    ]


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "title": _(entry.title),
        "doc": _(entry.doc),
        "options": [_option(option) for option in entry.options],
    }


def _option(option: Option) -> dict[str, Any]:
    described = {
        "name": option.name,
        "kind": option.kind,
        "default": option.default,
        "doc": _(option.doc),
        "optional": option.optional,
        "choices": list(option.choices),
        "minimum": option.low,
        "maximum": option.high,
        "exclusive_minimum": option.above,
        "exclusive_maximum": option.below,
    }
    return {name: value for name, value in described.items() if value not in (None, [])}
