"""Fields of the panels: each changes one place of the spec, and is made from the catalog."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app.core.entry import Entry, Option
from app.language import N_, _
from app.web.figures import typed

_LABELS = {
    "learning_rate": N_("Learning rate"),
    "momentum": N_("Momentum"),
    "nesterov": N_("Nesterov"),
    "rho": N_("Rho"),
    "beta_1": N_("Beta 1"),
    "beta_2": N_("Beta 2"),
    "epsilon": N_("Epsilon"),
    "centered": N_("Centered"),
    "amsgrad": N_("AMSGrad"),
    "weight_decay": N_("Weight decay"),
    "initial_accumulator_value": N_("First accumulator"),
    "clipnorm": N_("Clip norm"),
    "clipvalue": N_("Clip value"),
    "global_clipnorm": N_("Clip global norm"),
    "negative_slope": N_("Negative slope"),
    "approximate": N_("Approximate"),
    "delta": N_("Delta"),
    "alpha": N_("Alpha"),
    "minval": N_("Lowest"),
    "maxval": N_("Highest"),
    "mean": N_("Mean"),
    "stddev": N_("Deviation"),
    "value": N_("Value"),
    "gain": N_("Gain"),
    "samples": N_("Examples"),
    "noise": N_("Noise"),
    "labels": N_("Labels"),
    "periods": N_("Waves"),
    "test_fraction": N_("Kept for testing"),
    "standardize": N_("Standardise"),
    "text": N_("Table"),
    "target_columns": N_("Columns to predict"),
    "targets": N_("Targets"),
}

_LOGARITHMIC = {"learning_rate": (-4, 1), "weight_decay": (-5, -1)}
"""Options best chosen by their order of magnitude, with the decimal logarithms of their range."""


@dataclass(frozen=True)
class Draft:
    """A form that was refused: what was typed, and what is wrong, both by JSON pointer."""

    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


NO_DRAFT = Draft()


@dataclass(frozen=True)
class Selectable:
    """One of the values of a choice: what is sent, what is shown, and a text that explains it."""

    value: str
    title: str
    doc: str = ""
    chosen: bool = False


@dataclass(frozen=True)
class Slider:
    """A slider's ends, step and place; those of the decimal logarithm where ``logarithmic``."""

    low: str
    high: str
    step: str
    value: str
    logarithmic: bool = False


@dataclass(frozen=True)
class Field:
    """A field: ``pointer`` names the place in the spec and is the form field's name."""

    pointer: str
    label: str
    kind: Literal["number", "integer", "choice", "switch", "text"]
    value: str
    doc: str = ""
    choices: tuple[Selectable, ...] = ()
    slider: Slider | None = None
    optional: bool = False
    error: str = ""

    @property
    def id(self) -> str:
        """Its id in the page."""
        return element_id(self.pointer)

    @property
    def shown(self) -> str:
        """Its value as a text, for those who cannot change it."""
        if self.kind == "choice":
            return next((c.title for c in self.choices if c.value == self.value), self.value)
        if self.kind == "switch":
            return _("yes") if self.value == "true" else _("no")
        return self.value or _("none")


def element_id(pointer: str) -> str:
    """The id of the field that a JSON pointer names."""
    return "field" + pointer.replace("/", "-")


def make_field(
    pointer: str,
    label: str,
    kind: Literal["number", "integer", "choice", "switch", "text"],
    value: object,
    draft: Draft = NO_DRAFT,
    **more: Any,
) -> Field:
    """A field that shows the spec's value, or what was typed and why it was refused."""
    shown = draft.typed.get(pointer, typed(value)) if pointer in draft.errors else typed(value)
    return Field(pointer, label, kind, shown, error=draft.errors.get(pointer, ""), **more)


def entry_field(
    pointer: str,
    label: str,
    registry: Mapping[str, Entry],
    name: str,
    draft: Draft = NO_DRAFT,
    *,
    without: Iterable[str] = (),
    more: Iterable[Selectable] = (),
) -> Field:
    """A choice among the entries of a registry. more: choices that stand before them."""
    left_out = set(without)
    choices = [
        Selectable(entry.name, _(entry.title), _(entry.doc))
        for entry in registry.values()
        if entry.name not in left_out
    ]
    doc = _(registry[name].doc) if name in registry else ""
    return make_field(pointer, label, "choice", name, draft, choices=(*more, *choices), doc=doc)


def option_fields(
    pointer: str,
    entry: Entry,
    values: Mapping[str, Any],
    draft: Draft = NO_DRAFT,
    *,
    without: Iterable[str] = (),
) -> list[Field]:
    """Fields of an entry's options. pointer: of the entry. values: the options as chosen."""
    left_out = set(without)
    return [
        _option_field(f"{pointer}/{option.name}", option, values[option.name], draft)
        for option in entry.options
        if option.name not in left_out
    ]


def _option_field(pointer: str, option: Option, value: Any, draft: Draft) -> Field:
    label = _(_LABELS.get(option.name, option.name))
    doc = _(option.doc)
    if option.kind == "choice":
        choices = tuple(Selectable(name, name) for name in option.choices)
        return make_field(pointer, label, "choice", value, draft, doc=doc, choices=choices)
    if option.kind == "bool":
        return make_field(pointer, label, "switch", value, draft, doc=doc)
    if option.kind == "text":
        return make_field(pointer, label, "text", value, draft, doc=doc)
    return make_field(
        pointer,
        label,
        "integer" if option.kind == "int" else "number",
        value,
        draft,
        doc=doc,
        slider=_slider(option, value),
        optional=option.optional,
    )


def _slider(option: Option, value: float | None) -> Slider | None:
    """A slider where the option has both ends, or is chosen by its order of magnitude."""
    if value is None:
        return None
    if option.name in _LOGARITHMIC:
        from_power, to_power = _LOGARITHMIC[option.name]
        place = min(max(_log10(value), from_power), to_power)
        return Slider(str(from_power), str(to_power), "any", f"{place:.4g}", logarithmic=True)
    low = option.low if option.low is not None else option.above
    high = option.high if option.high is not None else option.below
    if low is None or high is None:
        return None
    whole = option.kind == "int"
    step = typed(max(1, round((high - low) / 499)) if whole else (high - low) / 50)
    # The highest step of an open range still lies within it.
    top = high if option.high is not None else high - (high - low) / 50
    return Slider(typed(float(low)), typed(float(top)), step, typed(value))


def _log10(value: float) -> float:
    return math.log10(value) if value > 0 else -math.inf
