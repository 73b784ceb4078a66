"""Sessions sent as a text: the same bits when they are opened, and no others ever."""

from __future__ import annotations

import asyncio
import base64
import json
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.names import parameter_names
from app.session import limits, parcel
from app.session.engines import ENGINES
from app.session.errors import OutOfOrder, SpecError
from app.session.opening import opened
from app.session.parcel import (
    NotOpened,
    file_of,
    fragment_of,
    least_characters,
    of_file,
    of_link,
    of_text,
    sendable,
)
from app.session.parsing import parsed_spec
from app.session.presets import PRESETS
from app.session.run import Unit
from app.session.session import Session
from app.session.slices import all_of
from app.session.spec import merged
from app.session.transcript import reading, told
from tests.session.specs import UNSEEN, session

NAME = "1.kernel.0.0"
LINK = "http://127.0.0.1:8000/open#"
CHANGES = "/session/recording/changes"


def _open(data: Any) -> Session:
    return asyncio.run(opened(lambda: data))


def _packed(one: Session) -> dict[str, Any]:
    parcel: dict[str, Any] = json.loads(file_of(sendable(one)))
    return parcel


def _bits(one: Session) -> dict[str, Any]:
    """All that follows from what was sent."""
    state = {k: v for k, v in one.state().items() if k not in ("id", "branch")}
    return {
        "state": state,
        "moment": one.timeline.moment,
        "recording": told(one.timeline.recording),
        "parameters": one.parameters().tobytes(),
        "slots": [slot.tobytes() for slot in one.run.training.slots],
        "history": one.history.entries(until=one.history.recorded),
        "shown": (one.focus, one.chosen),
    }


def _sealed(data: dict[str, Any]) -> dict[str, Any]:
    """With a digest as anybody can make one."""
    rest = {name: value for name, value in data.items() if name != "digest"}
    return {**rest, "digest": parcel.digest_of(rest)}


def _made_by_hand(**parts: Any) -> dict[str, Any]:
    """A trained session whose contents were altered; ``recording`` alters its recording."""
    one = session()
    one.step("epoch", 3)
    data = _packed(one)
    recording = data["session"]["recording"] | parts.pop("recording", {})
    return _sealed(data | {"session": data["session"] | {"recording": recording} | parts})


def _refused(data: Any) -> NotOpened:
    with pytest.raises(NotOpened) as refused:
        _open(data)
    return refused.value


def _linked(text: str) -> str:
    packed_text = zlib.compress(text.encode(), 9)
    return f"bpv1.{base64.urlsafe_b64encode(packed_text).decode().rstrip('=')}"


# There and back


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_comes_back_to_the_bit(preset: str) -> None:
    one = Session(PRESETS[preset].spec)
    one.step("epoch", 7)
    one.edit_parameters({NAME: 0.1})
    one.step("epoch", 5)
    one.step("layer", 2)
    one.set_focus(len(one.run.examples.inputs) - 1)
    one.choose(unit="1.unit.1")
    sent = sendable(one)
    for way in (file_of(sent), LINK + fragment_of(sent)):
        again = _open(of_text(way))
        assert _bits(again) == _bits(one)
        again.step("epoch", 3)
    one.step("epoch", 3)
    assert _bits(again) == _bits(one)


_STEP = st.tuples(
    st.just("step"), st.sampled_from(["layer", "phase", "batch", "epoch"]), st.integers(1, 9)
)
_EDIT = st.tuples(st.just("edit"), st.integers(0, 12), st.floats(-3, 3))
_SPEC = st.tuples(
    st.just("spec"),
    st.sampled_from(
        [
            {"optimizer": "adam"},
            {"batch_size": 3},
            {"batch_size": 1, "shuffle": False},
            {"loss": "binary_crossentropy"},
            {"name": "Übung 1"},
        ]
    ),
    st.none(),
)
_BACK = st.tuples(st.just("back"), st.sampled_from(["phase", "batch", "epoch"]), st.none())
_FORK = st.tuples(st.just("fork"), st.none() | st.just("a try"), st.none())


def _do(one: Session, what: str, how: Any, much: Any) -> None:
    if what == "step":
        one.step(how, much)
    elif what == "edit":
        one.edit_parameters({parameter_names(one.run.network)[how]: much})
    elif what == "spec":
        one.change_spec(parsed_spec(merged(one.spec, how)))
    elif what == "back":
        one.back(how)
    else:
        one.fork(how)


