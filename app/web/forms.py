"""From a panel's form to a new spec.

A form field's name is the JSON pointer of what it changes, its value is text. An entry of another
name (optimizer, activation, data set, ..) comes with its own defaults, so the fields of the old
entry's options are left aside. Where the data change, the output layer follows them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from app.data.data_sets import DATA_SETS
from app.language import N_, _
from app.session.errors import SpecError
from app.session.limits import MAX_UNITS
from app.session.parsing import parsed_spec
from app.session.presets import PRESETS
from app.session.spec import Spec
from app.web.figures import typed
from app.web.fitting import examples_of, follow_data

Data = dict[str, Any]

OWN_EXAMPLES = N_("Own examples")

NEW_LAYER: Data = {"units": 4, "activation": {"name": "tanh"}}


def whole(spec: Spec) -> Data:
    """The spec as JSON in which every entry is an object with all its options."""
    data = spec.model_dump(mode="json")
    for name in ("loss", "optimizer"):
        data[name] = getattr(spec, name).model_dump()
    for layer, given in zip(data["network"]["layers"], spec.network.layers, strict=True):
        for name in ("activation", "kernel_initializer", "bias_initializer"):
            layer[name] = getattr(given, name).model_dump()
    return data


def edited_spec(spec: Spec, form: Iterable[tuple[str, str]]) -> Spec:
    """The spec that a panel's form asks for.

    form: pairs (name, value) in the order of the page. Raises SpecError whose pointers are those
    of the fields, or of places near them.
    """
    before, data = whole(spec), whole(spec)
    fields: dict[str, str] = {}
    metrics: list[str] = []
    edits: list[str] = []
    for name, value in form:
        if name == "/metrics":
            metrics += [value] if value else []
            data["metrics"] = metrics
        elif name.startswith("/"):
            fields[name] = value
        elif name == "edit":
            edits.append(value)
    _choose_entries(data, fields)
    for pointer, text in fields.items():
        _put(data, pointer, text)
    for edit in edits:
        _edit(data, edit)
    if data["data"] != before["data"]:
        follow_data(data)
    return _parsed(data, before)


def uploaded_spec(spec: Spec, table: Mapping[str, Any]) -> Spec:
    """The spec with a table of somebody's own as its data. table: options of the data set csv."""
    data = whole(spec)
    data["data"] = {"source": "csv", **table}
    follow_data(data)
    return _parsed(data, whole(spec))


def _parsed(data: Data, before: Data) -> Spec:
    if not _weights_fit(data, before):
        # Starting values belong to a shape; of another one they are drawn.
        data["network"]["weights"] = None
    same = data["data"] == before["data"] and data["network"] == before["network"]
    if not same and data["name"] in given_names():
        source = data["data"]["source"]
        data["name"] = DATA_SETS[source].title if source in DATA_SETS else OWN_EXAMPLES
    spec = parsed_spec(data, strict=False)
    if spec.name in given_names():
        for preset in PRESETS.values():
            named = spec.model_copy(update={"name": preset.title})
            if named == preset.spec:
                return named
    return spec


def _weights_fit(data: Data, before: Data) -> bool:
    """Whether the starting values that were given still belong to the network."""
    weights, source = data["network"]["weights"], data["data"]["source"]
    if weights is None or _shape(data) != _shape(before) or source != before["data"]["source"]:
        return False
    return bool(examples_of(data).inputs.shape[1] == len(weights[0]["kernel"]))


def given_names() -> set[str]:
    """Names that nobody has chosen, and that go when the network or the data do."""
    presets = {preset.title for preset in PRESETS.values()}
    return presets | {data_set.title for data_set in DATA_SETS.values()} | {"", OWN_EXAMPLES}


def _shape(data: Data) -> list[tuple[str, str]]:
    return [(str(x["units"]), str(x.get("use_bias")).lower()) for x in data["network"]["layers"]]


def _choose_entries(data: Data, fields: dict[str, str]) -> None:
    """Exchange the entries whose name changes, and drop the fields of their old options."""
    for pointer, text in list(fields.items()):
        parent, _slash, tag = pointer.rpartition("/")
        if tag not in ("name", "source") or not parent:
            continue
        holder, key = _place(data, parent)
        entry = _at(holder, key)
        if not isinstance(entry, dict) or entry.get(tag) == text:
            continue
        holder[key] = _first_examples(data) if text == "inline" else {tag: text}
        for other in [name for name in fields if name.startswith(parent + "/")]:
            del fields[other]


def _first_examples(data: Data, most: int = 12) -> Data:
    """Some examples of the present data set as a table to edit."""
    examples = examples_of(data)
    scaling = examples.scaling
    inputs = examples.inputs[:most] if scaling is None else scaling.undo(examples.inputs[:most])
    return {
        "source": "inline",
        "inputs": np.round(inputs, 6).tolist(),
        "targets": np.round(examples.targets[:most], 6).tolist(),
    }


