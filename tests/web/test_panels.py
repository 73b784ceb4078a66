"""Contexts of the templates, and what they show of a session."""

from __future__ import annotations

import dataclasses
import re
import typing
from collections.abc import Iterator

import pytest
from jinja2 import Environment, FileSystemLoader, nodes

from app.resources import TEMPLATES
from app.session.presets import DEFAULT, PRESETS
from app.session.session import Session
from app.session.spec import Spec
from app.web.home_page import SessionList
from app.web.pages import ProblemPage
from app.web.panels import INSPECTOR, PanelStream
from app.web.rendering import html
from app.web.sessions import Visit, driving
from app.web.workspace import Workspace, workspace

WORKSPACE_PARTS = {
    path.name for path in TEMPLATES.glob("_*.html") if path.name not in ("_toast.html",)
} | {"workspace.html"}


def _chains(node: nodes.Node, root: str) -> Iterator[tuple[str, ...]]:
    """Every `root.a.b` of a template, as ("a", "b")."""
    for found in node.find_all(nodes.Getattr):
        names: list[str] = []
        inner: nodes.Node = found
        while isinstance(inner, nodes.Getattr):
            names.insert(0, inner.attr)
            inner = inner.node
        if isinstance(inner, nodes.Name) and inner.name == root:
            yield tuple(names)


def _used(templates: set[str], root: str) -> set[tuple[str, ...]]:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), extensions=["jinja2.ext.i18n"], autoescape=True
    )
    used: set[tuple[str, ...]] = set()
    for name in templates:
        source = (TEMPLATES / name).read_text("utf-8")
        used |= set(_chains(environment.parse(source), root))
    return used


def _fields(context: type) -> dict[str, typing.Any]:
    return typing.get_type_hints(context)


@pytest.mark.parametrize(
    ("context", "templates", "root"),
    [
        (Workspace, WORKSPACE_PARTS, "page"),
        (SessionList, {"sessions.html"}, "page"),
        (ProblemPage, {"error.html"}, "problem"),
    ],
)
def test_templates_use_what_their_context_documents_and_nothing_else(
    context: type, templates: set[str], root: str
) -> None:
    assert context.__doc__
    used = _used(templates, root)
    assert {chain[0] for chain in used} == _fields(context).keys()
    for name, kind in _fields(context).items():
        if dataclasses.is_dataclass(kind):
            inner = {chain[1] for chain in used if chain[0] == name and len(chain) > 1}
            assert inner == _fields(typing.cast(type, kind)).keys(), name


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_has_a_page(preset: str) -> None:
    session = Session(PRESETS[preset].spec)
    page = workspace(driving(session))
    assert page.data.preset == preset
    shown = html("workspace.html", {"page": page})
    assert PRESETS[preset].title.split(",")[0].replace("'", "&#39;") in shown
    assert shown.count("<svg") > 1


def test_names_are_escaped() -> None:
    spec = PRESETS[DEFAULT].spec.model_copy(update={"name": "<script>alert(1)</script>"})
    shown = html("workspace.html", {"page": workspace(driving(Session(spec)))})
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown


def test_a_changed_spec_is_no_preset_any_more() -> None:
    session = Session(PRESETS[DEFAULT].spec)
    session.change_spec(session.spec.model_copy(update={"batch_size": 2}))
    page = workspace(driving(session))
    assert page.data.preset == ""
    assert page.data.preset_doc == ""


def test_outputs_follow_the_data_and_hidden_layers_may_go() -> None:
    page = workspace(driving(Session(PRESETS["playground_circle"].spec)))
    assert [layer.fixed for layer in page.model.layers] == [False, False, True]
    assert [layer.removable for layer in page.model.layers] == [True, True, False]
    assert page.subtitle.startswith("2–4–2–1 · ")


def test_predictions_and_confusion_matrix() -> None:
    session = Session(PRESETS["iris"].spec)
    session.step("epoch", 60)
    found = workspace(driving(session)).outcome
    assert not found.drawn
    assert found.confusion is not None
    counts = [row.counts for row in found.confusion.rows]
    assert sum(map(sum, counts)) == found.total == 105
    right = sum(row.counts[row.index] for row in found.confusion.rows)
    assert f"{right} of 105" in found.confusion.summary
    assert right > 90
    assert all(row.cells[0] in found.confusion.classes for row in found.rows)
    assert found.columns[:3] == ("Right", "Said", "Output")
    assert len(found.columns) == len(found.rows[0].cells)


def test_the_example_in_focus_is_among_the_predictions() -> None:
    session = Session(PRESETS["playground_circle"].spec)
    session.set_focus(200)
    rows = workspace(driving(session)).outcome.rows
    assert [row.number for row in rows if row.focused] == [201]


def test_the_picker_goes_round() -> None:
    session = Session(PRESETS[DEFAULT].spec)
    session.set_focus(0)
    picker = workspace(driving(session)).example
    assert (picker.number, picker.previous, picker.next) == (1, 4, 2)
    session.set_focus(3)
    picker = workspace(driving(session)).example
    assert (picker.number, picker.previous, picker.next) == (4, 3, 1)


def test_parameters_in_a_table() -> None:
    session = Session(PRESETS["article_2_2_2"].spec)
    rows = workspace(driving(session)).parameters.rows
    assert [row.label for row in rows] == ["W1", "W2", "W3", "W4", "V1", "V2", "V3", "V4"]
    assert rows[1].route == "I1 → H2"
    assert rows[1].value == "−0.2000"
    assert rows[4].gradient == "−0.0695"
    assert {row.change for row in rows} == {"–"}
    session.step("epoch")
    assert workspace(driving(session)).parameters.rows[4].change == "0.0070"


def test_the_stream_carries_only_what_changed() -> None:
    session = Session(PRESETS[DEFAULT].spec)
    stream = PanelStream()
    first = "".join(stream.changed(driving(session)).values())
    for target in ("#narration", "#model-panel", "#data-panel", "#training-panel", "#parameters"):
        assert f'hx-target="{target}"' in first
    assert stream.changed(driving(session)) == {}
    session.forward()
    session.tell()
    second = stream.changed(driving(session))
    assert "narration" in second
    assert "model" not in second


def test_a_session_without_a_name_is_called_untitled() -> None:
    spec = Spec.model_validate(PRESETS[DEFAULT].spec.model_dump() | {"name": ""})
    assert workspace(driving(Session(spec))).name == "Untitled"


def test_one_who_looks_by_himself_is_sent_the_inspector_of_that() -> None:
    session = Session(PRESETS[DEFAULT].spec)
    session.choose("1.kernel.0.0")
    stream, visit = PanelStream(), driving(session)
    assert "W1" in stream.inspected(visit)["chain"]
    assert stream.inspected(visit) == {}
    alone = stream.inspected(dataclasses.replace(visit, look="2.kernel.1.0"))
    assert set(alone) <= set(INSPECTOR)
    assert "Chain rule · V2" in alone["chain"]


def test_one_who_watches_is_sent_values_and_no_fields() -> None:
    session = Session(PRESETS[DEFAULT].spec)
    watching = Visit(session, session.watch_id, "watch")
    panels = PanelStream().changed(watching)
    for name in ("data", "model", "training", "parameters", "example"):
        assert not re.search("<(form|input|select)", panels[name]), name
    assert "Mean squared error" in panels["training"]
    assert session.id not in "".join(panels.values())