@settings(max_examples=120, deadline=None)
@given(st.lists(_STEP | _EDIT | _SPEC | _BACK | _FORK, max_size=14))
def test_whatever_was_done_comes_back_to_the_bit(operations: list[tuple[Any, ...]]) -> None:
    one = session(batch_size=2)
    for operation in operations:
        try:
            _do(one, *operation)
        except (OutOfOrder, SpecError):
            continue
    again = _open(of_link(fragment_of(sendable(one))))
    assert _bits(again) == _bits(one)
    assert _packed(again) == _packed(one)


def test_where_it_stands_in_its_past_comes_too() -> None:
    one = session()
    one.step("epoch", 9)
    one.rewind(epoch=4)
    again = _open(_packed(one))
    assert again.timeline.in_past
    assert _bits(again) == _bits(one)
    assert (again.position.epoch, again.history.recorded) == (4, 9)


def test_a_named_branch_keeps_its_name_and_others_are_counted_anew() -> None:
    one = session()
    one.step("epoch")
    one.reset()
    one.step("epoch")
    assert one.timeline.name == "Run 2"
    assert _open(_packed(one)).timeline.name == "Run 1"
    one.rename_branch("Run 2", "better")
    assert _open(_packed(one)).timeline.name == "better"


_SIGMOID = [{"units": 3, "activation": "sigmoid"}] * 2 + [{"units": 1, "activation": "sigmoid"}]
_DEAD = [
    {"kernel": [[-1, -1], [-1, -1]], "bias": [-1, -1]},
    {"kernel": [[1], [1]], "bias": [-1]},
]
_STOPPING: dict[str, dict[str, Any]] = {
    "overflow": {
        "network": {"layers": [{"units": 2, "activation": "linear"}, {"units": 1}]},
        "optimizer": {"name": "sgd", "learning_rate": 3.0},
    },
    "saturated": {
        "network": {"layers": _SIGMOID},
        "optimizer": {"name": "sgd", "learning_rate": 1e6},
    },
    "dead": {
        "network": {
            "layers": [{"units": units, "activation": "relu"} for units in (2, 1)],
            "weights": _DEAD,
        },
    },
}


def _stopping(how: str, **parts: Any) -> Session:
    return session(**_STOPPING[how] | parts)


@pytest.mark.parametrize("batch_size", [1, 3, 4])
@pytest.mark.parametrize("unit", ["layer", "batch", "epoch"])
@pytest.mark.parametrize("how", _STOPPING)
def test_a_stop_comes_back(how: str, unit: Unit, batch_size: int) -> None:
    one = _stopping(how, batch_size=batch_size)
    one.step("epoch")
    one.edit_parameters({NAME: -1.5})
    one.step(unit, 2000)
    assert one.stopped is not None
    again = _open(_packed(one))
    assert again.stopped == one.stopped
    assert again.parameters().tobytes() == one.parameters().tobytes()
    assert again.history.recorded == again.timeline.recording.epochs
    assert _packed(again) == _packed(one)


@pytest.mark.parametrize("how", _STOPPING)
def test_a_stop_in_its_future_comes_too(how: str) -> None:
    one = _stopping(how)
    one.step("epoch", 2000)
    stopped = one.stopped
    one.rewind(epoch=0)
    again = _open(_packed(one))
    assert again.stopped is None
    assert _packed(again) == _packed(one)
    again.step("epoch", 2000)
    assert again.stopped == stopped


def test_on_another_engine_a_stop_is_found_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    one = _stopping("overflow")
    one.step("epoch", 2000)
    data = _packed(one)
    if one.run.engine == "numpy":
        assert _open(data).stopped == one.stopped
        return
    monkeypatch.setattr(ENGINES, "_code", None)
    again = _open(data)
    assert again.stopped is None
    again.step("batch")
    assert again.stopped == one.stopped


def test_other_programs_may_write_the_same_numbers_otherwise() -> None:
    one = session(optimizer={"name": "sgd", "learning_rate": 1e-7})
    one.edit_parameters({NAME: -0.0, "1.kernel.0.1": 2.0, "1.kernel.0.2": 1e16})
    text = json.dumps(_packed(one), indent=2, sort_keys=True)
    assert "2.0" not in text  # as JavaScript writes it
    again = _open(of_file(text.replace("1e-07", "1e-7").replace("1e+16", "10000000000000000")))
    assert _bits(again) == _bits(one)
    assert np.signbit(again.parameters()[0])


