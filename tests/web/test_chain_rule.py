"""The chain rule as the page writes it: cards, sums, and the recursion of a deep network."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.names import is_unit_name, parameter_names
from app.session.presets import PRESETS
from app.session.session import Session
from app.session.spec import Spec
from app.web.arithmetic import Number, product
from app.web.chain_rule import ChainRule, Factor
from app.web.delta_recursion import Delta
from app.web.inspector import Inspector, inspector
from app.web.on_paper import Addend, summands
from app.web.rendering import html
from app.web.sessions import driving
from app.web.unit_value import UnitValue
from app.web.workspace import workspace
from tests.golden_figures import figures
from tests.session.specs import session
from tests.shown_figures import comes_to, number, rounds_to, unit_of

TANH = [{"units": 4, "activation": "tanh"}]
DEEP = {"layers": TANH * 5 + [{"units": 1, "activation": "tanh"}]}


def _choose(session: Session, name: str) -> None:
    if is_unit_name(name):
        session.choose(unit=name)
    else:
        session.choose(name)


def _chosen(preset: str, name: str, **changes: Any) -> Session:
    spec = Spec.model_validate(PRESETS[preset].spec.model_dump(mode="json") | changes)
    session = Session(spec)
    _choose(session, name)
    return session


def _inspected(preset: str, name: str, **changes: Any) -> Inspector:
    return inspector(_chosen(preset, name, **changes))


def _chain(preset: str, name: str, **changes: Any) -> ChainRule:
    chain = _inspected(preset, name, **changes).chain
    assert chain is not None
    return chain


def _figures(factors: tuple[Factor, ...]) -> list[str]:
    return [factor.figure for factor in factors]


def _written(parts: Sequence[Addend]) -> list[tuple[str, str]]:
    return [(part.operator, part.text) for part in parts]


def _adds_up(parts: Sequence[Addend], total: str) -> bool:
    """Whether the numbers as they are shown come to the sum that is shown."""
    told = [number(part.text) * (-1 if part.operator == "−" else 1) for part in parts]
    return rounds_to(math.fsum(told), total)


def _multiplied(factors: Sequence[Factor], result: str) -> bool:
    """Whether the factors as they are shown come to the product that is shown."""
    return rounds_to(math.prod(number(factor.figure) for factor in factors), result)


def _comes_out(chain: ChainRule) -> None:
    """Everything that the page multiplies and adds comes to what it shows."""
    if chain.factors:
        assert _multiplied(chain.factors, chain.result.figure), chain.text
    for path in (*chain.paths, *chain.listed):
        assert _multiplied(path.factors, path.product), path
    if chain.sum:
        assert _adds_up(chain.sum, chain.result.figure), chain.sum
    lines = list(chain.slopes)
    for layer in chain.recursion.layers if chain.recursion else ():
        lines += layer.slopes
        for delta in layer.deltas:
            assert comes_to(_row(delta), delta.figure), delta
    for line in lines:
        if line.numbers:
            assert comes_to(line.numbers, line.figure), line


def _row(delta: Delta) -> str:
    """The calculation of a delta, as its row has it."""
    parts = [term.addend for term in delta.terms] + ([delta.rest] if delta.rest else [])
    inner = " ".join(f"{part.operator} {part.text}" for part in parts) or delta.upstream
    cross = f" {delta.cross.operator} {delta.cross.text}" if delta.cross else ""
    return f"{delta.slope} * ({inner}){cross}"


@pytest.mark.parametrize("preset", PRESETS)
def test_everything_comes_out_on_paper(preset: str) -> None:
    one = Session(PRESETS[preset].spec)
    one.set_focus(len(one.run.examples.inputs) - 1)
    for epochs in (0, 1, 9):
        if epochs:
            one.step("epoch", epochs)
        layers = enumerate(one.run.network.layers, 1)
        units = [f"{number}.unit.{unit}" for number, layer in layers for unit in range(layer.units)]
        for name in (*parameter_names(one.run.network), *units):
            _choose(one, name)
            one.tell()
            found = inspector(one)
            assert found.chain is not None
            _comes_out(found.chain)
            if found.mean is not None:
                assert comes_to(found.mean.numbers, found.mean.figure)
                assert found.mean.figure == found.update[0].figure
            if found.unit is not None:
                _value_comes_out(found.unit)


def _value_comes_out(unit: UnitValue) -> None:
    parts = [part.addend for part in unit.parts] + ([unit.rest] if unit.rest else [])
    assert comes_to(" ".join(f"{part.operator} {part.text}" for part in parts), unit.sum)
    assert _adds_up(unit.addends, unit.sum)
    for part, addend in zip(unit.parts, unit.addends, strict=False):
        alone = [f"{x.operator.replace('+', '')}{x.text}" for x in (part.addend, addend)]
        assert comes_to(*alone), unit
    for line in unit.lines:
        assert comes_to(line.numbers, line.figure)


def test_an_output_weight_has_the_article_s_line() -> None:
    chain = _chain("article_2_2_2", "2.kernel.0.0")
    assert chain.goal == "V1"
    assert [factor.spoken for factor in chain.factors] == ["∂E/∂Y1", "∂Y1/∂y1", "∂y1/∂V1"]
    assert _figures(chain.factors) == ["−0.41970", "0.24355", "0.68"]
    assert [factor.sign for factor in chain.factors] == ["negative", "positive", "positive"]
    assert [factor.place for factor in chain.factors] == ["node:2.0", "node:2.0", "node:1.0"]
    assert [factor.caption for factor in chain.factors] == ["loss", "slope", "H1"]
    assert chain.result.figure == "−0.06951"
    assert (chain.paths, chain.sum) == ((), ())
    assert chain.recursion is None
    assert chain.text == (
        "∂E/∂V1 = ∂E/∂Y1 · ∂Y1/∂y1 · ∂y1/∂V1 = −0.41970 · 0.24355 · 0.68 = −0.06951"
    )


def test_a_hidden_weight_has_every_path_and_they_add_up() -> None:
    chain = _chain("article_2_2_2", "1.kernel.0.0")
    golden = figures("article_2_2_2")
    dy, v, (i1, _i2) = golden["backward"]["dE_dy"], golden["V"], golden["input"]
    products = [f"{dy[k] * v[0][k] * i1:.5f}".replace("-", "−") for k in range(2)]
    assert [path.product for path in chain.paths] == products
    assert [path.via for path in chain.paths] == ["Y1 → H1", "Y2 → H1"]
    assert _figures(chain.paths[1].factors) == ["0.53196", "0.24898", "−0.1", "1", "0.6"]
    assert chain.paths[1].factors[2].place == "edge:2.kernel.0.1"
    assert chain.result.figure == "−0.04475"
    assert _written(chain.sum) == [("", products[0]), ("−", products[1].removeprefix("−"))]
    assert _adds_up(chain.sum, chain.result.figure)
    assert "0.53196 · 0.24898 · (−0.1)" in chain.text
    assert chain.factors == ()


def test_small_paths_are_told_with_enough_digits_to_add_up() -> None:
    golden = figures("worked_2_2_2")
    chain = _chain("worked_2_2_2", "1.kernel.0.0")
    assert number(chain.result.figure) == pytest.approx(
        golden["backward"]["dE_dW"][0][0], abs=unit_of(chain.result.figure) / 2
    )
    assert [part.operator for part in chain.sum] == ["", "−"]
    assert _adds_up(chain.sum, chain.result.figure)
    assert unit_of(chain.result.figure) <= 1e-7


def test_a_deep_network_is_folded_into_the_recursion_and_unfolds() -> None:
    found = _inspected("playground_circle", "1.kernel.0.0", network=DEEP)
    chain = found.chain
    assert chain is not None
    assert chain.recursion is not None
    assert chain.total == 256
    assert len(chain.listed) == 24
    assert chain.rest != ""
    assert _figures(chain.factors)[0] == chain.recursion.layers[-1].deltas[0].figure
    assert [layer.number for layer in chain.recursion.layers] == [6, 5, 4, 3, 2, 1]
    assert chain.recursion.layers[0].title == "output"
    terms = chain.recursion.layers[1].deltas[0].terms
    assert [term.place for term in terms] == ["edge:6.kernel.0.0"]
    assert found.gradient.startswith("The 250 bars add up")


def test_softmax_has_a_path_through_every_output() -> None:
    chain = _chain("iris", "2.kernel.0.0")
    assert [path.via for path in chain.paths] == ["Y1", "Y2", "Y3"]
    chain = _chain("iris", "1.bias.2")
    assert chain.recursion is not None
    assert chain.recursion.layers[0].deltas[0].cross is not None
    assert chain.factors[-1].caption == "bias"


def test_the_chain_rule_of_a_unit_ends_at_what_it_adds_up() -> None:
    chain = _chain("article_2_2_2", "1.unit.0")
    assert chain.goal == "h1"
    assert chain.result.spoken == "∂E/∂h1"
    assert (chain.result.caption, chain.result.place) == ("δ H1", "node:1.0")
    assert chain.result.figure == "−0.07458"
    assert [path.factors[-1].spoken for path in chain.paths] == ["∂H1/∂h1"] * 2
    assert _adds_up(chain.sum, chain.result.figure)
    chain = _chain("article_2_2_2", "2.unit.1")
    assert [factor.spoken for factor in chain.factors] == ["∂E/∂Y2", "∂Y2/∂y2"]


def test_the_paths_to_a_unit_of_a_deep_network_fold_into_its_delta() -> None:
    chain = _chain("playground_circle", "1.unit.2", network=DEEP)
    assert chain.recursion is not None
    assert chain.total == 256
    assert [factor.spoken for factor in chain.factors] == ["∂E1/∂H1,3", "∂H1,3/∂h1,3"]
    assert chain.recursion.layers[-1].deltas[0].label == "H1,3"


def test_where_units_are_mixed_no_one_slope_leads_to_the_delta() -> None:
    layers = [{"units": 3, "activation": "softmax"}, *TANH, {"units": 1}]
    chain = _chain("playground_circle", "1.unit.0", network={"layers": layers})
    assert chain.factors == ()
    assert chain.text == f"∂E1/∂h1,1 = {chain.result.figure}"


def test_negative_numbers_have_brackets_where_an_operator_stands_before_them() -> None:
    minus = [Number("", value) for value in (-0.1, -0.0695, 0.2)]
    assert product(minus).text(4) == "−0.1 · (−0.0695) · 0.2"
    assert product(minus).text(4, leading=False) == "(−0.1) · (−0.0695) · 0.2"
    shown = summands([1.0, -2.0, 0.5], "-0.5000")
    assert _written(shown) == [("", "1.0000"), ("−", "2.0000"), ("+", "0.5000")]
    for preset in PRESETS:
        for name in ("1.kernel.0.0", "1.unit.0"):
            page = html("_chain_rule.html", {"page": workspace(driving(_chosen(preset, name)))})
            assert "+ −" not in page
            assert "· −" not in page


LAYERS = [
    {"units": 3, "activation": "tanh"},
    {"units": 2, "activation": "softmax"},
    {"units": 2, "activation": "linear"},
]
SCALES = [1e-6, 1e-3, 1.0, 30.0, 4000.0]


@given(st.integers(0, 2**20), st.integers(0, 40), st.sampled_from(SCALES), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_what_is_shown_of_a_sum_adds_up(seed: int, index: int, scale: float, example: int) -> None:
    data = {
        "source": "inline",
        "inputs": [[0, scale], [0.3, 1], [scale, 0], [1, -scale]],
        "targets": [[0, 1], [scale, 1], [1, 3], [0, 0]],
    }
    one = session(network={"layers": LAYERS}, data=data, seed=seed)
    one.set_focus(example)
    units = [f"{number}.unit.{unit}" for number, unit in ((1, 0), (1, 2), (2, 0), (3, 1))]
    names = [*parameter_names(one.run.network), *units]
    _choose(one, names[index % len(names)])
    found = inspector(one)
    assert found.chain is not None
    if found.chain.sum:
        assert _adds_up(found.chain.sum, found.chain.result.figure)
    if found.unit is not None and found.unit.addends:
        assert _adds_up(found.unit.addends, found.unit.sum)


def test_an_example_that_is_not_in_the_batch_is_said_to_be_elsewhere() -> None:
    session = Session(PRESETS["playground_circle"].spec)
    session.choose("1.kernel.0.0")
    assert inspector(session).about == "for example 1 of 250"
    session.forward()
    session.backward()
    inside = session.run.batch_indices[0]
    outside = next(index for index in range(250) if index not in session.run.batch_indices)
    session.set_focus(inside)
    session.tell()
    assert inspector(session).about == f"for example {inside + 1} of 250"
    session.set_focus(outside)
    session.tell()
    said = f"for example {outside + 1} of 250, which is not in this batch"
    assert inspector(session).about == said


def test_while_forward_is_under_way_a_note_says_what_the_numbers_are_of() -> None:
    session = Session(PRESETS["playground_circle"].spec)
    session.choose("1.kernel.0.0")
    assert inspector(session).note == ""
    session.forward(1)
    session.tell()
    assert "the whole training set at the present weights" in inspector(session).note
    session.forward()
    session.tell()
    assert inspector(session).note == ""
    one = Session(PRESETS["article_2_2_2"].spec)
    one.choose("1.kernel.0.0")
    one.forward(1)
    one.tell()
    assert "Forward is under way" in inspector(one).note


def test_many_paths_are_counted_in_groups() -> None:
    layers = [*[{"units": 8, "activation": "tanh"}] * 6, {"units": 1}]
    chosen = _chosen("playground_circle", "1.kernel.0.0", network={"layers": layers})
    shown = html("_chain_rule.html", {"page": workspace(driving(chosen))})
    assert "Unfolded: 32,768 paths from the loss to w<sub>1,1,1</sub>" in shown
