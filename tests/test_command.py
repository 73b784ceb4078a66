"""The command: what it says when it is ready, and when it cannot be."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest

from app import __version__
from tests.server import COMMAND

StartServer = Callable[..., AbstractContextManager[str]]


def _run(*arguments: str, **environment: str) -> Any:
    return subprocess.run(
        [COMMAND, *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_it_listens_on_this_machine_only_and_serves_a_page(start_server: StartServer) -> None:
    with start_server() as address:
        assert address.startswith("http://127.0.0.1:")
        reply = httpx.get(address, follow_redirects=True, trust_env=False)
        assert reply.status_code == 200
        assert "<title>" in reply.text


def test_version() -> None:
    done = _run("--version")
    assert done.returncode == 0
    assert __version__ in done.stdout


def test_help_names_every_option() -> None:
    done = _run("--help")
    assert done.returncode == 0
    for option in ("--host", "--port", "--open", "--version", "BACKPROP_"):
        assert option in done.stdout


def test_a_port_that_is_taken_is_said_clearly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = _run("--port", str(port))
    assert done.returncode == 1
    assert f"port {port}" in done.stderr
    assert "--port 0" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_host_that_is_not_here_is_said_clearly() -> None:
    done = _run("--host", "192.0.2.1", "--port", "0")
    assert done.returncode == 1
    assert "192.0.2.1" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("port", ["99999", "-1"])
def test_a_port_that_cannot_be_is_said_clearly(port: str) -> None:
    done = _run("--port", port)
    assert done.returncode == 2
    assert "port" in done.stderr.lower()
    assert "Traceback" not in done.stderr


def test_settings_come_from_the_environment_too(start_server: StartServer) -> None:
    with start_server(environment={"BACKPROP_MAX_BODY": "10"}) as address:
        reply = httpx.post(f"{address}/api/sessions", json={"name": "x" * 20}, trust_env=False)
        assert reply.status_code == 413


def test_a_setting_that_cannot_be_is_said_clearly() -> None:
    done = _run("--port", "0", BACKPROP_MAX_SESSIONS="none")
    assert done.returncode == 2
    assert "BACKPROP_MAX_SESSIONS" in done.stderr
    assert "Traceback" not in done.stderr


def test_other_names_can_be_allowed(start_server: StartServer) -> None:
    environment = {"BACKPROP_ALLOWED_HOSTS": '["lab.example"]'}
    with start_server(environment=environment) as address:
        for host, status in (("lab.example:8000", 200), ("other.example", 421)):
            headers = {"host": host}
            reply = httpx.get(f"{address}/api/presets", headers=headers, trust_env=False)
            assert reply.status_code == status


def test_the_ready_line_names_the_address() -> None:
    process = subprocess.Popen(
        [COMMAND, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert re.fullmatch(r"Backprop visualizer is ready at http://127\.0\.0\.1:\d+/\n", line)
    finally:
        process.terminate()
        out, err = process.communicate(timeout=15)
    assert (out, err) == ("", "")
