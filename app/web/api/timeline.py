"""A session's time: back and forth in what was recorded, and its branches."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from app.language import _
from app.session import comparison
from app.session.errors import SpecError
from app.session.slices import Pieces
from app.session.timeline import Timeline
from app.web.api import replies, timeline_replies
from app.web.api.answers import json_reply, state_reply
from app.web.problems import described
from app.web.sessions import Driver, Reader

router = APIRouter(prefix="/sessions/{session_id}", tags=["timeline"])

Name = Annotated[str, Path(description="The branch's name.")]


@router.post(
    "/rewind",
    summary="Go to another moment of what was recorded",
    response_model=replies.State,
    responses=described(403, 404, 409, 422, 429),
)
async def rewind(driver: Driver, to: timeline_replies.Rewind) -> Response:
    """Be where `epoch` epochs or `update` updates were done, or one phase, batch or epoch back;
    all numbers are those of that time, to the bit. What was recorded stays: `step` and the phases
    go along it, and whatever is changed on the way begins a branch. Play ends.
    """
    if [to.epoch, to.update, to.back].count(None) != 2:
        raise SpecError([("", _("Give one of epoch, update and back."))])
    session = driver.session

    def move() -> Pieces[dict[str, Any]]:
        if to.back is None:
            yield from session.rewinding(epoch=to.epoch, update=to.update)
        else:
            yield from session.going_back(to.back)
        return driver.state()

    def seconds() -> float:
        if to.back is None:
            return session.seconds_to_rewind(epoch=to.epoch, update=to.update)
        return session.seconds_back(to.back)

    return state_reply(await session.perform_pieces(move, seconds))


@router.get(
    "/branches",
    summary="What was recorded, branch by branch",
    response_model=list[timeline_replies.Branch],
    responses=described(404),
)
async def get_branches(reader: Reader) -> Response:
    """The branches in the order in which they were begun. A reset begins one, and so does whatever
    is changed in the past.
    """
    session = reader.session
    return json_reply(await session.read(lambda: branches_record(session.timeline)))


@router.post(
    "/branches",
    summary="Begin a branch at the present moment",
    response_model=replies.State,
    responses=described(403, 404, 409, 422, 429),
)
async def make_branch(driver: Driver, how: timeline_replies.NewBranch | None = None) -> Response:
    """A branch that goes on from here; the present one stays as it was recorded, to its end."""
    session = driver.session
    name = how.name if how else None

    def fork() -> dict[str, Any]:
        session.fork(name)
        return driver.state()

    return state_reply(await session.perform(fork, session.seconds_to_fork))


@router.post(
    "/branches/{name}/checkout",
    summary="Return to the end of a branch",
    response_model=replies.State,
    responses=described(403, 404, 429),
)
async def checkout(driver: Driver, name: Name) -> Response:
    """Be at the end of a branch; of the present one too, where the session stands in its past."""

    def run() -> Pieces[dict[str, Any]]:
        yield from driver.session.checking_out(name)
        return driver.state()

    return state_reply(await driver.session.perform_pieces(run))


@router.patch(
    "/branches/{name}",
    summary="Give a branch another name",
    response_model=list[timeline_replies.Branch],
    responses=described(403, 404, 422, 429),
)
async def rename_branch(driver: Driver, name: Name, how: timeline_replies.BranchName) -> Response:
    """A branch that somebody named is never let go to make room for another."""
    session = driver.session

    def rename() -> list[dict[str, Any]]:
        session.rename_branch(name, how.name)
        return branches_record(session.timeline)

    return json_reply(await session.perform(rename))


@router.delete(
    "/branches/{name}",
    status_code=204,
    summary="Forget a branch",
    responses=described(403, 404, 409, 429),
)
async def delete_branch(driver: Driver, name: Name) -> None:
    """Forget a branch that is not the present one."""
    session = driver.session
    await session.perform(lambda: session.delete_branch(name))


def branches_record(timeline: Timeline) -> list[dict[str, Any]]:
    """The branches of a session, as the REST contract writes them."""
    return [
        {
            "name": name,
            "current": name == timeline.name,
            "epochs": branch.recording.epochs,
            "updates": branch.recording.end.update,
            "loss": branch.at_end.loss,
            "parent": branch.parent,
            "from_epoch": branch.from_epoch,
            "named": branch.named,
            "comparable": comparison.comparable(timeline, name),
        }
        for name, branch in timeline.branches.items()
    ]