def test_given_weights_are_sent_once() -> None:
    weights = [{"kernel": [[0.25, 0.5]], "bias": [0, 1]}, {"kernel": [[0.75], [1]], "bias": [0]}]
    one = Session(
        parsed_spec(
            {
                "network": {"layers": [{"units": 2}, {"units": 1}], "weights": weights},
                "data": {"source": "inline", "inputs": [[1], [2]], "targets": [[1], [0]]},
            }
        )
    )
    for size in (1, 2, 1):
        one.change_spec(parsed_spec(merged(one.spec, {"batch_size": size})))
        one.step("batch")
    assert file_of(sendable(one)).count('"kernel"') == 2
    again = _open(_packed(one))
    assert _bits(again) == _bits(one)
    assert again.spec.network.weights is again.timeline.recording.spec.network.weights


def test_no_id_is_sent() -> None:
    one = session()
    one.step("epoch", 2)
    text = file_of(sendable(one))
    assert one.id not in text
    assert one.watch_id not in text


def test_on_another_engine_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    one = session()
    one.step("epoch", 5)
    data = _packed(one)
    if one.run.engine == "numpy":
        assert not _open(data).engine_changed
        return
    monkeypatch.setattr(ENGINES, "_code", None)
    again = _open(data)
    assert (again.run.engine, again.engine_changed) == ("numpy", True)
    assert again.position == one.position
    np.testing.assert_allclose(again.parameters(), one.parameters(), rtol=1e-10)


def test_one_that_has_yet_to_begin_takes_the_best_engine() -> None:
    data = _packed(session())
    data["session"]["recording"]["engine"] = "numpy"
    again = _open(_sealed(data))
    assert again.run.engine == ENGINES.best
    assert (again.engine_changed, again.operation) == (False, None)
    again.step("epoch")
    assert told(again.timeline.recording)["engine"] == ENGINES.best


# What is refused


@pytest.mark.parametrize("text", ["", "hello", "http://127.0.0.1/open#", "bpv.abc", "#bpv1"])
def test_what_is_no_link_is_refused(text: str) -> None:
    with pytest.raises(NotOpened, match="no link that carries"):
        of_text(text)


@pytest.mark.parametrize("text", ['{"a": 1}', "{", '{"format": "another"}', "{}", "[]", "3"])
def test_what_is_no_file_of_ours_is_refused(text: str) -> None:
    with pytest.raises(NotOpened, match="no session of this program"):
        parcel.contents(of_file(text))


def test_a_link_may_have_been_broken_into_lines_and_stand_in_a_sentence() -> None:
    one = session()
    one.step("epoch", 3)
    link = LINK + fragment_of(sendable(one))
    lines = "\r\n  ".join(link[at : at + 60] for at in range(0, len(link), 60))
    for text in (lines, f"<{link}>", f'"{link}",', f"({link})."):
        assert _bits(_open(of_text(text))) == _bits(one)


def test_a_link_that_was_cut_anywhere_is_refused() -> None:
    fragment = fragment_of(sendable(session()))
    for length in range(len("bpv1."), len(fragment)):
        with pytest.raises(NotOpened, match="cut short or altered"):
            of_link(fragment[:length])


def test_a_file_that_was_cut_anywhere_is_refused() -> None:
    text = file_of(sendable(session()))
    for length in range(1, len(text), 7):
        with pytest.raises(NotOpened, match=r"cut short|no session of this"):
            parcel.contents(of_file(text[:length]))


_SENT = session()
_SENT.step("epoch", 3)
_TEXTS = (file_of(sendable(_SENT)), fragment_of(sendable(_SENT)))
_PRINTABLE = st.characters(min_codepoint=32, max_codepoint=126)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(_TEXTS), st.data())
def test_damage_is_never_opened_as_another_session(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    upto = data.draw(st.integers(at, min(len(text), at + 20)))
    damaged = text[:at] + data.draw(st.text(_PRINTABLE, max_size=20)) + text[upto:]
    try:
        again = _open(of_text(damaged))
    except NotOpened:
        return
    assert _bits(again) == _bits(_SENT)  # the damage was but to what stands around it


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_JSON, st.data())
def test_what_was_made_by_hand_is_refused_or_is_what_it_says(
    value: Any, data: st.DataObject
) -> None:
    """Any field replaced by anything, with a digest that fits."""
    made = json.loads(_TEXTS[0])
    place: Any = made["session"]
    while True:
        name = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else [0]))
        inner = place[name]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            break
        place = inner
    place[name] = value
    try:
        sealed = _sealed(made)
    except (ValueError, OverflowError):  # NaN, which is no JSON
        return
    try:
        again = _open(sealed)
    except NotOpened:
        return
    assert told(again.timeline.recording) == told(all_of(reading(sealed["session"]["recording"])))
    assert np.isfinite(again.parameters()).all()


