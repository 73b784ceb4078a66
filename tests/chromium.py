"""Finds a Chromium for the browser tests, or brings one.

Standard library only: the test command asks before its environment exists.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

VARIABLE = "BACKPROP_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ADVICE = (
    "The browser tests need a Chromium. Install one (Debian: apt-get install chromium; elsewhere "
    "Chrome, or python -m playwright install chromium with the Python of the test environment), "
    f"or name its program in the environment variable {VARIABLE}."
)


class NoChromium(Exception):
    """No Chromium was found, and none could be brought. The message says what to install."""


def find() -> str | None:
    """The program that BACKPROP_CHROMIUM names, or else one on PATH; None where there is neither.

    Raises NoChromium where the variable names a program that does not run.
    """
    named = os.environ.get(VARIABLE)
    if named:
        if not _runs(named):
            raise NoChromium(f"{VARIABLE} names {named}, which does not run.")
        return named
    for name in NAMES:
        program = shutil.which(name)
        # Ubuntu has a chromium-browser that only tells how to install a snap.
        if program and _runs(program):
            return program
    return None


def bring(python: Path) -> str | None:
    """Find a Chromium, or bring Debian's where apt-get may, or else Playwright's own.

    `python` is that of an environment with Playwright in it. Returns the program's path, or None
    for the one that Playwright finds by itself. Raises NoChromium where nothing worked.
    """
    found = find()
    if found:
        return found
    if sys.platform == "linux" and shutil.which("apt-get") and os.geteuid() == 0:
        _bring_debians()
        found = find()
        if found:
            return found
    if subprocess.run([python, "-m", "playwright", "install", "chromium"]).returncode == 0:
        return None
    raise NoChromium(ADVICE)


def _bring_debians() -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (
        ["update", "--quiet"],
        ["install", "--quiet", "--yes", "--no-install-recommends", "chromium"],
    ):
        subprocess.run(["apt-get", *arguments], env=environment)


def _runs(program: str) -> bool:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
