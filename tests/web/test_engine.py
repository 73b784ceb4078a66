"""The engine as scripts and people see it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest

from app.session.engines import Engines
from app.web.engine_note import engine_note
from app.web.narration import narrate
from tests.environment import MACHINE_CODE
from tests.session.specs import session


def _engines(client: httpx.Client) -> dict[str, dict[str, Any]]:
    return {entry["name"]: entry for entry in client.get("/api/catalog").json()["engines"]}


def test_the_catalog_and_each_state_tell_the_engine(
    engine: str, client: httpx.Client, new_session: Callable[..., dict[str, Any]]
) -> None:
    state = new_session()
    assert state["engine"] == engine
    engines = _engines(client)
    assert list(engines) == ["numpy", "compiled"]
    assert engines["numpy"]["state"] == "ready"
    assert engines["compiled"]["state"] == ("ready" if engine == "compiled" else "off")
    assert [name for name, entry in engines.items() if entry["best"]] == [engine]
    page = client.get(f"/sessions/{state['id']}").text
    assert ("Engine: Compiled." if engine == "compiled" else "Engine: NumPy.") in page


def test_numpy_alone_can_be_chosen(
    start_server: Callable[..., AbstractContextManager[str]],
) -> None:
    with (
        start_server(environment={"BACKPROP_ENGINE": "numpy"}) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        assert _engines(client)["compiled"]["state"] == "off"
        made = client.post("/api/sessions", json={**_SPEC})
        assert made.json()["engine"] == "numpy"


_SPEC: dict[str, Any] = {"network": {"layers": [{"units": 1}]}, "data": {"source": "xor"}}


@pytest.fixture
def engines_apart(monkeypatch: pytest.MonkeyPatch) -> Engines:
    """Engines of which the compiled one is not ready yet."""
    engines = Engines()
    for module in ("app.session.run", "app.session.operations", "app.web.engine_note"):
        monkeypatch.setattr(f"{module}.ENGINES", engines)
    return engines


def test_a_session_that_moves_to_another_engine_says_so(engines_apart: Engines) -> None:
    one = session()
    one.step("epoch")
    assert engine_note(one).hint == ""
    warming = engines_apart.warm_up_in_background(MACHINE_CODE)
    assert warming is not None
    assert "being made ready" in engine_note(one).hint
    warming.join(60)
    assert "Reset starts this session again on them" in engine_note(one).hint
    one.reset()
    assert "another engine now: Compiled" in narrate(one).sentence
    assert (engine_note(one).title, engine_note(one).hint) == ("Compiled", "")
    one.step("epoch")
    one.reset()
    assert "engine" not in narrate(one).sentence


def test_large_layers_train_on_numpy(engines_apart: Engines) -> None:
    layers = [{"units": 60, "activation": "tanh"}, {"units": 60}, {"units": 1}]
    engines_apart.warm_up(MACHINE_CODE)
    one = session(network={"layers": layers})
    one.step("epoch")
    assert one.run.engine == "numpy"
    assert "as large as these" in engine_note(one).hint
    layers[1]["units"] = 30
    small = session(network={"layers": layers})
    assert small.run.engine == "compiled"


def test_one_that_has_not_begun_moves_without_a_word(engines_apart: Engines) -> None:
    one = session()
    engines_apart.warm_up(MACHINE_CODE)
    assert "begins on them" in engine_note(one).hint
    one.forward()
    assert one.run.engine == "compiled"
    assert "engine" not in narrate(one).sentence
