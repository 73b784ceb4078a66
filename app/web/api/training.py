"""Training moves on: phases, steps, play."""

from typing import Any

from fastapi import APIRouter, Request, Response

from app.language import _
from app.session.errors import SpecError
from app.session.limits import MAX_RECORD_VALUES, MAX_STEP_SECONDS
from app.session.playing import Until
from app.session.session import Session
from app.session.slices import Pieces
from app.web.api import records, replies
from app.web.api.answers import record_reply, state_after, state_reply
from app.web.api.preconditions import as_expected
from app.web.problems import described
from app.web.sessions import DriveId, Driver, SessionPlayer, driver_of

router = APIRouter()


@router.post(
    "/sessions/{session_id}/step",
    tags=["training"],
    summary="Go on by epochs, batches or phases",
    response_model=replies.Steps,
    responses=described(403),
)
async def step(request: Request, session_id: DriveId, how: replies.Step | None = None) -> Response:
    """Go on by `count` epochs (the default), batches or phases. An epoch begun is finished first
    and counts as one. Where numbers overflow, training stops at the last finite state and
    `stopped` says why and what to try.
    """
    driver = await driver_of(request, session_id)  # FastAPI takes a while to look for a Driver
    session = driver.session
    how = how or replies.Step()
    seconds = session.seconds(how.unit, how.count)
    if seconds > MAX_STEP_SECONDS:
        most = max(1, int(how.count * MAX_STEP_SECONDS / seconds))
        detail = _("This would take too long for one request. Ask for at most {most}.")
        raise SpecError([("/count", detail.format(most=most))])

    unit, count = how.unit, how.count

    def run() -> Pieces[dict[str, Any]]:
        epochs = yield from session.stepping(unit, count)
        return {**driver.state(), "epochs": epochs}

    return state_reply(await session.perform_pieces(run, seconds))


@router.post(
    "/sessions/{session_id}/forward",
    tags=["training"],
    summary="Run the next batch forward",
    response_model=replies.Forward,
    responses=described(403),
)
async def forward(driver: Driver, how: replies.Layers | None = None) -> Response:
    """z and a of every layer for the next batch, and its loss. With `layers` it goes on by so many
    layers, and `position.layer` says how many are done.
    """
    session = driver.session

    def run() -> dict[str, Any]:
        _check_record(session)
        session.forward(how.layers if how else None)
        return records.forward_record(driver)

    return record_reply(await session.perform(run, session.seconds("phase", 1)))


@router.post(
    "/sessions/{session_id}/backward",
    tags=["training"],
    summary="Go back through that batch",
    response_model=replies.Backward,
    responses=described(403),
)
async def backward(driver: Driver, how: replies.Layers | None = None) -> Response:
    """Deltas of every layer and the gradient of every parameter for the batch at hand. With
    `layers` it goes on by so many layers, from the output on.
    """
    session = driver.session

    def run() -> dict[str, Any]:
        _check_record(session)
        session.backward(how.layers if how else None)
        return records.backward_record(driver)

    return record_reply(await session.perform(run, session.seconds("phase", 1)))


@router.post(
    "/sessions/{session_id}/update",
    tags=["training"],
    summary="Let the optimizer apply the gradient",
    response_model=replies.Update,
    responses=described(403),
)
async def update(driver: Driver) -> Response:
    """What the optimizer added to every parameter."""
    session = driver.session

    def run() -> dict[str, Any]:
        session.update()
        return records.update_record(driver)

    return record_reply(await session.perform(run, session.seconds("phase", 1)))


@router.post(
    "/sessions/{session_id}/reset",
    tags=["training"],
    summary="Start again with the same spec",
    response_model=replies.State,
    responses=described(403),
)
async def reset(driver: Driver) -> Response:
    """Back to the starting weights, epoch 0."""
    return await state_after(driver, driver.session.reset)


@router.post(
    "/sessions/{session_id}/play",
    tags=["training"],
    summary="Let the server run epoch after epoch",
    response_model=replies.State,
    responses=described(403),
)
async def play(driver: Driver, player: SessionPlayer, how: replies.Play | None = None) -> Response:
    """Play at a pace, up to an end or while somebody follows the events: without an end it stops
    when nobody has followed for a while. It never goes beyond the epoch or the first loss that end
    it. Played again, it goes on at the new pace and to the new end.
    """
    how = how or replies.Play()
    until = None if how.until is None else Until(how.until.epoch, how.until.loss_below)
    await player.play(driver.session, how.epochs_per_second, until)
    return state_reply(await driver.session.read(driver.state))


@router.post(
    "/sessions/{session_id}/pause",
    tags=["training"],
    summary="Stop playing",
    response_model=replies.State,
    responses=described(403),
)
async def pause(driver: Driver, player: SessionPlayer) -> Response:
    """Stop after the epoch under way."""
    await as_expected(driver.session)
    await player.pause(driver.session)
    return state_reply(await driver.session.read(driver.state))


def _check_record(session: Session) -> None:
    """Refuse a record too large to be sent; step has none."""
    units = sum(layer.units for layer in session.run.network.layers)
    rows = min(session.spec.batch_size, len(session.run.examples.inputs))
    if 2 * units * rows > MAX_RECORD_VALUES:
        detail = _("The record of so large a batch is too long. Use a smaller batch_size, or step.")
        raise SpecError([("/batch_size", detail)])
