"""What the rows of a session hold, from its parts to text and numbers."""

import json
import math
import time
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from pydantic_core import to_json

from app.session import conditions
from app.session.branches import Branch
from app.session.database import Statement
from app.session.playing import PlayEnd, Playing, Until
from app.session.position import Checkpoint, Position
from app.session.recording import Change
from app.session.run import Run
from app.session.session import Session
from app.session.spec import Spec

CURVE_POINTS = 60
"""About so many of a session's cost curve are kept for the list of sessions."""

_REQUEST = """INSERT OR REPLACE INTO reply (scope, key, fingerprint, made, state)
    VALUES (?, ?, ?, ?, ?)"""


def request_statements(session: Session | None) -> list[Statement]:
    """What notes that the request under way, if its sender gave it a key, has been done.

    session: the one that it was done to; None where that is deleted by it.
    """
    request = conditions.once.get()
    if request is None:
        return []
    state = None
    if session is not None:
        told = {**session.state(), "id": request.scope or session.id}
        state = to_json(told, inf_nan_mode="null").decode()
    return [(_REQUEST, (request.scope, request.key, request.fingerprint, time.time(), state))]


def curve(branch: Branch) -> str:
    """The cost by epoch to a branch's end, thinned so that spikes stay, as JSON: [[epoch, loss],
    ...].
    """
    history = branch.history
    entries = history.entries(0, most=CURVE_POINTS, until=history.recorded, parts=["train"])
    points = [(0, branch.at_end.initial), *((entry["epoch"], entry) for entry in entries)]
    losses = [(epoch, entry["train"]["loss"]) for epoch, entry in points]
    if branch.at_end.loss != losses[-1][1]:  # changed by hand since then
        losses.append((history.recorded, branch.at_end.loss))
    return json.dumps(
        [(epoch, float(f"{loss:.4g}")) for epoch, loss in losses if math.isfinite(loss)]
    )


def network_text(run: Run) -> str:
    """What the list of sessions says of a network, as JSON."""
    network, spec = run.network, run.spec
    sizes = [network.inputs, *(layer.units for layer in network.layers)]
    return json.dumps({"sizes": sizes, "optimizer": spec.optimizer.name, "loss": spec.loss.name})


def spec_text(spec: Spec) -> str:
    """A spec without its data, as JSON."""
    return spec.model_dump_json(exclude={"data"})


def change_row(change: Change) -> tuple[Any, ...]:
    """All of a change but its place."""
    edit = None if change.edit is None else json.dumps(change.edit)
    spec = spec_text(change.spec) if change.edit is None else None
    return (*change.at, change.epoch, change.done, edit, spec)


def keyframe_row(checkpoint: Checkpoint) -> tuple[str, bytes]:
    """A checkpoint between two epochs as JSON and numbers, (vectors, size) in float64."""
    training, meaning = checkpoint.training, checkpoint.meaning
    about = {
        "iteration": training.iteration,
        "slots": len(training.slots),
        "place": checkpoint.place,
        "changed": checkpoint.change is not None,
        "meaning": list(meaning),
        "edited_in": checkpoint.edited_in,
        "optimizer_since": checkpoint.optimizer_since,
    }
    vectors = [training.parameters, *training.slots]
    if checkpoint.change is not None:
        vectors.append(checkpoint.change)
    return json.dumps(about), np.array(vectors, dtype="<f8").tobytes()


def fit_for_a_row(checkpoint: Checkpoint) -> bool:
    """Whether it lies between two epochs of a training that goes on: no more is kept of one."""
    begun = checkpoint.phase != "ready" or checkpoint.layer is not None
    return checkpoint.outputs is None and checkpoint.stopped is None and not begun


def play_end_text(end: PlayEnd | None, playing: Playing | None) -> str | None:
    """Why play ended, or will have ended where the server does before it, as JSON."""
    if playing is not None:
        # Where it stands then is kept elsewhere, and its pace is of no use to anybody any more.
        about = {"reason": "restart", "playing": _playing_json(replace(playing, reached=None))}
        return json.dumps(about)
    if end is None:
        return None
    return json.dumps({**asdict(end), "playing": _playing_json(end.playing)})


def _playing_json(playing: Playing) -> dict[str, Any]:
    return {**asdict(playing), "from_loss": finite(playing.from_loss)}


def play_end_of(text: str | None, position: Position) -> PlayEnd | None:
    """From what ``play_end_text`` made. position: where the session stands."""
    if text is None:
        return None
    about = {"epoch": position.epoch, "update": position.update, **json.loads(text)}
    playing = about["playing"]
    if playing["until"] is not None:
        playing["until"] = Until(**playing["until"])
    if playing["from_loss"] is None:
        playing["from_loss"] = math.nan
    return PlayEnd(**{**about, "playing": Playing(**playing)})


def finite(value: float) -> float | None:
    """None for what JSON cannot hold."""
    return value if math.isfinite(value) else None
