"""The explanation of what is chosen, as those who follow a session see it."""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.core.names import is_unit_name
from app.core.training import Training
from app.session.explanation import explain
from app.session.run import Run
from app.session.unit_explanation import explain_unit

SHOWN_PATHS = 100
SHOWN_TERMS = 100
SHOWN_CONTRIBUTIONS = 1000
"""Of an explanation that goes to those who follow; of more, the largest."""

MOST_KEPT = 32
"""Explanations of one session at hand: of what it shows, and of what single followers look at."""

EXPLANATION_SECONDS = 1 / 6
"""Between two explanations while a session plays."""


@dataclass(frozen=True)
class _Made:
    """An explanation that was made. example, training: what it depends on beside the version."""

    example: int
    training: Training
    version: int
    at: float
    content: dict[str, Any]


class Explained:
    """The last explanations, each of another parameter or unit, kept as long as they hold."""

    def __init__(self) -> None:
        self._made: dict[str, _Made] = {}

    def of(
        self, run: Run, name: str, example: int, *, version: int, playing: bool
    ) -> dict[str, Any]:
        """That of a parameter or unit, for an example, and the ``version`` it was made at.

        Made once for each version of the session; while it plays only now and then.
        """
        now = time.monotonic()
        last = self._made.pop(name, None)
        if (
            last is None
            or (last.example, last.training) != (example, run.training)
            or _outdated(last, version, playing, now)
        ):
            with np.errstate(all="ignore"):
                content = _explanation(run, name, example)
            last = _Made(example, run.training, version, now, {"version": version, **content})
        self._made[name] = last
        if len(self._made) > MOST_KEPT:
            del self._made[next(iter(self._made))]
        return last.content


def _outdated(last: _Made, version: int, playing: bool, now: float) -> bool:
    if last.version == version:
        return False
    return not playing or now - last.at >= EXPLANATION_SECONDS


def _explanation(run: Run, name: str, example: int) -> dict[str, Any]:
    """With no more paths, terms and examples than are shown."""
    if is_unit_name(name):
        return explain_unit(
            run, name, run.over, example, most_paths=SHOWN_PATHS, most_terms=SHOWN_TERMS
        )
    return explain(
        run,
        name,
        run.over,
        example,
        most_paths=SHOWN_PATHS,
        most_examples=SHOWN_CONTRIBUTIONS,
    )
