"""Where a session's events are followed: as JSON by scripts, with the panels' HTML by pages."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException

from app.language import _, current_language
from app.web.channel import Channels, EventReader
from app.web.problems import described
from app.web.sessions import Reader, Store, Visit

router = APIRouter()

MOST_BY_A_LINK = 400
"""Event streams by one id, so that no link takes up the whole server."""


async def _follow(
    request: Request, store: Store, visit: Visit, *, page: bool
) -> AsyncIterator[EventReader]:
    """One who follows the session, counted while the stream lasts.

    Refuses a stream beyond the limit before it begins.
    """
    if sum(kept.viewers for kept in store) >= request.app.state.settings.max_followers:
        detail = _("As many follow this server as it can serve. Try again when somebody has left.")
        raise HTTPException(429, detail)
    if visit.session.following.came_by(visit.id) >= MOST_BY_A_LINK:
        detail = _("As many follow by this link as can. Try again when somebody has left.")
        raise HTTPException(429, detail)
    channels = cast(Channels, request.app.state.channels)
    with channels.reader(visit, page=page, language=current_language()) as reader:
        yield reader


async def _looking(
    reader: Reader,
    parameter: Annotated[str, Query(description="One that this stream explains.")] = "",
    unit: Annotated[str, Query(description="Or a unit; neither: what all look at.")] = "",
) -> Visit:
    """One who follows, and what he looks at by himself, if there is such a thing."""
    return replace(reader, look=parameter or unit or None)


Looking = Annotated[Visit, Depends(_looking)]


async def _script(request: Request, store: Store, visit: Looking) -> AsyncIterator[EventReader]:
    async for reader in _follow(request, store, visit, page=False):
        yield reader


async def _page(request: Request, store: Store, visit: Looking) -> AsyncIterator[EventReader]:
    async for reader in _follow(request, store, visit, page=True):
        yield reader


def _stream(reader: EventReader, last_event_id: str | None) -> StreamingResponse:
    # Bytes that are made once for everybody, and not FastAPI's ServerSentEvents, which it checks,
    # writes and hands through two more tasks for each reader.
    return StreamingResponse(
        reader.events(last_event_id),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


LastEventId = Annotated[str | None, Header(description="The id of the last event seen.")]

STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events without end",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.get(
    "/api/sessions/{session_id}/events",
    tags=["events"],
    summary="Follow a session",
    response_class=StreamingResponse,
    responses=STREAM | described(429),
)
async def session_events(
    reader: Annotated[EventReader, Depends(_script)], last_event_id: LastEventId = None
) -> StreamingResponse:
    """Server-sent events, each with JSON data: `spec`, `history` (to the end of what was recorded),
    `branches` (their names, and the curves of those that are compared), `state`, `explanation`
    (where a parameter or unit is chosen), `viewers` (`count`: event streams, `watching`: those by
    the watch id), `ended`; and what is told to this stream alone: `follower` (the id that it asks
    and looks by), `ask`, `handed`, and to the owner `following`. A `state` has `play_end` as State
    has it.

    `state` holds flat vectors (`parameters`, `gradients`, `updates`) as base64 of little-endian
    float32 in parameter order: layer by layer, the kernel row by row, then the bias. In Python:
    `numpy.frombuffer(base64.b64decode(state["parameters"]), "<f4")`.
    """
    return _stream(reader, last_event_id)


@router.get(
    "/sessions/{session_id}/events", include_in_schema=False, response_class=StreamingResponse
)
async def page_events(
    reader: Annotated[EventReader, Depends(_page)], last_event_id: LastEventId = None
) -> StreamingResponse:
    """The same, with the HTML of the page's panels after each state."""
    return _stream(reader, last_event_id)
