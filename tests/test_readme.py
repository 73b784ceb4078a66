"""What README tells a reader to paste does what README says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.settings import Settings

ADDRESS = "http://127.0.0.1:8000"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _block(root: Path, heading: str, language: str) -> str:
    """The one fenced block of `language` under the second-level `heading` of README."""
    text = (root / "README.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    (block,) = [body for name, body in FENCE.findall(section) if name == language]
    return str(block)


def _paste(program: list[str], block: str, server: str) -> str:
    """Run the block against `server` in place of README's address; returns what it printed."""
    assert ADDRESS in block
    done = subprocess.run(
        [*program, block.replace(ADDRESS, server)],
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"},
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _documents(text: str) -> list[Any]:
    """The JSON documents that stand one after the other in `text`."""
    decoder, documents, rest = json.JSONDecoder(), [], text.strip()
    while rest:
        document, end = decoder.raw_decode(rest)
        documents.append(document)
        rest = rest[end:].lstrip()
    return documents


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
def test_the_first_session_from_a_shell(root: Path, server: str) -> None:
    block = _block(root, "A first session over REST", "bash")
    steps, gradients = _documents(_paste(["bash", "-euo", "pipefail", "-c"], block, server))
    assert [entry["epoch"] for entry in steps["epochs"]] == list(range(1, 51))
    assert [len(layer["kernel"]) for layer in gradients["layers"]] == [2, 3]


def test_the_first_session_from_python(root: Path, server: str) -> None:
    block = _block(root, "A first session over REST", "python")
    printed = _paste([sys.executable, "-W", "error", "-c"], block, server)
    said = dict(line.split(": ", 1) for line in printed.splitlines())
    assert float(said["loss after training"]) < 0.5 * float(said["loss of the batch"])
    assert len(json.loads(said["gradient of the last kernel"])) == 3
    outputs = json.loads(said["outputs"])
    assert outputs[0][0] > 0.5 > outputs[1][0]


def test_going_back_and_branches_from_a_shell(root: Path, server: str) -> None:
    block = _block(root, "Go back, branch and compare", "bash")
    printed = _documents(_paste(["bash", "-euo", "pipefail", "-c"], block, server))
    trained, back, begun, _changed, on, branches, playing = printed
    assert len(trained["epochs"]) == 100
    assert (back["position"]["epoch"], back["recorded"]["epoch"]) == (40, 100)
    assert begun["branch"] == "larger steps"
    assert on["position"]["update"] == 100
    losses = {branch["name"]: branch["loss"] for branch in branches}
    assert losses["larger steps"] < losses["Run 1"]
    ended = playing["play_end"]
    assert ended or playing["playing"]["until"] == {"epoch": 500, "loss_below": 0.01}


def test_the_settings_are_those_of_the_server(root: Path) -> None:
    readme = (root / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(BACKPROP_\w+)` \| `(.*?)` \|", readme, re.MULTILINE))
    assert rows == {
        f"BACKPROP_{name.upper()}": str(field.default)
        for name, field in Settings.model_fields.items()
    }
