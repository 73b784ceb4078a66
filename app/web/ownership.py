"""What a browser made is its own: a cookie holds the ids of those sessions, the newest first.

They are drive ids that this browser was given anyway. An id of another kind in it leads nowhere.
"""

import re
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from fastapi.responses import Response

COOKIE = "backprop_visualizer_session"

MOST_OWN = 120
"""Sessions; beyond, those made first are no longer known as the browser's. Browsers keep 4 KB."""

_SECONDS = 365 * 24 * 60 * 60
_ID = re.compile(r"[\w-]{22}", re.ASCII)

AnyResponse = TypeVar("AnyResponse", bound=Response)


async def own_ids(request: Request) -> tuple[str, ...]:
    """The ids of the sessions that the visitor's browser made, as far as it still knows."""
    ids = request.cookies.get(COOKIE, "").split(".")
    return tuple(one for one in ids if _ID.fullmatch(one))[:MOST_OWN]


def made(response: AnyResponse, session_id: str, own: tuple[str, ...]) -> AnyResponse:
    """A response that tells the browser that a session is its own, beside those that are."""
    if session_id not in own:
        ids = ".".join([session_id, *own][:MOST_OWN])
        response.set_cookie(COOKIE, ids, max_age=_SECONDS, httponly=True, samesite="lax")
    return response


OwnIds = Annotated[tuple[str, ...], Depends(own_ids)]
