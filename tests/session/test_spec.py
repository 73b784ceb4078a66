"""What a spec accepts, and how it says no: the field, what is wrong, what would be right."""

from __future__ import annotations

import copy
import math
from typing import Any

import pytest

from app.core.optimizers import OPTIMIZERS
from app.session.catalog import REGISTRIES, catalog, presets
from app.session.errors import SpecError
from app.session.parsing import parsed_spec, pointer
from app.session.session import Session
from app.session.spec import keeps_weights, merged
from tests.session.specs import UNSEEN, XOR

INLINE = {"source": "inline", "inputs": [[0, 1], [1, 0]], "targets": [[0], [1]]}
HIDDEN = {"units": 2, "activation": "tanh"}
OUTPUT = {"units": 1, "activation": "sigmoid"}


def _layers(*layers: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"network": {"layers": list(layers), **more}}


def _kernel(rows: int, columns: int) -> list[list[float]]:
    return [[0.1] * columns for _ in range(rows)]


BAD: list[tuple[str, dict[str, Any], str, str]] = [
    ("no network", {"network": None}, "/network", "object"),
    ("no layers", _layers(), "/network/layers", "At least 1"),
    ("too many layers", _layers(*[HIDDEN] * 17), "/network/layers", "At most 16"),
    ("no units", _layers({"units": 0}, OUTPUT), "/network/layers/0/units", "at least 1"),
    ("many units", _layers({"units": 5000}, OUTPUT), "/network/layers/0/units", "at most 512"),
    ("half a unit", _layers({"units": 1.5}, OUTPUT), "/network/layers/0/units", "whole number"),
    (
        "many parameters",
        _layers(*[{"units": 512, "activation": "tanh"}] * 2, OUTPUT),
        "/network/layers",
        "at most 100000",
    ),
    (
        "near activation",
        _layers({"units": 2, "activation": "sigmod"}, OUTPUT),
        "/network/layers/0/activation",
        "Did you mean sigmoid",
    ),
    (
        "unknown option",
        _layers({"units": 2, "activation": {"name": "elu", "alhpa": 1}}, OUTPUT),
        "/network/layers/0/activation/alhpa",
        "no field",
    ),
    (
        "wrong option",
        _layers({"units": 2, "activation": {"name": "leaky_relu", "negative_slope": 3}}, OUTPUT),
        "/network/layers/0/activation/negative_slope",
        "at most 1",
    ),
    ("near loss", {"loss": "msr"}, "/loss", "Did you mean mse"),
    ("near optimizer", {"optimizer": "adm"}, "/optimizer", "Did you mean adam"),
    ("near data", {"data": {"source": "circel"}}, "/data", "Did you mean circle"),
    (
        "near initializer",
        _layers({"units": 2, "kernel_initializer": "glorot"}, OUTPUT),
        "/network/layers/0/kernel_initializer",
        "glorot_",
    ),
    ("near metric", {"metrics": ["acuracy"]}, "/metrics/0", "Did you mean accuracy"),
    ("near field", {"batchsize": 3}, "/batchsize", "Did you mean batch_size"),
    (
        "rate below zero",
        {"optimizer": {"name": "sgd", "learning_rate": -1}},
        "/optimizer/learning_rate",
        "above 0",
    ),
    (
        "infinite rate",
        {"optimizer": {"name": "sgd", "learning_rate": math.inf}},
        "/optimizer/learning_rate",
        "finite",
    ),
    ("batch of none", {"batch_size": 0}, "/batch_size", "at least 1"),
    ("text for a number", {"batch_size": "3"}, "/batch_size", "whole number"),
    ("seed below zero", {"seed": -1}, "/seed", "at least 0"),
    (
        "two clippings",
        {"optimizer": {"name": "sgd", "clipnorm": 1, "clipvalue": 1}},
        "/optimizer/clipvalue",
        "Only one",
    ),
    (
        "not a number in the data",
        {"data": INLINE | {"inputs": [[0, 1], [math.nan, 0]]}},
        "/data/inputs/1/0",
        "finite",
    ),
    ("ragged", {"data": INLINE | {"inputs": [[0, 1], [1]]}}, "/data/inputs/1", "in this row: 1"),
    ("uneven", {"data": INLINE | {"targets": [[0]]}}, "/data/targets", "Rows here: 1"),
    ("empty", {"data": INLINE | {"inputs": [], "targets": []}}, "/data/inputs", ""),
    (
        "wide targets",
        {"data": INLINE | {"targets": [[0, 1], [1, 0]]}},
        "/network/layers/1/units",
        "2 targets",
    ),
    (
        "wide test inputs",
        {"data": INLINE | {"test_inputs": [[1]], "test_targets": [[1]]}},
        "/data/test_inputs/0",
        "in this row: 1",
    ),
    (
        "softmax on one unit",
        _layers(HIDDEN, {"units": 1, "activation": "softmax"}),
        "/network/layers/1/activation",
        "always 1",
    ),
    (
        "cross-entropy on a linear output",
        {**_layers(HIDDEN, {"units": 1}), "loss": "binary_crossentropy"},
        "/loss",
        "Use sigmoid",
    ),
    ("categories of one", {"loss": "categorical_crossentropy"}, "/loss", "two or more"),
    (
        "cross-entropy of minus one",
        {
            "data": {"source": "circle", "labels": "-1/1"},
            "loss": "binary_crossentropy",
        },
        "/loss",
        "between 0 and 1",
    ),
    (
        "accuracy of minus one",
        {"data": {"source": "circle", "labels": "-1/1"}, "metrics": ["mae", "accuracy"]},
        "/metrics/1",
        "Use labels 0 and 1",
    ),
    (
        "weights of too few layers",
        _layers(HIDDEN, OUTPUT, weights=[{"kernel": _kernel(2, 2)}]),
        "/network/weights",
        "all 2 layers",
    ),
    (
        "weights of the wrong shape",
        _layers(HIDDEN, OUTPUT, weights=[{"kernel": _kernel(2, 2)}, {"kernel": _kernel(2, 2)}]),
        "/network/weights/1/kernel",
        "2 x 1 fits",
    ),
    (
        "ragged weights",
        _layers(HIDDEN, OUTPUT, weights=[{"kernel": [[1], [1, 2]]}, {"kernel": _kernel(2, 1)}]),
        "/network/weights/0/kernel",
        "different lengths",
    ),
    (
        "a bias where there is none",
        _layers(
            HIDDEN | {"use_bias": False},
            OUTPUT,
            weights=[
                {"kernel": _kernel(2, 2), "bias": [0, 0]},
                {"kernel": _kernel(2, 1), "bias": [0]},
            ],
        ),
        "/network/weights/0/bias",
        "use_bias false",
    ),
    (
        "overflow from the start",
        {
            **_layers({"units": 1}),
            "data": INLINE | {"inputs": [[1e99, 1e99], [1e99, 0]], "targets": [[0], [1e99]]},
            "network": {
                "layers": [{"units": 1}],
                "weights": [{"kernel": [[1e200], [1e200]], "bias": [0]}],
            },
        },
        "/data",
        "overflows",
    ),
]


