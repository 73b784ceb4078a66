"""The links to sessions: who comes by which id, and what the id allows.

Three kinds of ids lead to a session, 128 unguessable bits each. The drive id is the session's own.
The watch id, one for each session, only shows. A guest's drive id is handed over for a while and
can be taken back. None of them tells anything about another.
"""

import secrets
from dataclasses import dataclass
from typing import Literal, TypeAlias

Role: TypeAlias = Literal["drive", "guest", "watch"]
"""drive: may do everything. guest: may do what a driver does with the network, and no more."""

MAX_GUESTS = 8
"""Guests at once in one session."""


def new_id() -> str:
    """128 bits that nobody can guess, for an address."""
    return secrets.token_urlsafe(16)


@dataclass(frozen=True)
class Guest:
    """One to whom a session was handed over. number: counted from 1, by which others name it."""

    number: int
    name: str
    id: str


class Links:
    """Which ids lead to which sessions.

    Watch ids are told to it when their session is made or read in again; guests live no longer
    than the server.
    """

    def __init__(self) -> None:
        self._watched: dict[str, str] = {}
        self._watch_ids: dict[str, str] = {}
        self._driven: dict[str, str] = {}
        self._guests: dict[str, dict[int, Guest]] = {}
        self._numbers = 0

    def add(self, session_id: str, watch_id: str) -> None:
        """Let a watch id lead to a session; it may be told more than once."""
        self._watched[watch_id] = session_id
        self._watch_ids[session_id] = watch_id

    def resolve(self, any_id: str) -> tuple[str, Role]:
        """The id of the session, and what this one allows.

        What is no watch id and no guest's is taken for a drive id; whether there is such a session
        is for the store to say.
        """
        if any_id in self._watched:
            return self._watched[any_id], "watch"
        if any_id in self._driven:
            return self._driven[any_id], "guest"
        return any_id, "drive"

    def guests(self, session_id: str) -> tuple[Guest, ...]:
        """Those who may drive at present, in the order in which they came."""
        return tuple(self._guests.get(session_id, {}).values())

    def hand_over(self, session_id: str, name: str) -> Guest | None:
        """Let somebody drive, by an id of his own; None where there are as many as may be."""
        guests = self._guests.setdefault(session_id, {})
        if len(guests) >= MAX_GUESTS:
            return None
        self._numbers += 1
        guest = Guest(self._numbers, name, new_id())
        guests[guest.number] = guest
        self._driven[guest.id] = session_id
        return guest

    def take_back(self, session_id: str, number: int) -> Guest | None:
        """End a guest's id; None where there is no such guest."""
        guest = self._guests.get(session_id, {}).pop(number, None)
        if guest is not None:
            del self._driven[guest.id]
        return guest

    def put_by(self, session_id: str) -> None:
        """Let go of the watch id of a session that leaves memory; its guests stay."""
        watch_id = self._watch_ids.pop(session_id, None)
        if watch_id is not None:
            del self._watched[watch_id]

    def forget(self, session_id: str) -> None:
        """End all ids of a session that is deleted."""
        for guest in self._guests.pop(session_id, {}).values():
            del self._driven[guest.id]
        self.put_by(session_id)
