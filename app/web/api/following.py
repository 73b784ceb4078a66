"""Who follows a session: to look by oneself, to ask to drive, to hand over and take back."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from app.web import sharing
from app.web.api import replies
from app.web.api.answers import json_reply
from app.web.problems import described
from app.web.sessions import Owner, Reader

router = APIRouter(tags=["following"])

Number = Annotated[int, Path(ge=1, le=2**53, description="As `following` tells it.")]


@router.get(
    "/sessions/{session_id}/following",
    summary="Who follows, and the link to watch",
    response_model=replies.Following,
    responses=described(403),
)
async def get_following(owner: Owner) -> Response:
    """How many watch, who asks to drive, and who was handed it. `/sessions/{watch_id}` is the page
    that only watches; `/api/sessions/{watch_id}` reads the same numbers and acts on nothing.
    """
    return json_reply(sharing.following_record(owner))


@router.post(
    "/sessions/{session_id}/look",
    status_code=204,
    summary="Look at something by oneself",
)
async def look(reader: Reader, how: replies.Look) -> None:
    """This event stream explains that parameter or unit from now on, whatever the others look at;
    neither goes back to what all look at. Changes nothing of the session.
    """
    sharing.look(reader, how.follower, how.parameter, how.unit)


@router.post(
    "/sessions/{session_id}/ask",
    status_code=204,
    summary="Ask to drive",
)
async def ask(reader: Reader, how: replies.Ask) -> None:
    """The one whose session it is sees the name. Where he agrees, this event stream gets `handed`
    with the address to go on at; the ask ends with the stream.
    """
    sharing.ask(reader, how.follower, how.name)


@router.delete(
    "/sessions/{session_id}/ask",
    status_code=204,
    summary="Ask no more",
)
async def withdraw(
    reader: Reader, follower: Annotated[str, Query(description="As the event `follower` told it.")]
) -> None:
    """Withdraw an ask."""
    sharing.withdraw(reader, follower)


@router.post(
    "/sessions/{session_id}/asks/{number}/accept",
    summary="Let one who asks drive",
    response_model=replies.Following,
    responses=described(403),
)
async def accept(owner: Owner, number: Number) -> Response:
    """That follower gets an id of its own to drive by, until it is taken back."""
    sharing.hand_over(owner, number)
    return json_reply(sharing.following_record(owner))


@router.delete(
    "/sessions/{session_id}/asks/{number}",
    summary="Decline an ask",
    response_model=replies.Following,
    responses=described(403),
)
async def decline(owner: Owner, number: Number) -> Response:
    """Its follower is told that it no longer asks, and may ask again."""
    sharing.decline(owner, number)
    return json_reply(sharing.following_record(owner))


@router.delete(
    "/sessions/{session_id}/guests/{number}",
    summary="Take back what was handed over",
    response_model=replies.Following,
    responses=described(403),
)
async def take_back(owner: Owner, number: Number) -> Response:
    """The guest's id ends at once, and its streams get `handed` with the address to watch at."""
    sharing.take_back(owner, number)
    return json_reply(sharing.following_record(owner))
