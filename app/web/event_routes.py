"""Where a session's events are followed: as JSON by scripts, with the panels' HTML by pages."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.exceptions import HTTPException

from app.language import _
from app.session.session import Session
from app.web import panels
from app.web.events import follow
from app.web.problems import described
from app.web.sessions import Named, Store

router = APIRouter()


async def _followed(request: Request, store: Store, session: Named) -> AsyncIterator[Session]:
    """The session that is followed, with its reader counted while the stream lasts.

    Refuses a stream beyond the limit before it begins.
    """
    if sum(kept.viewers for kept in store) >= request.app.state.settings.max_followers:
        detail = _("As many follow this server as it can serve. Try again when somebody has left.")
        raise HTTPException(429, detail)
    with session.followed():
        yield session


Followed = Annotated[Session, Depends(_followed)]
LastEventId = Annotated[str | None, Header(description="The id of the last event seen.")]


@router.get(
    "/api/sessions/{session_id}/events",
    tags=["events"],
    summary="Follow a session",
    response_class=EventSourceResponse,
    responses=described(404, 429),
)
async def session_events(
    request: Request, session: Followed, last_event_id: LastEventId = None
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events, each with JSON data: `spec`, `history`, `state`, `explanation` (where a
    parameter or unit is chosen), `viewers`, `ended`.

    `state` holds flat vectors (`parameters`, `gradients`, `updates`) as base64 of little-endian
    float32 in parameter order: layer by layer, the kernel row by row, then the bias. In Python:
    `numpy.frombuffer(base64.b64decode(state["parameters"]), "<f4")`.
    """
    async for event in follow(session, request.app.state.frames, last_event_id):
        yield event


@router.get(
    "/sessions/{session_id}/events",
    include_in_schema=False,
    response_class=EventSourceResponse,
)
async def page_events(
    request: Request, session: Followed, last_event_id: LastEventId = None
) -> AsyncIterator[ServerSentEvent]:
    """The same, with the HTML of the page's panels after each state."""
    frames = request.app.state.frames
    async for event in follow(
        session, frames, last_event_id, panels.PanelStream(request.app.state.panels)
    ):
        yield event
