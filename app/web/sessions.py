"""Where the routes find the server's sessions and its player, and who comes to a session."""

from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any, cast
from urllib.parse import urlsplit

from fastapi import Depends, Path, Request
from starlette.exceptions import HTTPException

from app.core.names import has_name
from app.language import _
from app.session import conditions
from app.session.errors import SessionNotFound
from app.session.links import Links, Role
from app.session.play import Player
from app.session.session import Session
from app.session.store import SessionStore
from app.web.security import LOOPBACK


async def session_store(request: Request) -> SessionStore:
    """The server's sessions."""
    return cast(SessionStore, request.app.state.store)


async def session_player(request: Request) -> Player:
    """What plays the server's sessions."""
    return cast(Player, request.app.state.player)


Store = Annotated[SessionStore, Depends(session_store)]
SessionPlayer = Annotated[Player, Depends(session_player)]


@dataclass(frozen=True)
class Visit:
    """Somebody at a session. id: the one that he came by, and the only one he is ever told.

    links: to the server's sessions. origin: scheme, host and port that he calls the server by.
    look: the parameter or unit that he looks at by himself; None for what all look at.
    """

    session: Session
    id: str
    role: Role
    links: Links = field(default_factory=Links)
    origin: str = ""
    look: str | None = None

    @property
    def drives(self) -> bool:
        """Whether he may act."""
        return self.role != "watch"

    @property
    def owns(self) -> bool:
        """Whether he may hand the session over, and end it."""
        return self.role == "drive"

    @property
    def address(self) -> str:
        """Of the page, as he may know it."""
        return f"/sessions/{self.id}"

    @property
    def on_loopback(self) -> bool:
        """Whether he calls the server by a name that other machines have for themselves."""
        return urlsplit(self.origin).hostname in LOOPBACK

    @property
    def chosen(self) -> str | None:
        """The name of the parameter or unit that is explained to him."""
        network = self.session.run.network
        own = self.look if self.look and has_name(network, self.look) else None
        return own or self.session.chosen

    def state(self) -> dict[str, Any]:
        """The State of the session, under the id that he came by."""
        return {**self.session.state(), "id": self.id}


def driving(session: Session) -> Visit:
    """The visit of the one whose session it is."""
    return Visit(session, session.id, "drive")


Id = Annotated[str, Path(description="The session's id: of its drive link or its watch link.")]
DriveId = Annotated[str, Path(description="The session's id: of its drive link.")]


async def _visit(request: Request, some_id: str) -> Visit:
    store = cast(SessionStore, request.app.state.store)
    session, role = await store.visit(some_id)
    origin = f"{request.scope['scheme']}://{request.headers.get('host', '')}"
    return Visit(session, some_id, role, store.links, origin)


def check_drives(role: Role) -> None:
    """Refuses one who may not act, with 403."""
    if role == "watch":
        raise HTTPException(
            403, _("This link is for watching. The one who drives moves everything here.")
        )


def check_owns(role: Role) -> None:
    """Refuses one whose session it is not, with 403."""
    check_drives(role)
    if role != "drive":
        raise HTTPException(
            403, _("Only the one whose session this is may end it or hand it over.")
        )


async def reader(request: Request, session_id: Id) -> Visit:
    """Anybody who knows an id of the session in the path. Raises SessionNotFound."""
    return await _visit(request, session_id)


async def driver_of(request: Request, session_id: DriveId) -> Visit:
    """One who may act on the session in the path. Raises SessionNotFound; 403 to a watcher."""
    visit = await _visit(request, session_id)
    check_drives(visit.role)
    if visit.role == "guest":
        conditions.permission.set(partial(_check_is_guest, visit.links, session_id))
    return visit


def _check_is_guest(links: Links, some_id: str) -> None:
    """Raises SessionNotFound where a guest's id was taken back."""
    _session_id, role = links.resolve(some_id)
    if role != "guest":
        raise SessionNotFound(some_id)


async def owner(request: Request, session_id: DriveId) -> Visit:
    """One who came by the session's own id. Raises SessionNotFound; 403 to all others."""
    visit = await _visit(request, session_id)
    check_owns(visit.role)
    return visit


async def owned(request: Request, session_id: DriveId) -> str:
    """The id of a session, given by the one whose it is; the session stays where it is, and need
    not be one that can be read. Raises SessionNotFound; 403 to all others.
    """
    store = cast(SessionStore, request.app.state.store)
    found, role = store.resolve(session_id)
    if not store.knows(found):
        raise SessionNotFound(found)
    check_owns(role)
    return found


Reader = Annotated[Visit, Depends(reader)]
Driver = Annotated[Visit, Depends(driver_of)]
Owner = Annotated[Visit, Depends(owner)]
Owned = Annotated[str, Depends(owned)]