@pytest.mark.parametrize(("parts", "at", "words"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_a_spec_that_makes_no_sense_names_the_field(
    parts: dict[str, Any], at: str, words: str
) -> None:
    with pytest.raises(SpecError) as caught:
        Session(parsed_spec(XOR | parts))
    assert at in [where for where, _ in caught.value.errors], caught.value.errors
    detail = dict(caught.value.errors)[at]
    assert words in detail
    assert "nan" not in detail.lower().replace("nan and infinity", "")


@pytest.mark.parametrize("name", UNSEEN)
def test_a_name_has_only_characters_that_can_be_seen(name: str) -> None:
    with pytest.raises(SpecError) as caught:
        parsed_spec(XOR | {"name": name})
    assert caught.value.errors == [("/name", "Use only characters that can be seen, and spaces.")]


def test_a_name_is_tidied() -> None:
    assert parsed_spec(XOR | {"name": " Übung\t1:\n XOR\u00a0🙂 "}).name == "Übung 1: XOR 🙂"


def test_several_faults_are_named_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        parsed_spec({"network": {"layers": [{"units": 0}]}, "batch_size": 0, "lss": "mse"})
    assert [where for where, _ in caught.value.errors] == [
        "/network/layers/0/units",
        "/data",
        "/batch_size",
        "/lss",
    ]


def test_defaults_are_those_of_keras() -> None:
    spec = parsed_spec({"network": {"layers": [{"units": 1}]}, "data": {"source": "xor"}})
    dumped = spec.model_dump(mode="json")
    assert dumped["optimizer"] == {"name": "sgd", **OPTIMIZERS["sgd"].defaults}
    assert dumped["optimizer"]["learning_rate"] == 0.01
    assert (dumped["loss"], dumped["batch_size"], dumped["shuffle"]) == ("mse", 32, True)
    layer = dumped["network"]["layers"][0]
    assert layer["activation"] == "linear"
    assert layer["kernel_initializer"] == "glorot_uniform"
    assert layer["bias_initializer"] == "zeros"


def test_an_entry_is_given_back_by_its_bare_name_or_with_its_options() -> None:
    layers = [
        {"units": 2, "activation": {"name": "leaky_relu", "negative_slope": 0.2}},
        {"units": 1, "activation": {"name": "leaky_relu", "negative_slope": 0.3}},
    ]
    dumped = parsed_spec(XOR | {"network": {"layers": layers}}).model_dump(mode="json")
    names = [layer["activation"] for layer in dumped["network"]["layers"]]
    assert names == ["leaky_relu", {"negative_slope": 0.3, "name": "leaky_relu"}]


def test_a_spec_survives_its_own_json() -> None:
    for preset in presets():
        spec = parsed_spec(preset["spec"])
        assert spec.model_dump(mode="json") == preset["spec"]


def test_a_forms_texts_are_read_as_numbers() -> None:
    parts = {"batch_size": "8", "shuffle": "false", "optimizer": {"name": "sgd", "momentum": ".9"}}
    spec = parsed_spec(XOR | parts, strict=False)
    assert (spec.batch_size, spec.shuffle, spec.optimizer.momentum) == (8, False, 0.9)


def test_a_part_of_an_optimizer_keeps_the_rest_and_another_name_does_not() -> None:
    spec = parsed_spec(XOR | {"optimizer": {"name": "sgd", "learning_rate": 0.3, "momentum": 0.9}})
    changed = parsed_spec(merged(spec, {"optimizer": {"learning_rate": 0.1}}))
    assert (changed.optimizer.learning_rate, changed.optimizer.momentum) == (0.1, 0.9)
    other = parsed_spec(merged(spec, {"optimizer": {"name": "adam"}}))
    assert other.optimizer.learning_rate == OPTIMIZERS["adam"].defaults["learning_rate"]


@pytest.mark.parametrize(
    ("change", "forbids"),
    [
        ({"loss": "mae", "name": "other", "shuffle": False, "batch_size": 1}, None),
        ({"network": {"layers": [{"l1": 1, "l2": 1, "trainable": False}, {}]}}, None),
        ({"seed": 1}, "/seed"),
        ({"metrics": ["mae"]}, "/metrics"),
        ({"data": {"source": "and"}}, "/data"),
        ({"network": {"layers": [{"units": 4}, {}]}}, "/network/layers/0/units"),
        ({"network": {"layers": [{}, {"activation": "tanh"}]}}, "/network/layers/1/activation"),
    ],
)
def test_what_keeps_the_weights(change: dict[str, Any], forbids: str | None) -> None:
    spec = parsed_spec(XOR)
    assert keeps_weights(spec, parsed_spec(merged(spec, copy.deepcopy(change)))) == forbids


def test_partial_layers_are_one_for_each() -> None:
    with pytest.raises(SpecError) as caught:
        merged(parsed_spec(XOR), {"network": {"layers": [{}]}})
    assert caught.value.errors == [
        ("/network/layers", "Give one object for each of the 2 layers; {} changes nothing.")
    ]


def test_other_layers_do_not_keep_the_weights() -> None:
    other = XOR | {"network": {"layers": [OUTPUT]}}
    assert keeps_weights(parsed_spec(XOR), parsed_spec(other)) == "/network/layers"


def test_the_catalog_lists_every_entry_with_its_options() -> None:
    listed = catalog()
    for kind, registry in REGISTRIES.items():
        assert [entry["name"] for entry in listed[kind]] == list(registry)
        for entry in listed[kind]:
            defaults = {option["name"]: option.get("default") for option in entry["options"]}
            assert defaults == registry[entry["name"]].defaults
            assert all(option["doc"] for option in entry["options"])


def test_pointers_escape_what_json_pointer_reserves() -> None:
    assert pointer(["a/b", "c~d"], {"a/b": {"c~d": 1}}) == "/a~1b/c~0d"


def test_a_field_in_the_wrong_part_is_told_that_it_belongs_elsewhere() -> None:
    with pytest.raises(SpecError) as refused:
        parsed_spec({**XOR, "network": {**XOR["network"], "inputs": 2}})
    ((pointer, detail),) = refused.value.errors
    assert pointer == "/network/inputs"
    assert detail == "There is no field of this name here. It belongs to another part."
