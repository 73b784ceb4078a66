"""Microseconds per training epoch, beside engines that a user could take instead."""

from __future__ import annotations

from collections.abc import Mapping

from tests.bench import here, peers
from tests.bench.here import TITLES
from tests.bench.jobs import DIGITS, JOBS, Job
from tests.bench.peers import MICROGRAD, PLAYGROUND, SCIKIT, TORCH
from tests.bench.report import Row
from tests.bench.turns import Figures, in_a_row, one_by_one, take_turns

EVALUATED, SESSION = "evaluated", "session"
NUMPY_LOOP = "a NumPy loop"

BOUNDS: Mapping[tuple[str, str, str], float] = {
    ("W1", "numpy", PLAYGROUND): 12.0,
    ("W2", "numpy", PLAYGROUND): 4.5,
    ("W3", "numpy", PLAYGROUND): 1.5,
    ("W1", "compiled", PLAYGROUND): 1.0,
    ("W2", "compiled", PLAYGROUND): 0.33,
    ("W3", "compiled", PLAYGROUND): 0.22,
    ("W2", EVALUATED, PLAYGROUND): 0.5,
    ("W3", EVALUATED, PLAYGROUND): 0.35,
    ("W2", "compiled", TORCH): 1 / 120,
    ("W2", "compiled", SCIKIT): 1 / 80,
}
"""By job, side, and what it stands beside."""

BOUNDS_OF_DIGITS: Mapping[str, float] = {TORCH: 0.2, NUMPY_LOOP: 1.1}
"""For the engine that a session takes for it."""

STAND_BESIDE: Mapping[str, tuple[str, ...]] = {
    "compiled": (PLAYGROUND, SCIKIT, TORCH, MICROGRAD),
    EVALUATED: (PLAYGROUND,),
    SESSION: (PLAYGROUND,),
    "numpy": (PLAYGROUND, SCIKIT),
}

TITLES_OF_SIDES: Mapping[str, str] = {
    **TITLES,
    EVALUATED: "compiled engine, loss evaluated after each",
    SESSION: "in a session",
}


def measure(quick: bool) -> list[Row]:
    """For each job: the engines alone, with evaluation, and the epoch as a session runs it."""
    rounds, fill = (3, 0.02) if quick else (9, 0.1)
    engines = here.engines()
    sides = [playground] if (playground := peers.playground()) else []
    for job in JOBS:
        runs = {name: here.training_of(job, name) for name in engines}
        sides += [in_a_row(f"{job.name} {name}", run, fill) for name, run in runs.items()]
        if "compiled" in engines:
            run = here.evaluated_training_of(job, "compiled")
            sides.append(in_a_row(f"{job.name} {EVALUATED}", run, fill))
        sides.append(in_a_row(f"{job.name} {SESSION}", here.session_of(job), fill))
        others = {SCIKIT: peers.scikit(job), TORCH: peers.torch(job)}
        if job.name != "W3":
            others[MICROGRAD] = peers.micrograd(job)
        sides += [
            one_by_one(f"{job.name} {name}", one, fill) for name, one in others.items() if one
        ]
    figures = take_turns(sides, rounds)
    return [row for job in JOBS for row in _rows(job, figures)]


def _rows(job: Job, figures: Figures) -> list[Row]:
    rows = []
    for side, others in STAND_BESIDE.items():
        ours = figures.get(f"{job.name} {side}")
        for other in others:
            theirs = figures.get(f"{job.name} {other}")
            if ours is None or (theirs is None and side not in (EVALUATED, SESSION)):
                continue
            rows.append(
                Row(
                    f"epoch of {job.name} ({job.shape}), {TITLES_OF_SIDES[side]}",
                    f"{ours:,.1f} us",
                    "" if theirs is None else f"{other} {theirs:,.1f} us",
                    ratio=None if theirs is None else ours / theirs,
                    bound=None if theirs is None else BOUNDS.get((job.name, side, other)),
                )
            )
    return rows


def measure_digits(quick: bool) -> list[Row]:
    """Layers so large that a product of matrices is worth its call."""
    rounds, fill = (3, 0.05) if quick else (9, 0.1)
    engines = here.engines()
    chosen = here.engine_of_a_session(DIGITS)
    sides = [in_a_row(name, here.training_of(DIGITS, name), fill) for name in engines]
    sides.append(one_by_one(NUMPY_LOOP, peers.numpy_loop(DIGITS), fill))
    if one := peers.torch(DIGITS):
        sides.append(one_by_one(TORCH, one, fill))
    figures = take_turns(sides, rounds)
    return [
        Row(
            f"epoch of {DIGITS.shape}, 1,500 examples, batch 32, {TITLES[name]}"
            + (", which a session takes" if name == chosen else ""),
            f"{figures[name]:,.0f} us",
            f"{other} {figures[other]:,.0f} us",
            ratio=figures[name] / figures[other],
            bound=bound if name == chosen else None,
        )
        for name in engines
        for other, bound in BOUNDS_OF_DIGITS.items()
        if other in figures
    ]
