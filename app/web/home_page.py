"""The page that lists the sessions kept here, and what its buttons do to them: plain forms all."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.core.entry import Entry
from app.core.losses import LOSSES
from app.core.optimizers import OPTIMIZERS
from app.language import _, ngettext
from app.session.errors import SessionNotFound, SpecError
from app.session.kept import Listed
from app.session.limits import MAX_NAME
from app.session.naming import can_be_shown, tidied
from app.session.presets import DEFAULT
from app.session.store import SessionStore
from app.web.data_panel import preset_choices
from app.web.fields import Selectable
from app.web.figures import count, figure
from app.web.ownership import OwnIds, made
from app.web.pages import preset_spec
from app.web.rendering import render
from app.web.security import comes_from_this_machine
from app.web.sessions import Owned, Owner, Store, check_owns, driving
from app.web.sharing import how_many_follow
from app.web.sparkline import Sparkline, sparkline
from app.web.titles import shown_name

router = APIRouter(include_in_schema=False)

ON_A_PAGE = 50
"""Sessions that are shown at once."""


@dataclass(frozen=True)
class KeptSession:
    """A session in the list. typed: its name as people gave it. used: how long ago. own: the
    visitor's. state: what it does at present, or "".
    """

    address: str
    name: str
    typed: str
    network: str
    state: str
    used: str
    own: bool
    epoch: str
    cost: str
    curve: Sparkline


@dataclass(frozen=True)
class Deleted:
    """A session that has just been deleted. undo: the address that brings it back."""

    said: str
    undo: str


@dataclass(frozen=True)
class SessionList:
    """The sessions kept here, last used first, and what a new one can start from.

    search: what their names are to hold; searchable: whether there are enough to search in. said:
    how many there are. earlier, later: the addresses of the pages before and after this one, or "".
    rule: how long they are kept. most: characters of a name.
    """

    sessions: tuple[KeptSession, ...]
    presets: tuple[Selectable, ...]
    search: str
    searchable: bool
    said: str
    earlier: str
    later: str
    rule: str
    most: int
    deleted: Deleted | None


@router.get("/sessions")
async def session_list(
    request: Request,
    store: Store,
    own: OwnIds,
    search: str = "",
    page: str = "",
    deleted: str = "",
) -> Response:
    """The sessions kept here: on this machine all, elsewhere those that the visitor's browser made.

    search: what their names are to hold. page: counted from 1. deleted: one that was just deleted.
    """
    among = None if comes_from_this_machine(request.scope) else own
    search = search.strip()[:MAX_NAME]
    number = max(0, int(page[:6]) - 1) if page.isdecimal() else 0
    total, every = store.kept.count(search, among=among), store.kept.count(among=among)
    number = min(number, max(0, ceil(total / ON_A_PAGE) - 1))
    found = store.listed(search, among=among, first=number * ON_A_PAGE, most=ON_A_PAGE)
    days = request.app.state.settings.keep_days
    listed = SessionList(
        sessions=tuple(_kept(one, store, own) for one in found),
        presets=preset_choices(),
        search=search,
        searchable=bool(search) or every > ON_A_PAGE // 5,
        said=_said(search, number, total),
        earlier=_address(search, number - 1) if number > 0 else "",
        later=_address(search, number + 1) if (number + 1) * ON_A_PAGE < total else "",
        rule=_rule(days, memory=store.database.path is None),
        most=MAX_NAME,
        deleted=_deleted(store, deleted),
    )
    return render("sessions.html", {"page": listed})


@router.post("/sessions")
async def new_session(
    store: Store, own: OwnIds, preset: Annotated[str, Form()] = DEFAULT
) -> Response:
    """A new session from a preset."""
    session = store.add(preset_spec(preset))
    return made(RedirectResponse(driving(session).address, 303), session.id, own)


@router.post("/sessions/{session_id}/rename")
async def rename_session(owner: Owner, name: Annotated[str, Form()] = "") -> Response:
    """Give a session another name."""
    session, plain = owner.session, tidied(name)
    if not plain or not can_be_shown(plain):
        detail = _("Give a name of 1 to {most} characters that can be seen.").format(most=MAX_NAME)
        raise SpecError([("/name", detail)])
    # The spec to change is that of the moment when the turn has come, whatever others did before.
    await session.perform(
        lambda: session.change_spec(session.spec.model_copy(update={"name": plain}))
    )
    return RedirectResponse("/sessions", 303)


@router.post("/sessions/{session_id}/copy")
async def copy_session(session_id: Owned, store: Store, own: OwnIds) -> Response:
    """Another session with the same branches."""
    listed = store.one(session_id)
    if listed is None:
        raise SessionNotFound(session_id)
    name = _("{name} (copy)").format(name=shown_name(listed.name))
    copied = store.copy(session_id, name[-MAX_NAME:])
    return made(RedirectResponse("/sessions", 303), copied, own)


@router.post("/sessions/{session_id}/delete")
async def delete_session(session_id: Owned, store: Store) -> Response:
    """End a session; for a day it can be brought back."""
    store.delete(session_id, for_good=False)
    return RedirectResponse(f"/sessions?{urlencode({'deleted': session_id})}", 303)


@router.post("/sessions/{session_id}/bring-back")
async def bring_back_session(session_id: str, store: Store) -> Response:
    """Undo that a session was deleted."""
    check_owns(store.resolve(session_id)[1])
    store.kept.bring_back(session_id)
    return RedirectResponse("/sessions", 303)


def _kept(listed: Listed, store: SessionStore, own: Sequence[str]) -> KeptSession:
    session, state = store.live(listed.id), ""
    if session is not None and session.playing is not None:
        state = _("playing")
    elif session is not None and session.following.watching:
        state = how_many_follow(session)
    sizes = "–".join(str(size) for size in listed.sizes)
    return KeptSession(
        address=f"/sessions/{listed.id}",
        name=shown_name(listed.name),
        typed=listed.name,
        network=f"{sizes} · {_title(OPTIMIZERS, listed.optimizer)} · {_title(LOSSES, listed.loss)}",
        state=state,
        used=_ago(time.time() - listed.used),
        own=listed.id in own,
        epoch=count(listed.epoch),
        cost=figure(listed.cost),
        curve=sparkline(listed.curve, listed.epoch),
    )


def _title(catalog: Mapping[str, Entry], name: str) -> str:
    """What people call something of a catalog; its name where another version kept it there."""
    found = catalog.get(name)
    return name if found is None else _(found.title)


def _deleted(store: SessionStore, session_id: str) -> Deleted | None:
    name = store.kept.deleted_name(session_id)
    if name is None:
        return None
    said = _("“{name}” was deleted. It can be brought back for a day.")
    return Deleted(said.format(name=shown_name(name)), f"/sessions/{session_id}/bring-back")


def _said(search: str, number: int, total: int) -> str:
    """Which of them are shown, where that is not plain to see."""
    if search and total == 0:
        return _("No session's name holds “{search}”.").format(search=search)
    if total > ON_A_PAGE:
        first = number * ON_A_PAGE
        return _("{first} to {last} of {total}").format(
            first=first + 1, last=min(first + ON_A_PAGE, total), total=count(total)
        )
    return ""


def _rule(days: float, *, memory: bool) -> str:
    if memory:
        return _("These sessions are kept until the server stops: it was started with --memory.")
    return ngettext(
        "Sessions are kept on this machine. One that nobody has used for {days} day is deleted.",
        "Sessions are kept on this machine. One that nobody has used for {days} days is deleted.",
        round(days),
    ).format(days=f"{days:g}")


def _address(search: str, number: int) -> str:
    query = {"search": search} if search else {}
    return "/sessions?" + urlencode({**query, "page": number + 1})


def _ago(seconds: float) -> str:
    """How long ago, in the largest unit that fits."""
    minutes = int(seconds / 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return _("{minutes} min ago").format(minutes=minutes)
    if minutes < 24 * 60:
        return _("{hours} h ago").format(hours=minutes // 60)
    days = minutes // (24 * 60)
    return ngettext("{days} day ago", "{days} days ago", days).format(days=days)
