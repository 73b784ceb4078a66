"""A session's explanation of a unit: its value, its delta, and the choice of it."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.names import UnitPlace, parameter_index, unit_name
from app.session.errors import SpecError
from app.session.frame import state_frame
from app.session.parsing import parsed_spec
from app.session.presets import PRESETS
from app.session.session import Session
from app.session.spec import merged
from app.session.unit_explanation import explain_unit
from tests.golden_figures import WORKED, figures, worked_spec
from tests.session.specs import session

NAME = "1.unit.1"


def _told(one: Session, name: str = NAME, over: Any = "train", example: int = 0) -> dict[str, Any]:
    return explain_unit(one.run, name, over, example)


@pytest.mark.parametrize("name", WORKED)
def test_a_worked_example_in_all_its_numbers(name: str) -> None:
    golden = figures(name)
    one = Session(parsed_spec(worked_spec(golden)))
    for layer, kernel, bias, z, a, delta in (
        (1, "W", "b1", "h_pre", "H", "dE_dh"),
        (2, "V", "b2", "y", "Y", "dE_dy"),
    ):
        before = golden["input"] if layer == 1 else golden["forward"]["H"]
        for unit in (0, 1):
            told = _told(one, f"{layer}.unit.{unit}")
            expected = golden["backward"][delta][unit]
            for value in (
                told["delta"],
                told["mean_delta"],
                sum(path["product"] for path in told["paths"]),
                told["deltas"][0]["delta"],
            ):
                assert value == pytest.approx(expected, rel=0, abs=1e-12)
            assert told["label"] == f"{'HY'[layer - 1]}{unit + 1}"
            assert told["pre_activation"] == pytest.approx(golden["forward"][z][unit], abs=1e-12)
            assert told["activation"] == pytest.approx(golden["forward"][a][unit], abs=1e-12)
            terms = told["terms"]
            assert [(term["weight"], term["input"]) for term in terms[:2]] == [
                (golden[kernel][source][unit], pytest.approx(before[source], abs=1e-12))
                for source in (0, 1)
            ]
            assert [term["place"] for term in terms[:2]] == [
                f"node:{layer - 1}.0",
                f"node:{layer - 1}.1",
            ]
            if golden[bias] is None or told["bias"] is None:
                assert len(terms) == 2
            else:
                assert terms[2] == {
                    "parameter": f"{layer}.bias.{unit}",
                    "label": f"b{told['label']}",
                    "weight": golden[bias][unit],
                    "input": 1.0,
                    "place": None,
                }


def test_the_articles_lines_for_y1_and_h1() -> None:
    one = Session(parsed_spec(worked_spec(figures("article_2_2_2"))))
    (path,) = _told(one, "2.unit.0")["paths"]
    assert [step["symbol"] for step in path["steps"]] == ["dE/dY1", "dY1/dy1"]
    told = _told(one, "1.unit.0")
    assert [[step["symbol"] for step in path["steps"]] for path in told["paths"]] == [
        ["dE/dY1", "dY1/dy1", "dy1/dH1", "dH1/dh1"],
        ["dE/dY2", "dY2/dy2", "dy2/dH1", "dH1/dh1"],
    ]
    assert [step["place"] for step in told["paths"][1]["steps"]] == [
        "node:2.1",
        "node:2.1",
        "edge:2.kernel.0.1",
        "node:1.0",
    ]
    assert [delta["label"] for delta in told["deltas"]] == ["H1", "Y1", "Y2"]


@given(st.integers(0, 6), st.sampled_from(["batch", "train"]), st.integers(0, 3))
@settings(max_examples=30, deadline=None)
def test_sums_add_up_and_the_mean_delta_is_the_gradient_of_the_bias(
    number: int, over: Any, example: int
) -> None:
    layers = [{"units": 3, "activation": "tanh"}] * 2 + [{"units": 1, "activation": "sigmoid"}]
    one = session(network={"layers": layers}, batch_size=3)
    one.step("batch")
    place = UnitPlace(*divmod(number, 3))
    told = _told(one, unit_name(place), over, example)
    terms = [term["weight"] * term["input"] for term in told["terms"]]
    assert len(terms) == told["terms_total"]
    assert told["terms_rest"] == 0.0
    assert math.fsum(terms) == pytest.approx(told["pre_activation"], rel=1e-9, abs=1e-15)
    products = [path["product"] for path in told["paths"]]
    assert len(products) == told["paths_total"]
    assert math.fsum(products) == pytest.approx(told["delta"], rel=1e-12, abs=1e-15)
    bias = parameter_index(one.run.network, told["bias"])
    gradient = one.gradient(over)[0][bias]
    assert told["mean_delta"] == pytest.approx(gradient, rel=1e-12, abs=1e-15)


def test_what_is_not_listed_is_told_as_a_sum() -> None:
    layers = [{"units": 40, "activation": "tanh"}] * 4 + [{"units": 1, "activation": "tanh"}]
    one = session(network={"layers": layers})
    told = explain_unit(one.run, "2.unit.3", "train", 0, most_terms=5)
    assert told["paths_total"] == 40 * 40
    assert len(told["paths"]) == 100
    listed = math.fsum(path["product"] for path in told["paths"])
    assert listed + told["paths_rest"] == pytest.approx(told["delta"], rel=1e-9)
    assert len(told["terms"]) == 5
    assert told["terms_total"] == 41
    terms = math.fsum(term["weight"] * term["input"] for term in told["terms"])
    assert terms + told["terms_rest"] == pytest.approx(told["pre_activation"], rel=1e-9)


def test_softmax_has_a_path_through_every_output_of_its_layer() -> None:
    told = _told(Session(PRESETS["iris"].spec), "2.unit.1", "train", 7)
    assert [[step["symbol"] for step in path["steps"]] for path in told["paths"]] == [
        [f"dE/dY{j}", f"dY{j}/dy2"] for j in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    ("name", "example", "pointer", "words"),
    [
        ("1.unit.7", 0, "/name", r"Near ones: 1\.unit\.2"),
        ("0.unit.0", 0, "/name", r"Near ones: 1\.unit\.0"),
        ("1.bias.0", 0, "/name", "There is no unit"),
        (NAME, 4, "/example", "from 0 to 3"),
    ],
)
def test_what_makes_no_sense_is_named(name: str, example: int, pointer: str, words: str) -> None:
    with pytest.raises(SpecError, match=words) as caught:
        _told(session(), name, "train", example)
    assert [pair[0] for pair in caught.value.errors] == [pointer]


def test_a_unit_is_chosen_explained_and_forgotten_with_its_layer() -> None:
    one = session()
    one.choose(unit="1.unit.2")
    one.set_focus(2)
    told = one.explanation()
    assert told is not None
    assert (told["name"], told["over"], told["example"]) == ("1.unit.2", "train", 2)
    assert told["version"] == one.version
    assert state_frame(one)["chosen"] == "1.unit.2"
    with pytest.raises(SpecError, match="Near ones") as caught:
        one.choose(unit="1.unit.3")
    assert caught.value.errors[0][0] == "/unit"
    with pytest.raises(SpecError, match="not both"):
        one.choose("1.bias.0", unit="1.unit.0")
    assert one.chosen == "1.unit.2"
    one.reset()
    assert one.chosen == "1.unit.2"
    layers = [{"units": 2, "activation": "tanh"}, {"units": 1, "activation": "sigmoid"}]
    one.change_spec(parsed_spec(merged(one.spec, {"network": {"layers": layers}})))
    assert one.chosen is None
    one.choose(unit="1.unit.1")
    one.choose()
    assert one.chosen is None