def test_one_of_a_newer_version_is_refused_by_name() -> None:
    data = _packed(session()) | {"version": 2, "program": "9.1", "more": {}}
    assert "newer version of this program, 9.1." in _refused(data).sentence
    data["program"] = "9\n<b>"
    assert "newer version of this program. Update" in _refused(data).sentence
    with pytest.raises(NotOpened, match="newer version"):
        of_link("#bpv2.abc")


@pytest.mark.parametrize(
    ("parts", "pointer"),
    [
        ({"focus": 99}, "/session/focus"),
        ({"focus": -1}, "/session/focus"),
        ({"chosen": "9.kernel.0.0"}, "/session/chosen"),
        ({"chosen": 1}, "/session/chosen"),
        ({"branch": "a/b"}, "/session/branch"),
        ({"at": {"changes": 0, "update": 7}}, "/session/at"),
        ({"at": {"changes": 1, "update": 0}}, "/session/at"),
        ({"at": {"changes": 0, "update": 1, "progress": 5}}, "/session/at"),
        ({"more": 1}, "/session/more"),
        ({"recording": {"engine": "abacus"}}, "/session/recording/engine"),
        ({"recording": {"spec": {}}}, "/session/recording/spec/network"),
        ({"recording": {"update": 10**12}}, "/session/recording/update"),
        ({"recording": {"changes": [{"update": 0, "edit": {}}]}}, f"{CHANGES}/0/edit"),
        *(({"name": name}, "/session/name") for name in UNSEEN),
        *(({"branch": name}, "/session/branch") for name in UNSEEN),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(parts: dict[str, Any], pointer: str) -> None:
    refused = _refused(_made_by_hand(**parts))
    assert "made by hand" in refused.sentence
    assert refused.errors[1][0] == pointer


@pytest.mark.parametrize("name", UNSEEN)
def test_a_name_in_its_spec_that_hides_something_is_refused(name: str) -> None:
    data = _packed(session())
    data["session"]["recording"]["spec"]["name"] = name
    assert _refused(_sealed(data)).errors[1][0] == "/session/recording/spec/name"


def test_a_change_that_overflows_is_refused() -> None:
    one = session(network={"layers": [{"units": 2, "activation": "linear"}, {"units": 1}]})
    one.edit_parameters({NAME: 2.0})
    one.step("epoch", 3)
    data = _packed(one)
    data["session"]["recording"]["changes"][0]["edit"][NAME] = 1e200
    refused = _refused(_sealed(data))
    assert refused.errors[1][0] == "/session/recording/changes/0"
    assert "overflows with this change" in refused.errors[1][1]


def test_a_training_that_stops_before_its_end_is_refused() -> None:
    one = _stopping("overflow")
    one.step("epoch", 2000)
    data = _packed(one)
    recording = data["session"]["recording"]
    recording |= {"update": recording["update"] + 5}
    assert "Training stops before" in _refused(_sealed(data)).errors[1][1]


_OVERFLOW = {"reason": "overflow", "learning_rate": 0.1, "smaller_rate": 0.01}
_NO_GRADIENT = _OVERFLOW | {"reason": "no_gradient"}


@pytest.mark.parametrize("stopped", [_OVERFLOW, _NO_GRADIENT])
@pytest.mark.parametrize("moment", [(0, 0), (0, 4), (5, 0), (5, 2), (5, 4), (6, 0)])
def test_a_stop_where_training_goes_on_is_refused(
    moment: tuple[int, int], stopped: dict[str, Any]
) -> None:
    one = session(optimizer={"name": "sgd", "learning_rate": 0.1})
    one.step("batch", moment[0])
    if moment[1]:
        one.step("layer", moment[1])
    data = _packed(one)
    data["session"]["recording"]["stopped"] = stopped
    assert _refused(_sealed(data)).errors[1][0] == "/session/recording/stopped"


@pytest.mark.parametrize("stopped", [_OVERFLOW, _NO_GRADIENT])
def test_a_stop_right_after_a_change_is_refused(stopped: dict[str, Any]) -> None:
    one = session()
    one.step("batch", 3)
    one.edit_parameters({NAME: 0.5})
    data = _packed(one)
    data["session"]["recording"]["stopped"] = stopped
    assert _refused(_sealed(data)).errors[1][0] == "/session/recording/stopped"


@pytest.mark.parametrize("how", _STOPPING)
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("learning_rate", -1e308),
        ("smaller_rate", 0),
        ("untrained", None),
        ("reason", None),
    ],
)
def test_a_stop_of_another_kind_is_refused(how: str, field: str, value: float | None) -> None:
    one = _stopping(how)
    one.step("epoch", 2000)
    data = _packed(one)
    stopped = data["session"]["recording"]["stopped"]
    other = {"untrained": not stopped["untrained"], "reason": "overflow"}
    if stopped["reason"] == "overflow":
        other["reason"] = "no_gradient"
    stopped[field] = other[field] if value is None else value
    assert _refused(_sealed(data)).errors[1][0] == "/session/recording/stopped"


