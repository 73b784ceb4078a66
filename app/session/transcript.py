"""A recording as plain data, to be kept or sent, and back.

The data of a spec are told once, at the beginning: a change cannot change them.
"""

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from app.core.names import UnknownParameter, parameter_index
from app.language import _
from app.session import limits
from app.session.build import build
from app.session.errors import SpecError
from app.session.parsing import field_errors, parsed_spec
from app.session.recording import BEGINNING, Change, Moment, Recording
from app.session.slices import Pieces
from app.session.spec import Spec, keeps_weights
from app.session.stopping import Stopped

UNCHANGING = {"data", "metrics", "seed"}
"""Fields of a spec that no change on the way can touch; the network's starting values, too."""

MOST_UPDATES = 2**53 - 1

_Count = Annotated[int, Field(ge=0, le=MOST_UPDATES)]


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ToldChange(_Told):
    """A change, after how many updates and layers of the batch at hand it was made: an edit of
    parameters, or the parts of the spec that can change.
    """

    update: _Count
    progress: _Count = 0
    edit: dict[str, FiniteFloat] | None = Field(None, min_length=1)
    spec: dict[str, Any] | None = None


class ToldStop(_Told):
    """Why training had stopped."""

    reason: Literal["overflow", "no_gradient"]
    learning_rate: FiniteFloat
    smaller_rate: FiniteFloat
    untrained: bool = False


class Transcript(_Told):
    """A recording as plain data."""

    spec: dict[str, Any]
    engine: Literal["numpy", "compiled"]
    changes: list[ToldChange] = Field(default_factory=list, max_length=limits.MAX_CHANGES)
    update: _Count = 0
    progress: _Count = 0
    stopped: ToldStop | None = None


def told(recording: Recording) -> dict[str, Any]:
    """A recording as JSON can hold it."""
    return {
        "spec": recording.spec.model_dump(mode="json"),
        "engine": recording.engine,
        "changes": [told_change(change) for change in recording.changes],
        "update": recording.end.update,
        "progress": recording.end.progress,
        "stopped": None if recording.stopped is None else vars(recording.stopped),
    }


def told_change(change: Change) -> dict[str, Any]:
    """A change as JSON can hold it."""
    at = {"update": change.at.update, "progress": change.at.progress}
    if change.edit is not None:
        return {**at, "edit": change.edit}
    left_out: Any = dict.fromkeys(UNCHANGING, True) | {"network": {"weights"}}
    return {**at, "spec": change.spec.model_dump(mode="json", exclude=left_out)}


def reading(data: Any) -> Pieces[Recording]:
    """The recording that ``told`` gave, change by change. Raises SpecError naming each field that
    makes no sense.
    """
    try:
        transcript = Transcript.model_validate(data)
    except ValidationError as error:
        raise SpecError(field_errors(error.errors(include_url=False), data)) from None
    spec = _under("/spec", transcript.spec)
    made = build(spec)
    recording = Recording(
        spec, transcript.engine, len(made.examples.inputs), len(made.network.layers)
    )
    for number, change in enumerate(transcript.changes):
        pointer = f"/changes/{number}"
        recording = _to(recording, change.update, change.progress, pointer)
        if (change.edit is None) == (change.spec is None):
            raise SpecError([(pointer, _("Give an edit or a spec."))])
        spec = recording.spec_at(number)
        if change.edit is not None:
            _check_names(made.network, change.edit, f"{pointer}/edit")
            recording = recording.changed(spec, change.edit)
        else:
            recording = recording.changed(_changed(spec, change.spec or {}, f"{pointer}/spec"))
        if len(recording.changes) == number:  # it took the place of the one before
            raise SpecError([(pointer, _("It belongs together with the change before it."))])
        yield
    recording = _to(recording, transcript.update, transcript.progress, "")
    if recording.epochs > limits.MAX_EPOCHS:
        detail = _("A session keeps at most {most} epochs.").format(most=limits.MAX_EPOCHS)
        raise SpecError([("/update", detail)])
    stopped = transcript.stopped
    return recording.extended(
        recording.end, None if stopped is None else Stopped(**stopped.model_dump())
    )


def _under(pointer: str, data: Mapping[str, Any]) -> Spec:
    """A part as a spec, with the pointers of its faults below ``pointer``."""
    try:
        return parsed_spec(dict(data))
    except SpecError as error:
        raise SpecError([(pointer + at, detail) for at, detail in error.errors]) from None


def _changed(spec: Spec, parts: Mapping[str, Any], pointer: str) -> Spec:
    """``spec`` with the parts that a change told of."""
    kept = {name: getattr(spec, name) for name in UNCHANGING}
    left_out: Any = {"data": True, "network": {"weights"}}
    new = _under(pointer, {**spec.model_dump(mode="json", exclude=left_out), **parts, **kept})
    network = new.network
    if network.weights is None:  # those there are, which may be many, are not read again
        network = network.model_copy(update={"weights": spec.network.weights})
    new = new.model_copy(update={"data": spec.data, "network": network})
    fault = keeps_weights(spec, new)
    if fault is not None:
        raise SpecError([(pointer + fault, _("This cannot change on the way."))])
    return new


def _to(recording: Recording, update: int, progress: int, pointer: str) -> Recording:
    """With training up to there."""
    end = Moment(len(recording.changes), update, progress)
    if end < recording.end or progress > recording.phases:
        detail = _("This comes before what stands before it, or is no moment of a batch.")
        raise SpecError([(f"{pointer}/update", detail)])
    return recording if end == BEGINNING else recording.extended(end, None)


def _check_names(network: Any, edit: Mapping[str, float], pointer: str) -> None:
    for name, value in edit.items():
        try:
            parameter_index(network, name)
        except UnknownParameter:
            detail = _("There is no parameter of this name.")
            raise SpecError([(f"{pointer}/{name[:100]}", detail)]) from None
        if not math.isfinite(value):
            raise SpecError([(f"{pointer}/{name[:100]}", _("Give a finite number."))])
