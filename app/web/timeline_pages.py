"""The commands of the page's forms on a session's time: back, to an epoch, and its branches."""

from typing import Annotated, get_args

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from app.language import _
from app.session import comparison
from app.session.errors import SpecError
from app.session.limits import MAX_EPOCHS
from app.session.travelling import BackUnit
from app.web.commands import done
from app.web.forms import counted
from app.web.sessions import Driver

router = APIRouter(include_in_schema=False, prefix="/sessions/{session_id}")

Text = Annotated[str, Form()]


@router.post("/back")
async def back(request: Request, driver: Driver, unit: Text = "phase") -> Response:
    """Undo one phase, batch or epoch."""
    session = driver.session
    units: dict[str, BackUnit] = {known: known for known in get_args(BackUnit)}
    if unit not in units:
        raise SpecError([("/unit", _("Known are {names}.").format(names=", ".join(units)))])
    known = units[unit]
    await session.perform_pieces(
        lambda: session.going_back(known), lambda: session.seconds_back(known)
    )
    return done(request, driver)


@router.post("/rewind")
async def rewind(request: Request, driver: Driver, epoch: Text = "") -> Response:
    """Go to where so many epochs were done."""
    session = driver.session
    number = counted(epoch.strip(), MAX_EPOCHS)
    if number is None:
        raise SpecError([("/epoch", _("Give the number of an epoch."))])
    await session.perform_pieces(
        lambda: session.rewinding(epoch=number),
        lambda: session.seconds_to_rewind(epoch=number),
    )
    return done(request, driver)


@router.post("/branches")
async def branch(request: Request, driver: Driver, name: Text = "") -> Response:
    """Begin a branch here."""
    session = driver.session
    await session.perform(lambda: session.fork(name.strip() or None), session.seconds_to_fork)
    return done(request, driver)


@router.post("/branches/checkout")
async def checkout(request: Request, driver: Driver, branch: Text = "") -> Response:
    """Return to the end of a branch."""
    session = driver.session
    await session.perform_pieces(lambda: session.checking_out(branch))
    return done(request, driver)


@router.post("/branches/rename")
async def rename(request: Request, driver: Driver, branch: Text = "", name: Text = "") -> Response:
    """Give a branch another name."""
    session = driver.session
    await session.perform(lambda: session.rename_branch(branch, name))
    return done(request, driver)


@router.post("/branches/delete")
async def delete(request: Request, driver: Driver, branch: Text = "") -> Response:
    """Forget a branch."""
    session = driver.session
    await session.perform(lambda: session.delete_branch(branch))
    return done(request, driver)


@router.post("/branches/compare")
async def compare(
    request: Request, driver: Driver, branch: Text = "", shown: Text = ""
) -> Response:
    """Draw the curve of a branch beside the present one. shown: empty for no more."""
    session = driver.session
    await session.perform(lambda: comparison.compare(session.timeline, branch, bool(shown)))
    return done(request, driver)
