"""From a panel's form to a spec."""

from __future__ import annotations

import pytest

from app.session.errors import SpecError
from app.session.parsing import parsed_spec
from app.session.presets import DEFAULT, PRESETS
from app.session.spec import InlineData, Spec
from app.web.forms import edited_spec, errors_by_field, uploaded_spec

XOR = PRESETS[DEFAULT].spec
SMALL = PRESETS["article_2_2_2"].spec


def test_a_form_that_changes_nothing_gives_the_same_spec() -> None:
    form = [("panel", "training"), ("/optimizer/learning_rate", "0.01"), ("/batch_size", "32")]
    assert edited_spec(XOR, form) == XOR


@pytest.mark.parametrize("typed", ["0.5", " 0.5 ", "0,5", "5e-1"])
def test_numbers_as_people_type_them(typed: str) -> None:
    spec = edited_spec(XOR, [("/optimizer/learning_rate", typed)])
    assert spec.optimizer.model_dump()["learning_rate"] == 0.5


def test_a_true_minus_is_a_minus() -> None:
    spec = edited_spec(SMALL, [("/data/inputs/0/1", "−2.5")])
    assert isinstance(spec.data, InlineData)
    assert spec.data.inputs == [[0.6, -2.5]]


def test_an_emptied_field_switches_an_option_off() -> None:
    on = edited_spec(XOR, [("/optimizer/clipnorm", "1.5")])
    assert on.optimizer.model_dump()["clipnorm"] == 1.5
    assert edited_spec(on, [("/optimizer/clipnorm", "")]) == XOR


def test_another_optimizer_comes_with_its_own_numbers() -> None:
    form = [
        ("/optimizer/name", "adam"),
        ("/optimizer/learning_rate", "0.01"),
        ("/optimizer/momentum", "0.9"),
    ]
    spec = edited_spec(XOR, form)
    assert spec.optimizer == parsed_spec({**XOR.model_dump(), "optimizer": "adam"}).optimizer


def test_the_last_of_switch_and_its_off_value_counts() -> None:
    assert edited_spec(XOR, [("/shuffle", "false")]).shuffle is False
    assert edited_spec(XOR, [("/shuffle", "false"), ("/shuffle", "true")]).shuffle is True


def test_metrics_are_those_checked() -> None:
    assert edited_spec(XOR, [("/metrics", ""), ("/metrics", "accuracy")]).metrics == ["accuracy"]
    assert edited_spec(XOR, [("/metrics", "")]).metrics == []


def test_layers_and_units() -> None:
    spec = edited_spec(XOR, [("edit", "add-layer")])
    assert [layer.units for layer in spec.network.layers] == [3, 3, 1]
    spec = edited_spec(spec, [("edit", "more-units 1")])
    assert [layer.units for layer in spec.network.layers] == [3, 4, 1]
    spec = edited_spec(spec, [("edit", "remove-layer 0")])
    assert [layer.units for layer in spec.network.layers] == [4, 1]
    spec = edited_spec(spec, [("edit", "fewer-units 0")])
    assert [layer.units for layer in spec.network.layers] == [3, 1]
    assert spec == XOR


def test_a_single_layer_gets_a_hidden_one_before_it() -> None:
    data = XOR.model_dump(mode="json")
    del data["network"]["layers"][0]
    spec = edited_spec(parsed_spec(data), [("edit", "add-layer")])
    assert [layer.activation.name for layer in spec.network.layers] == ["tanh", "sigmoid"]


def test_given_weights_stay_until_the_shape_changes() -> None:
    assert edited_spec(SMALL, [("/optimizer/learning_rate", "1")]).network.weights
    assert edited_spec(SMALL, [("edit", "more-units 0")]).network.weights is None
    other = edited_spec(SMALL, [("/data/inputs/0/0", "0.7")])
    assert other.network.weights == SMALL.network.weights
    assert edited_spec(SMALL, [("/data/source", "sine")]).network.weights is None


def test_the_name_follows_the_network_unless_somebody_chose_it() -> None:
    assert edited_spec(SMALL, [("/optimizer/learning_rate", "1")]).name == SMALL.name
    changed = edited_spec(XOR, [("edit", "add-layer")])
    assert changed.name == "Exclusive or"
    assert edited_spec(changed, [("edit", "remove-layer 0")]).name == XOR.name
    own = XOR.model_copy(update={"name": "Mine"})
    assert edited_spec(own, [("edit", "add-layer")]).name == "Mine"


def test_examples_are_added_and_removed() -> None:
    more = edited_spec(SMALL, [("edit", "add-example")])
    assert isinstance(more.data, InlineData)
    assert more.data.inputs == [[0.6, 1], [0, 0]]
    fewer = edited_spec(more, [("edit", "remove-example")])
    assert fewer.data == SMALL.data


