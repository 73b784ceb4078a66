"""The links of a session, who follows it, and how it is handed over and taken back."""

from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException

from app.language import _, ngettext
from app.session.errors import OutOfOrder, SpecError
from app.session.explanation import known_parameter
from app.session.following import MAX_ASKER_NAME, Ask, Follower
from app.session.links import MAX_GUESTS, Guest
from app.session.naming import cleaned
from app.session.session import Session
from app.session.unit_explanation import known_unit
from app.web.figures import count
from app.web.sessions import Visit


@dataclass(frozen=True)
class Followers:
    """Who follows at this moment. said: how many, in words."""

    said: str
    asks: tuple[Ask, ...]
    guests: tuple[Guest, ...]


@dataclass(frozen=True)
class Sharing:
    """What the owner of a session can hand out. note: where the links lead nobody else yet."""

    watch: str
    drive: str
    note: str
    followers: Followers


def sharing(visit: Visit) -> Sharing:
    """Of an owner's visit."""
    return Sharing(
        watch=visit.origin + page_of(visit.session.watch_id),
        drive=visit.origin + page_of(visit.session.id),
        note=_(
            "These links work on this machine only. For others, start the server with --host and "
            "this machine's address in your network, and open the page by that."
        )
        if visit.on_loopback
        else "",
        followers=followers(visit),
    )


def followers(visit: Visit) -> Followers:
    """Who follows, as the owner sees it."""
    following = visit.session.following
    said = how_many_follow(visit.session) if following.watching else _("Nobody follows yet")
    return Followers(
        said,
        following.asks,
        visit.links.guests(visit.session.id),
    )


def how_many_follow(session: Session) -> str:
    """By the link to watch, in words."""
    watching = session.following.watching
    text = ngettext("{count} person follows", "{count} people follow", watching)
    return text.format(count=count(watching))


def following_record(visit: Visit) -> dict[str, Any]:
    """The same as the API writes it."""
    found = followers(visit)
    return {
        "watch_id": visit.session.watch_id,
        "watching": visit.session.following.watching,
        "asks": [{"number": ask.number, "name": ask.name} for ask in found.asks],
        "guests": [{"number": guest.number, "name": guest.name} for guest in found.guests],
    }


# What a follower may do


def look(visit: Visit, follower_id: str, parameter: str | None, unit: str | None) -> None:
    """Let a follower look at a parameter or unit by itself; neither for what the class looks at.

    Raises SpecError with near names where there is none of this name.
    """
    run, follower = visit.session.run, _follower(visit, follower_id)
    if parameter is not None and unit is not None:
        raise SpecError([("/unit", _("Choose a parameter or a unit, not both."))])
    if parameter is not None:
        known_parameter(run, parameter, "/parameter")
    if unit is not None:
        known_unit(run, unit, "/unit")
    visit.session.following.look(follower, parameter if unit is None else unit)


def ask(visit: Visit, follower_id: str, name: str) -> None:
    """Ask to drive, under a name. Raises OutOfOrder for one who drives already."""
    if visit.drives:
        raise OutOfOrder(_("This link drives already: there is no need to ask."))
    plain = cleaned(name)
    if not 0 < len(plain) <= MAX_ASKER_NAME:
        detail = _("Give a name of at most {most} characters.").format(most=MAX_ASKER_NAME)
        raise SpecError([("/name", detail)])
    visit.session.following.ask(_follower(visit, follower_id), plain)


def withdraw(visit: Visit, follower_id: str) -> None:
    """Ask no more."""
    visit.session.following.withdraw(_follower(visit, follower_id))


# What the owner answers


def hand_over(visit: Visit, number: int) -> None:
    """Let one who asks drive: its page goes on by an id of its own."""
    session = visit.session
    asker = _asker(visit, number)
    assert asker.ask is not None
    guest = visit.links.hand_over(session.id, asker.ask.name)
    if guest is None:
        detail = _("At most {most} may drive beside you. Take it back from somebody first.")
        raise OutOfOrder(detail.format(most=MAX_GUESTS))
    session.following.send(asker, guest.id)


def decline(visit: Visit, number: int) -> None:
    """Not now: the ask goes."""
    visit.session.following.withdraw(_asker(visit, number))


def take_back(visit: Visit, number: int) -> None:
    """End what was handed over: the guest's page goes back to watching."""
    session = visit.session
    guest = visit.links.take_back(session.id, number)
    if guest is None:
        raise HTTPException(404, _("There is no such guest any more."))
    session.following.send_all(guest.id, session.watch_id)


def _follower(visit: Visit, follower_id: str) -> Follower:
    """Raises 404 for a stream that has ended, or is another link's."""
    follower = visit.session.following.get(follower_id)
    if follower is None or follower.link != visit.id:
        raise HTTPException(404, _("This event stream has ended. Follow the events again first."))
    return follower


def _asker(visit: Visit, number: int) -> Follower:
    asker = visit.session.following.asker(number)
    if asker is None:
        raise HTTPException(404, _("Nobody asks by this number any more."))
    return asker


def page_of(some_id: str) -> str:
    """The address of the page of a session, by one of its ids."""
    return f"/sessions/{some_id}"
