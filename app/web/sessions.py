"""Where the routes find the server's sessions and its player."""

from typing import Annotated, cast

from fastapi import Depends, Path, Request

from app.session.play import Player
from app.session.session import Session
from app.session.store import SessionStore


async def session_store(request: Request) -> SessionStore:
    """The server's sessions."""
    return cast(SessionStore, request.app.state.store)


async def session_player(request: Request) -> Player:
    """What plays the server's sessions."""
    return cast(Player, request.app.state.player)


Store = Annotated[SessionStore, Depends(session_store)]
SessionPlayer = Annotated[Player, Depends(session_player)]


async def named_session(
    request: Request, session_id: Annotated[str, Path(description="The session's id.")]
) -> Session:
    """The session that the path names. Raises SessionNotFound."""
    return cast(SessionStore, request.app.state.store).get(session_id)


Named = Annotated[Session, Depends(named_session)]