def test_a_data_set_becomes_a_table_to_edit() -> None:
    spec = edited_spec(XOR, [("/data/source", "inline")])
    assert isinstance(spec.data, InlineData)
    assert spec.data.targets == [[0], [1], [1], [0]]
    assert spec.name == "Own examples"


@pytest.mark.parametrize(
    ("source", "units", "activation", "loss"),
    [
        ("iris", 3, "softmax", "mse"),
        ("plane", 1, "linear", "mse"),
        ("circle", 1, "sigmoid", "mse"),
        ("sine", 1, "linear", "mse"),
    ],
)
def test_the_output_follows_the_data(source: str, units: int, activation: str, loss: str) -> None:
    spec = edited_spec(XOR, [("/data/source", source)])
    output = spec.network.layers[-1]
    assert (output.units, output.activation.name, spec.loss.name) == (units, activation, loss)


def test_cross_entropy_follows_the_data_there_and_back() -> None:
    adam = PRESETS["article_keras_adam"].spec
    iris = edited_spec(adam, [("/data/source", "iris")])
    assert iris.loss.name == "categorical_crossentropy"
    back = edited_spec(iris, [("/data/source", "xor")])
    assert back.loss.name == "binary_crossentropy"
    assert back.network.layers[-1].activation.name == "sigmoid"


def test_labels_of_minus_one_want_an_output_that_reaches_them() -> None:
    circle = edited_spec(XOR, [("/data/source", "circle")])
    spec = edited_spec(circle, [("/data/labels", "-1/1")])
    assert spec.network.layers[-1].activation.name == "tanh"


def test_a_table_of_ones_own() -> None:
    spec = uploaded_spec(XOR, {"text": "a,b,kind\n1,2,x\n2,1,y\n3,3,z\n4,4,x\n5,5,y\n6,6,z"})
    assert spec.data.source == "csv"
    assert spec.network.layers[-1].units == 3
    assert spec.name == "CSV"


@pytest.mark.parametrize(
    ("spec", "form", "pointer"),
    [
        (XOR, [("/optimizer/learning_rate", "-1")], "/optimizer/learning_rate"),
        (XOR, [("/optimizer/learning_rate", "fast")], "/optimizer/learning_rate"),
        (XOR, [("/optimizer/learning_rate", "nan")], "/optimizer/learning_rate"),
        (XOR, [("/network/layers/0/units", "0")], "/network/layers/0/units"),
        (XOR, [("/network/layers/0/units", "")], "/network/layers/0/units"),
        (
            XOR,
            [("/network/layers/0/units", "x"), ("edit", "more-units 0")],
            "/network/layers/0/units",
        ),
        (XOR, [("/batch_size", "1.5")], "/batch_size"),
        (XOR, [("/network/layers/7/units", "2")], "/network/layers/7/units"),
        (XOR, [("/network/layers/0/l2", "-3")], "/network/layers/0/l2"),
        (SMALL, [("/data/inputs/0/0", "abc")], "/data/inputs/0/0"),
        (SMALL, [("/data/inputs/0/0", "")], "/data/inputs/0/0"),
    ],
)
def test_a_fault_is_beside_its_field(spec: Spec, form: list[tuple[str, str]], pointer: str) -> None:
    with pytest.raises(SpecError) as caught:
        edited_spec(spec, form)
    found = errors_by_field(spec, dict(form), caught.value.errors, "training")
    assert set(found) == {pointer}
    assert found[pointer]


@pytest.mark.parametrize("edit", ["", "add-example", "remove-layer 9", "more-units x", "explode"])
def test_a_button_that_does_not_fit_is_refused(edit: str) -> None:
    with pytest.raises(SpecError):
        edited_spec(XOR, [("edit", edit)])


@pytest.mark.parametrize(
    "pointer", ["/nothing", "/network/layers", "/network/layers/name", "/optimizer/x/y", "/", "//"]
)
def test_a_field_that_is_none_is_refused(pointer: str) -> None:
    with pytest.raises(SpecError):
        edited_spec(XOR, [(pointer, "1")])


def test_a_fault_of_another_panel_is_told_beside_what_was_changed() -> None:
    fields = {"/network/layers/1/activation/name": "linear", "/network/layers/0/units": "3"}
    found = errors_by_field(XOR, fields, [("/loss", "does not fit")], "model")
    assert found == {"/network/layers/1/activation/name": "does not fit"}


def test_a_fault_of_no_field_is_told_under_the_panel() -> None:
    assert errors_by_field(XOR, {"panel": "model"}, [("", "gone")], "model") == {"model": "gone"}
