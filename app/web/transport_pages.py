"""The commands of the transport's forms: the steps, play and pause."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from app.language import _
from app.session.errors import OutOfOrder, SpecError
from app.session.limits import (
    MAX_EPOCHS,
    MAX_EPOCHS_PER_SECOND,
    MAX_LAYERS,
    MIN_EPOCHS_PER_SECOND,
)
from app.session.playing import Until
from app.session.session import Session
from app.web.commands import BY_LAYER, done
from app.web.forms import counted, typed_number
from app.web.rendering import render
from app.web.sessions import Driver, SessionPlayer
from app.web.workspace import FULL_SPEED, USUAL_SPEED

router = APIRouter(include_in_schema=False)

STEPS: Mapping[str, Callable[[Session], object]] = {
    "forward": Session.forward,
    "backward": Session.backward,
    "update": Session.update,
    "batch": lambda session: session.step("batch"),
    "epoch": lambda session: session.step("epoch"),
    "reset": Session.reset,
}

PHASES: Mapping[str, Callable[..., object]] = {
    "forward": Session.forward,
    "backward": Session.backward,
}
"""Those that can be gone through layer by layer."""


async def _step(
    request: Request,
    driver: Driver,
    layers: Annotated[str, Form()] = "",
) -> Response:
    """The step that the address names. layers: of a phase, how many, where not all."""
    session = driver.session
    name = request.url.path.rpartition("/")[2]
    step = STEPS[name]
    if layers and name in PHASES:
        if not counted(layers, MAX_LAYERS):
            detail = _("Give a number of layers, 1 to {most}.")
            raise SpecError([("/layers", detail.format(most=MAX_LAYERS))])
        step = partial(PHASES[name], layers=int(layers))

    def step_by_hand() -> None:
        step(session)
        session.playing = None

    try:
        await session.perform(step_by_hand, session.seconds("epoch", 1))
    except OutOfOrder:
        raise OutOfOrder(_first_press(session)) from None
    return done(request, driver, by=BY_LAYER if layers else "")


def _first_press(session: Session) -> str:
    """Which button comes next in the batch at hand."""
    position = session.position
    if position.layer is not None:
        text = (
            _("Forward has done {done} of {every} layers: press it again to finish it first.")
            if position.phase == "ready"
            else _("Backward has done {done} of {every} layers: press it again to finish it first.")
        )
        return text.format(done=position.layer, every=len(session.run.network.layers))
    return {
        "ready": _("The next batch begins with Forward: press that first."),
        "forward": _("This batch has gone forward: press Backward next."),
        "backward": _("The gradients of this batch are there: press Update next."),
    }[position.phase]


for _name in STEPS:
    router.add_api_route(f"/sessions/{{session_id}}/{_name}", _step, methods=["POST"])


@router.post("/sessions/{session_id}/play")
async def play(
    request: Request,
    driver: Driver,
    player: SessionPlayer,
    epochs_per_second: Annotated[str, Form()] = USUAL_SPEED,
    until_epoch: Annotated[str, Form()] = "",
    until_cost: Annotated[str, Form()] = "",
) -> Response:
    """Play at a pace, or as fast as the machine can; to an end, where one is given."""
    full = epochs_per_second == FULL_SPEED
    pace = None if full else typed_number(epochs_per_second, "/epochs_per_second")
    if pace is not None and not MIN_EPOCHS_PER_SECOND <= pace <= MAX_EPOCHS_PER_SECOND:
        detail = _("Give a number of epochs, {least:g} to {most:g}.")
        detail = detail.format(least=MIN_EPOCHS_PER_SECOND, most=MAX_EPOCHS_PER_SECOND)
        raise SpecError([("/epochs_per_second", detail)])
    try:
        await player.play(driver.session, pace, _until(until_epoch.strip(), until_cost.strip()))
    except SpecError as error:
        if "hx-request" not in request.headers:
            raise
        return _refused(error)
    return done(request, driver)


def _refused(error: SpecError) -> Response:
    """What is wrong with the end of play, each sentence under its field."""
    errors = {"epoch": "", "cost": ""}
    for pointer, detail in error.errors:
        errors["epoch" if pointer in ("/until/epoch", "/until_epoch") else "cost"] = detail
    return render("_until_refused.html", {"errors": errors}, 422)


def _until(epoch: str, cost: str) -> Until | None:
    """The end that the fields name; None where both are empty."""
    if not epoch and not cost:
        return None
    number = counted(epoch, MAX_EPOCHS) if epoch else None
    if epoch and number is None:
        detail = _("Give the number of an epoch, 1 to {most}.")
        raise SpecError([("/until_epoch", detail.format(most=MAX_EPOCHS))])
    return Until(number, typed_number(cost, "/until_cost") if cost else None)


@router.post("/sessions/{session_id}/pause")
async def pause(request: Request, driver: Driver, player: SessionPlayer) -> Response:
    """Stop playing."""
    await player.pause(driver.session)
    return done(request, driver)