def _place(data: Any, pointer: str) -> tuple[Any, Any]:
    """What holds the place that a pointer names, and its key there; (None, None) where none is."""
    keys: list[Any] = pointer.split("/")[1:]
    holder: Any = None
    key: Any = None
    for part in keys:
        if holder is not None:
            data = holder[key]
        if isinstance(data, list):
            place = counted(part, len(data) - 1)
            if place is None:
                return None, None
            part = place
        elif not isinstance(data, dict):
            return None, None
        holder, key = data, part
        if isinstance(holder, dict) and key not in holder:
            return (holder, key) if part == keys[-1] else (None, None)
    return holder, key


def counted(text: str, most: int) -> int | None:
    """The whole number from 0 to ``most`` that a text is, or None where it is none."""
    digits = text.isascii() and text.isdecimal() and len(text) <= len(str(most))
    number = int(text) if digits else -1
    return number if 0 <= number <= most else None


def typed_number(text: str, pointer: str) -> float:
    """A finite number as people type it. Raises SpecError for the field ``pointer``."""
    plain = text.strip().replace("\u2212", "-").replace(",", ".")
    try:
        value = float(plain)
    except ValueError:
        value = float("nan")
    if abs(value) < float("inf"):
        return value
    raise SpecError([(pointer, _("Give a number."))])


def _put(data: Data, pointer: str, text: str) -> None:
    holder, key = _place(data, pointer)
    if holder is None or isinstance(_at(holder, key), dict | list):
        raise SpecError([(pointer, _("The session has changed; there is no such field now."))])
    holder[key] = _value(text)


def _at(holder: Any, key: Any) -> Any:
    """What stands at a place; None where nothing does."""
    return holder.get(key) if isinstance(holder, dict) else holder and holder[key]


def _value(text: str) -> str | None:
    """Text as pydantic reads it: a true minus and a decimal comma are welcome, nothing is None."""
    text = text.strip()
    plain = text.replace("\u2212", "-")
    if plain.count(",") == 1 and plain.replace(",", "").lstrip("-").isdecimal():
        plain = plain.replace(",", ".")
    try:
        float(plain)
    except ValueError:
        return text or None
    return plain


def _edit(data: Data, edit: str) -> None:
    """One of the panels' buttons: ``add-layer``, ``more-units 0``, ``remove-example``, .."""
    name, _space, number = edit.partition(" ")
    layers = data["network"]["layers"]
    at = counted(number, len(layers) - 1)
    table = data["data"] if data["data"].get("source") == "inline" else None
    if name == "add-layer":
        like = layers[-2] if len(layers) > 1 else NEW_LAYER
        layers.insert(len(layers) - 1, {**like})
    elif name == "remove-layer" and at is not None and len(layers) > 1:
        del layers[at]
    elif name in ("more-units", "fewer-units") and at is not None:
        units = counted(str(layers[at]["units"]), MAX_UNITS)
        if units is None:
            raise SpecError([(f"/network/layers/{at}/units", _("Give a whole number."))])
        layers[at]["units"] = units + (1 if name == "more-units" else -1)
    elif name == "add-example" and table:
        table["inputs"].append([0] * len(table["inputs"][0]))
        table["targets"].append([0] * len(table["targets"][0]))
    elif name == "remove-example" and table and len(table["inputs"]) > 1:
        del table["inputs"][-1], table["targets"][-1]
    else:
        raise SpecError([("", _("The session has changed; look again before you change this."))])


def errors_by_field(
    spec: Spec, fields: Mapping[str, str], errors: Iterable[tuple[str, str]], panel: str
) -> dict[str, str]:
    """Messages by the field of the form that each belongs beside; under ``panel`` where none is.

    A fault that lies in a field of another panel goes to the field that was changed: it is there
    that somebody looks.
    """
    changed = _changed(whole(spec), fields)
    found: dict[str, str] = {}
    for pointer, detail in errors:
        near = [name for name in fields if name.startswith("/") and _belongs(pointer, name)]
        beside = pointer if pointer in fields else next(iter([*near, *changed]), panel)
        found[beside] = f"{found[beside]} {detail}" if beside in found else detail
    return found


def _belongs(pointer: str, name: str) -> bool:
    """Whether a field is the nearest thing on the page to what a pointer names."""
    return pointer != "" and (name.startswith(f"{pointer}/") or pointer.startswith(f"{name}/"))


def _changed(data: Data, fields: Mapping[str, str]) -> list[str]:
    """The fields whose text is not what the spec has."""
    changed = []
    for pointer, text in fields.items():
        holder, key = _place(data, pointer) if pointer.startswith("/") else (None, None)
        if holder is None:
            continue
        now = _at(holder, key)
        if text not in (typed(now), str(now)):
            changed.append(pointer)
    return changed
