"""Opening what was sent: a parcel becomes a session again, by going through its training.

Nothing in it is believed. What it holds is validated, what it would cost is estimated before it is
begun, each change is looked at after it was made, and what is said to have stopped the training has
to stop it here as well.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import anyio
import anyio.to_thread
import numpy as np

from app.core.names import has_name
from app.language import _, ngettext
from app.session import limits
from app.session.derivation import known_example
from app.session.engines import ENGINES, SETTLED_SECONDS
from app.session.errors import SpecError
from app.session.parcel import Contents, NotOpened, contents, hand_made
from app.session.recording import BEGINNING, SECONDS_PER_CHANGE, Change, Moment, Recording
from app.session.session import Session
from app.session.slices import Pieces, in_slices
from app.session.timeline import Timeline
from app.session.transcript import reading
from app.session.turns import in_time

MOST_AT_ONCE = 2
"""Sessions that are opened beside each other; more wait, with no more than their text."""

_RECORDING = "/session/recording"

_opening = anyio.CapacityLimiter(MOST_AT_ONCE)


@dataclass(frozen=True)
class _Validated:
    """What was sent, and makes sense so far."""

    contents: Contents
    recording: Recording
    at: Moment


async def opened(unpacked: Callable[[], Any]) -> Session:
    """The session in the parcel that ``unpacked`` gives, to the bit as it was sent.

    All of it is done in threads, the unpacking too, and others get on beside a long training.
    Where its engine is not there it is on NumPy, and its ``engine_changed`` says so. Raises
    NotOpened, with a sentence for people.
    """
    async with _opening:
        sent = await _validated(unpacked)
        if sent.recording.engine != "numpy":
            await anyio.to_thread.run_sync(ENGINES.settled.wait, SETTLED_SECONDS)
        timeline = await in_time(partial(_begun, sent), math.inf)
        await in_slices(_gone_through(timeline, sent), math.inf)
        return await in_time(partial(_shown, timeline, sent), math.inf)


async def _validated(unpacked: Callable[[], Any]) -> _Validated:
    def validate() -> Pieces[_Validated]:
        found = contents(unpacked())
        yield
        try:
            recording = yield from reading(found.recording)
        except SpecError as error:
            raise hand_made([(_RECORDING + at, detail) for at, detail in error.errors]) from None
        at = Moment(found.at.changes, found.at.update, found.at.progress)
        if not recording.has(at):
            raise hand_made([("/session/at", _("The recording has no such moment."))])
        return _Validated(found, recording, at)

    return await in_slices(validate(), math.inf)


def _begun(sent: _Validated) -> Timeline:
    """The recording at its beginning, where it can be gone through in time."""
    usual = _("Run {number}").format(number=1)
    with np.errstate(all="ignore"):
        timeline = Timeline.of({usual: sent.recording}, usual)
        if timeline.run.overflows():
            raise hand_made([(_RECORDING, _("The network overflows before training begins."))])
        if sent.contents.branch is not None:
            try:
                timeline.rename(usual, sent.contents.branch)
            except SpecError as error:
                raise hand_made([("/session/branch", error.errors[0][1])]) from None
    run = timeline.run
    if sent.recording.end == BEGINNING and run.engine != ENGINES.best_for(run.network):
        timeline.take_engine(ENGINES.best_for(run.network))  # it has yet to begin
    seconds = _seconds(timeline)
    if seconds > limits.MAX_STEP_SECONDS:
        raise _too_much_work(seconds)
    return timeline


def _seconds(timeline: Timeline) -> float:
    """About how long it takes to go through the present branch."""
    recording, run = timeline.recording, timeline.run
    changes = len(recording.changes) * (SECONDS_PER_CHANGE + run.seconds("epoch", 1))
    return run.seconds_through(recording.epochs + 1, recording.end.update) + changes


def _too_much_work(seconds: float) -> NotOpened:
    minutes, most = math.ceil(seconds / 60), round(limits.MAX_STEP_SECONDS / 60)
    text = ngettext(
        "To open this, its training has to be gone through again. That would take this computer "
        "about {count} minute; at most {most} are possible.",
        "To open this, its training has to be gone through again. That would take this computer "
        "about {count} minutes; at most {most} are possible.",
        minutes,
    )
    return NotOpened(text.format(count=f"{minutes:,}", most=most))


def _gone_through(timeline: Timeline, sent: _Validated) -> Pieces[None]:
    """Go to the end, and then to where the session stood, piece by piece."""
    recording = timeline.recording
    for number, change in enumerate([*recording.changes, None]):
        yield from _going_to(timeline, recording.end if change is None else change.at)
        if change is not None:
            yield from _going_to(timeline, Moment(number + 1, change.at.update, 0))
            if not _was_made(timeline, change):
                text = _("The network overflows with this change.")
                raise hand_made([(f"{_RECORDING}/changes/{number}", text)])
    if recording.stopped is not None:
        yield from _checking_stop(timeline, sent)
    yield from _going_to(timeline, sent.at)


def _going_to(timeline: Timeline, moment: Moment) -> Pieces[None]:
    yield from timeline.going_to(moment)
    if timeline.moment != moment:
        raise hand_made([(_RECORDING, _("Training stops before where it is said to have come."))])


def _checking_stop(timeline: Timeline, sent: _Validated) -> Pieces[None]:
    """At the end: whether training stops there as it is said to.

    Another engine says so itself when it comes to train on. That nothing is said to have stopped it
    is true of whatever was cut there, so that there is nothing to look at.
    """
    recording, run = timeline.recording, timeline.run
    if run.engine != sent.recording.engine:
        timeline.branch.recording = recording.extended(recording.end, None)
        return
    before = _before_stop(recording)
    if before is not None:
        yield from _going_to(timeline, before)
        run.go_on_to(before.update + 1, 0)  # the update that is said to fail, or to move nothing
        if timeline.moment == recording.end and run.stopped == recording.stopped:
            return
    text = _("Training does not stop here, or not for this reason.")
    raise hand_made([(f"{_RECORDING}/stopped", text)])


def _before_stop(recording: Recording) -> Moment | None:
    """The moment before the update that training stops with; None where there was none.

    One that overflows leaves training before it; one that moves nothing was made.
    """
    changes, update, progress = recording.end
    if progress == 0:
        before = Moment(changes, update - 1, 0)
        return before if recording.has(before) else None
    return recording.end if progress == recording.phases else None


def _was_made(timeline: Timeline, change: Change) -> bool:
    """Whether the change that was just come to was made, or left out since numbers overflow."""
    if change.edit is None:
        return timeline.run.spec == change.spec
    parameters = timeline.run.training.parameters
    places = timeline.places(change.edit)
    return all(bool(parameters[place] == value) for place, value in places.items())


def _shown(timeline: Timeline, sent: _Validated) -> Session:
    """The session, with what it showed."""
    session = Session(timeline.run.spec, timeline=timeline)
    try:
        known_example(session.run, sent.contents.focus)
    except SpecError as error:
        raise hand_made([("/session/focus", error.errors[0][1])]) from None
    session.focus, session.given_name = sent.contents.focus, sent.contents.name
    chosen = sent.contents.chosen
    if chosen is not None and not has_name(session.run.network, chosen):
        text = _("There is no parameter or unit of this name.")
        raise hand_made([("/session/chosen", text)])
    session.chosen = chosen
    if session.begun:
        session.engine_changed = sent.recording.engine != session.run.engine
        session.operation = "open"
    return session