def test_a_network_that_overflows_at_the_start_is_refused() -> None:
    data = _packed(session())
    data["session"]["recording"]["spec"]["network"]["weights"] = [
        {"kernel": [[1e308] * 3] * 2, "bias": [1e308] * 3},
        {"kernel": [[1e308]] * 3, "bias": [1e308]},
    ]
    for layer in data["session"]["recording"]["spec"]["network"]["layers"]:
        layer["activation"] = {"name": "linear"}
    assert "overflows before training" in _refused(_sealed(data)).errors[1][1]


def test_too_much_work_is_refused_before_it_is_begun() -> None:
    layers = [{"units": 300, "activation": "tanh"}] * 2 + [{"units": 1, "activation": "tanh"}]
    one = session(network={"layers": layers})
    data = _packed(one)
    data["session"]["recording"]["update"] = limits.MAX_EPOCHS * 2
    sentence = _refused(_sealed(data)).sentence
    assert "minutes; at most 2 are possible" in sentence


def test_a_link_that_unpacks_to_much_is_refused() -> None:
    for length in (parcel.MAX_UNPACKED, 40_000_000):
        bomb = _linked('{"format":"' + " " * length + '"}')
        assert len(bomb) < parcel.MAX_LINK
        with pytest.raises(NotOpened, match="too large"):
            of_link(bomb)


def test_a_link_that_is_too_long_is_refused() -> None:
    with pytest.raises(NotOpened, match="65,536 characters are possible"):
        of_link("bpv1." + "A" * parcel.MAX_LINK)
    with pytest.raises(NotOpened, match="no session has so many"):
        of_file("{" + " " * parcel.MAX_TEXT)


def test_endless_nesting_and_odd_numbers_are_refused() -> None:
    for inner in ("[" * 100_000, '{"a":' * 100_000, "NaN", "1" + "0" * 5000, "1" + "0" * 400):
        text = f'{{"format": "{parcel.FORMAT}", "version": 1, "session": {inner}}}'
        with pytest.raises(NotOpened):
            parcel.contents(of_file(text))
        with pytest.raises(NotOpened):
            parcel.contents(of_link(_linked(text)))


def test_a_session_that_is_too_large_for_a_link_is_still_a_file() -> None:
    rows = np.random.default_rng(0).normal(size=(3000, 2))
    one = session(
        data={
            "source": "inline",
            "inputs": rows.tolist(),
            "targets": (rows[:, :1] > 0).astype(float).tolist(),
        }
    )
    with pytest.raises(OutOfOrder, match="Download it instead"):
        fragment_of(sendable(one))
    assert _bits(_open(of_file(file_of(sendable(one))))) == _bits(one)


def test_others_get_on_while_many_changes_are_read() -> None:
    one = session()
    for change in range(30):
        one.change_spec(one.spec.model_copy(update={"batch_size": 1 + change % 2}))
    pieces = list(reading(told(one.timeline.recording)))
    assert len(pieces) == len(one.timeline.recording.changes) >= 29


def test_nothing_is_refused_for_a_size_that_it_has_not() -> None:
    one = session(
        network={"layers": [{"units": 1}]},
        data={"source": "inline", "inputs": [[0]] * 2000, "targets": [[1]] * 2000},
    )
    for change in range(1, 400):
        one.edit_parameters({f"1.{('bias', 'kernel.0')[change % 2]}.0": 0})
        one.change_spec(one.spec.model_copy(update={"batch_size": 1 + change % 2}))
        sent = sendable(one)
    characters = len(file_of(sent))
    assert characters / 2 < least_characters(sent.recording) < characters
