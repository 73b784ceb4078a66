"""What a server makes of a machine on which the compiled engine cannot be had as usual.

It always starts, steps at once, and says once what is the matter.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.session.engines import Engines
from app.session.machine_code import DONE, key
from tests.conftest import XOR, wait_for_engines
from tests.environment import MACHINE_CODE, ROOT
from tests.server import running_server

SECONDS = 60
"""After which something hangs."""

# At the start of the server's Python, before anything of the server is imported.
WITHOUT_NUMBA = """
import sys
from importlib import metadata
sys.modules["numba"] = sys.modules["llvmlite"] = None
found = metadata.Distribution.from_name
def from_name(name):
    if name in ("numba", "llvmlite"):
        raise metadata.PackageNotFoundError(name)
    return found(name)
metadata.Distribution.from_name = from_name
"""


@contextmanager
def _server(log: Path, **environment: str) -> Iterator[httpx.Client]:
    """A server that has just made a step; ``log`` has what it says."""
    with (
        running_server(log=log, environment=environment) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=SECONDS) as client,
    ):
        made = client.post("/api/sessions", json=XOR).json()
        stepped = client.post(f"/api/sessions/{made['id']}/step", json={"unit": "epoch"})
        assert stepped.status_code == 200
        assert stepped.json()["engine"] == "numpy"
        yield client


def _compiled(client: httpx.Client) -> dict[str, Any]:
    _numpy, compiled = client.get("/api/catalog").json()["engines"]
    assert isinstance(compiled, dict)
    return compiled


def _page(client: httpx.Client) -> str:
    return client.get("/", follow_redirects=True).text


def _warnings(log: Path) -> list[str]:
    return [line for line in log.read_text().splitlines() if "is ready at" not in line]


def _wait_for_a_warning(log: Path) -> str:
    """The only one. Raises TimeoutError."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if warnings := _warnings(log):
            (warning,) = warnings
            return warning
        time.sleep(0.05)
    raise TimeoutError("the server says nothing")


def test_without_numba_numpy_trains(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(WITHOUT_NUMBA)
    kept = tmp_path / "kept"
    variables = {"PYTHONPATH": str(tmp_path), "BACKPROP_MACHINE_CODE": str(kept)}
    with _server(tmp_path / "log", **variables) as client:
        wait_for_engines(str(client.base_url).rstrip("/"))
        assert _compiled(client)["state"] == "absent"
        assert "install numba" in _page(client)
    assert _warnings(tmp_path / "log") == []
    assert not kept.exists()


def test_where_numba_may_not_compile_numpy_trains(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    variables = {"NUMBA_DISABLE_JIT": "1", "BACKPROP_MACHINE_CODE": str(kept)}
    with _server(tmp_path / "log", **variables) as client:
        wait_for_engines(str(client.base_url).rstrip("/"))
        compiled = _compiled(client)
        assert (compiled["state"], compiled["best"]) == ("disabled", False)
        assert "NUMBA_DISABLE_JIT" in _page(client)
    assert _warnings(tmp_path / "log") == []
    assert not kept.exists()


@pytest.mark.parametrize("why", ["a file", "of everybody"])
def test_a_folder_that_is_not_fit_is_said_once_and_left_alone(why: str, tmp_path: Path) -> None:
    if why == "of everybody" and os.name != "posix":
        pytest.skip("folders have no mode here")
    kept = tmp_path / "kept"
    if why == "a file":
        kept.touch()
    else:
        kept.mkdir()
        kept.chmod(0o777)
    with _server(tmp_path / "log", BACKPROP_MACHINE_CODE=str(kept)) as client:
        warning = _wait_for_a_warning(tmp_path / "log")
        assert f"cannot be kept in {kept}" in warning
        assert ("exists" if why == "a file" else "other users can write to it") in warning
        # It is made for this time alone.
        assert _compiled(client)["state"] == "warming"
    assert _warnings(tmp_path / "log") == [warning]
    assert why == "a file" or not [*kept.iterdir()]


def test_machine_code_of_another_version_is_not_run(engines: Engines, tmp_path: Path) -> None:
    assert engines.state == "ready"  # so that there is machine code to take
    other = tmp_path / f"machine-code-{0:032x}"
    shutil.copytree(MACHINE_CODE / key(), other)
    with _server(tmp_path / "log", BACKPROP_MACHINE_CODE=str(tmp_path)) as client:
        _wait_for_file(tmp_path / key())
        assert _compiled(client)["state"] == "warming"
    assert (other / DONE).exists()
    assert not (tmp_path / key() / DONE).exists()
    assert _warnings(tmp_path / "log") == []


def _wait_for_file(path: Path) -> None:
    end = time.monotonic() + SECONDS
    while not path.exists():
        if time.monotonic() > end:
            raise TimeoutError(f"there is no {path.name}")
        time.sleep(0.05)


def test_machine_code_that_another_numba_left_is_made_anew(
    engines: Engines, tmp_path: Path
) -> None:
    """numba writes its version at the head of what it keeps, and takes no other's."""
    assert engines.state == "ready"
    place = tmp_path / key()
    shutil.copytree(MACHINE_CODE / key(), place)
    place.chmod(0o700)
    for index in place.rglob("*.nbi"):
        index.write_bytes(re.sub(rb"0\.\d\d\.\d", b"0.01.0", index.read_bytes(), count=1))
    with _server(tmp_path / "log", BACKPROP_MACHINE_CODE=str(tmp_path)) as client:
        assert "it is made anew" in _wait_for_a_warning(tmp_path / "log")
        assert _compiled(client)["state"] == "warming"
    assert not (place / DONE).exists()


def test_a_server_that_uvicorn_starts_warms_up_too(engines: Engines, tmp_path: Path) -> None:
    assert engines.state == "ready"
    (tmp_path / "made.py").write_text(
        "from app.settings import Settings\n"
        "from app.web.application import Application\n"
        "def make(): return Application(Settings())\n"
    )
    command = [sys.executable, "-m", "uvicorn", "--factory", "made:make", "--port", "0"]
    variables = {"PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}
    variables |= {"BACKPROP_MACHINE_CODE": str(MACHINE_CODE)}
    with subprocess.Popen(
        command, env={**os.environ, **variables}, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stderr is not None
        try:
            lines = (re.search(r"running on (http://\S+)", line) for line in server.stderr)
            address = next(found[1] for found in lines if found)
            wait_for_engines(address)
            with httpx.Client(base_url=address, trust_env=False) as client:
                assert _compiled(client)["state"] == "ready"
        finally:
            server.send_signal(signal.SIGINT)
            server.stderr.read()
    assert server.returncode in (0, -signal.SIGINT)
