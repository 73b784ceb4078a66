"""The test command: `python3 -m tests`.

Makes the environment, finds or brings a Chromium, and runs every check. Needs Python 3.11 and
nothing else. `--only ruff,mypy` runs some of the checks; arguments after `--` go to pytest.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests import chromium
from tests.environment import NODE_MODULES, PYTHON, ROOT, Failed, node, prepare


def _ruff(arguments: list[str]) -> list[str | Path]:
    return [PYTHON, "-m", "ruff", "check", "."]


def _format(arguments: list[str]) -> list[str | Path]:
    return [PYTHON, "-m", "ruff", "format", "--check", "."]


def _mypy(arguments: list[str]) -> list[str | Path]:
    return [PYTHON, "-m", "mypy"]


def _biome(arguments: list[str]) -> list[str | Path]:
    return node(NODE_MODULES / "@biomejs/biome/bin/biome", "check", "--error-on-warnings", ".")


def _tsc(arguments: list[str]) -> list[str | Path]:
    return node(NODE_MODULES / "typescript/bin/tsc", "--project", "tsconfig.json")


def _node(arguments: list[str]) -> list[str | Path]:
    files = sorted((ROOT / "tests" / "js").rglob("*.test.js"))
    if not files:
        raise Failed("There is no *.test.js in tests/js.")
    return node("--test", *(str(file.relative_to(ROOT)) for file in files))


def _pytest(arguments: list[str]) -> list[str | Path]:
    program = chromium.bring(PYTHON)
    if program:
        os.environ[chromium.VARIABLE] = program
    return [PYTHON, "-m", "pytest", *SIDE_BY_SIDE, *arguments]


SIDE_BY_SIDE = ("--numprocesses", "auto", "--maxprocesses", "4", "--dist", "loadfile")
"""The tests of a file share their server, and so stay together."""

ON_EITHER_ENGINE = ("tests/core", "tests/session", "tests/web/test_golden.py")
OF_BOTH_ENGINES = (
    "tests/core/compiled",
    "tests/session/test_engines.py",
    "tests/session/test_machine_code.py",
)
"""They say the same on either, and compile anew."""


def _numpy(arguments: list[str]) -> list[str | Path]:
    """What must hold on either engine, on the one that the others do not run on."""
    left_out = [f"--ignore={path}" for path in OF_BOTH_ENGINES]
    return [
        PYTHON,
        "-m",
        "pytest",
        *SIDE_BY_SIDE,
        "--engine",
        "numpy",
        *ON_EITHER_ENGINE,
        *left_out,
        *arguments,
    ]


# In the order in which they run: the quick ones first, and pytest's own summary near the end.
CHECKS: dict[str, Callable[[list[str]], list[str | Path]]] = {
    "ruff": _ruff,
    "format": _format,
    "mypy": _mypy,
    "biome": _biome,
    "tsc": _tsc,
    "node": _node,
    "pytest": _pytest,
    "numpy": _numpy,
}


def _chosen(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    unknown = [name for name in names if name not in CHECKS]
    if unknown:
        raise argparse.ArgumentTypeError(
            f"there is no check {', '.join(unknown)}; there are {', '.join(CHECKS)}"
        )
    return [name for name in CHECKS if name in names]


def _heading(text: str) -> None:
    print(f"\n==> {text}", flush=True)


def _passes(name: str, arguments: list[str]) -> bool:
    try:
        command = CHECKS[name](arguments)
    except (Failed, chromium.NoChromium) as problem:
        print(problem, flush=True)
        return False
    return subprocess.run(command, cwd=ROOT).returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python3 -m tests",
        description="Make the test environment and run every check.",
        epilog="Arguments after -- go to pytest: python3 -m tests --only pytest -- -k softmax",
    )
    parser.add_argument(
        "--only",
        type=_chosen,
        default=list(CHECKS),
        metavar="CHECK[,CHECK...]",
        help=f"run only these of {', '.join(CHECKS)}",
    )
    parser.add_argument("pytest_arguments", nargs="*", metavar="-- PYTEST ARGUMENTS")
    options = parser.parse_args()

    _heading("environment")
    try:
        prepare()
    except Failed as problem:
        print(problem)
        return 1

    results: list[tuple[str, bool, float]] = []
    for name in options.only:
        _heading(name)
        began = time.monotonic()
        passed = _passes(name, options.pytest_arguments)
        results.append((name, passed, time.monotonic() - began))

    _heading("summary")
    for name, passed, seconds in results:
        print(f"{name:<8} {'passed' if passed else 'FAILED'} {seconds:7.1f} s")
    return 0 if all(passed for _, passed, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
