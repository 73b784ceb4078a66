"""What the forms around following do: to ask to drive, and to answer, as plain POSTs."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from app.web import sharing
from app.web.commands import done
from app.web.sessions import Owner, Reader

router = APIRouter(include_in_schema=False)

FollowerId = Annotated[str, Form(description="What the page's event stream was told.")]


@router.post("/sessions/{session_id}/ask")
async def ask(
    request: Request, reader: Reader, follower: FollowerId = "", name: Annotated[str, Form()] = ""
) -> Response:
    """Ask to drive."""
    sharing.ask(reader, follower, name)
    return done(request, reader)


@router.post("/sessions/{session_id}/ask/withdraw")
async def withdraw(request: Request, reader: Reader, follower: FollowerId = "") -> Response:
    """Ask no more."""
    sharing.withdraw(reader, follower)
    return done(request, reader)


@router.post("/sessions/{session_id}/asks/{number}/accept")
async def accept(request: Request, owner: Owner, number: int) -> Response:
    """Let one who asks drive."""
    sharing.hand_over(owner, number)
    return done(request, owner)


@router.post("/sessions/{session_id}/asks/{number}/decline")
async def decline(request: Request, owner: Owner, number: int) -> Response:
    """Not now."""
    sharing.decline(owner, number)
    return done(request, owner)


@router.post("/sessions/{session_id}/guests/{number}/end")
async def take_back(request: Request, owner: Owner, number: int) -> Response:
    """End what was handed over."""
    sharing.take_back(owner, number)
    return done(request, owner)
