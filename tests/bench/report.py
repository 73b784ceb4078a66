"""What a measurement reports: rows of one Markdown table, and the machine they were taken on."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

HEADINGS = ("what", "here", "beside it", "ratio", "bound", "")


class NotMeasured(Exception):
    """What a measurement needs is not there. The message says what it is."""


@dataclass(frozen=True)
class Row:
    """One line of the table.

    here: the figure, with its unit. beside: what it stands next to, and that one's figure, or more
    about this one. bound: how large the ratio of the two may be, or else ``value`` in ``unit``.
    """

    what: str
    here: str
    beside: str = ""
    ratio: float | None = None
    value: float | None = None
    bound: float | None = None
    unit: str = ""

    def cells(self) -> tuple[str, ...]:
        """The texts of the line, in the order of HEADINGS."""
        ratio = "" if self.ratio is None else f"{self.ratio:.3g}x"
        if self.bound is None:
            return self.what, self.here, self.beside, ratio, "", ""
        measured = self.value if self.ratio is None else self.ratio
        unit = "x" if self.ratio is not None else f" {self.unit}"
        verdict = "" if measured is None else "met" if measured <= self.bound else "not met"
        return self.what, self.here, self.beside, ratio, f"<= {self.bound:.3g}{unit}", verdict


def table(rows: Iterable[Row]) -> str:
    """The rows as a Markdown table, its columns padded to be read as plain text too."""
    lines = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    padded = [
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in lines
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([padded[0], rule, *padded[1:]])


def machine() -> str:
    """CPU, cores, Python and what computes, in one line."""
    packages = {"NumPy": "numpy", "numba": "numba", "PyTorch": "torch"}
    versions = [
        f"{title} {version(name).partition('+')[0]}"
        for title, name in packages.items()
        if find_spec(name)
    ]
    return ", ".join(
        [
            f"{_processor()}, {os.cpu_count()} cores",
            f"Python {platform.python_version()}",
            *versions,
            platform.system(),
        ]
    )


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    if described.is_file():
        for line in described.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
