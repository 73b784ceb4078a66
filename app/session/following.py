"""Who follows a session at this moment: its event streams, and who of them asks to drive."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from weakref import WeakMethod

from app.language import _
from app.session.errors import OutOfOrder
from app.session.links import Role, new_id

MAX_ASKS = 20
"""Followers who may ask to drive at once."""

MAX_ASKER_NAME = 40
"""Characters of the name that one asks by."""


@dataclass(frozen=True)
class Ask:
    """Somebody would like to drive. number: counted from 1, by which the driver answers."""

    number: int
    name: str


@dataclass(eq=False)
class Follower:
    """One event stream. link: the id it came by.

    chosen: the parameter or unit that it looks at by itself; None for what the class looks at.
    sent_to: the id at whose address its page is to go on.
    """

    link: str
    role: Role
    chosen: str | None = None
    ask: Ask | None = None
    sent_to: str | None = None
    id: str = field(default_factory=new_id)


class Following:
    """The followers of one session; all of it goes with their streams.

    changed: a method, called after each change, so that the streams look what is new. What it is
    a method of is not held: a session that leaves memory is to take none from then on.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._owner_changed = WeakMethod(changed)
        self._followers: dict[str, Follower] = {}
        self._numbers = 0

    def _changed(self) -> None:
        changed = self._owner_changed()
        if changed is not None:
            changed()

    @contextmanager
    def joined(self, follower: Follower) -> Iterator[Follower]:
        """Around the time that a stream lasts."""
        self._followers[follower.id] = follower
        self._changed()
        try:
            yield follower
        finally:
            del self._followers[follower.id]
            self._changed()

    def get(self, follower_id: str) -> Follower | None:
        """The follower whose stream was told this id, while it lasts."""
        return self._followers.get(follower_id)

    def came_by(self, link: str) -> int:
        """How many follow by this id."""
        return sum(follower.link == link for follower in self._followers.values())

    @property
    def watching(self) -> int:
        """How many follow by the watch link."""
        return sum(follower.role == "watch" for follower in self._followers.values())

    @property
    def asks(self) -> tuple[Ask, ...]:
        """Those who ask to drive, the first to ask first."""
        asks = [follower.ask for follower in self._followers.values() if follower.ask]
        return tuple(sorted(asks, key=lambda ask: ask.number))

    def ask(self, follower: Follower, name: str) -> None:
        """Ask to drive. Raises OutOfOrder where as many ask as may; asking again changes the
        name.
        """
        if follower.ask is None and len(self.asks) >= MAX_ASKS:
            raise OutOfOrder(_("Many ask to drive already. Try again in a moment."))
        if follower.ask is None:
            self._numbers += 1
        number = follower.ask.number if follower.ask else self._numbers
        follower.ask = Ask(number, name)
        self._changed()

    def asker(self, number: int) -> Follower | None:
        """The follower with this ask, if it still asks."""
        for follower in self._followers.values():
            if follower.ask and follower.ask.number == number:
                return follower
        return None

    def withdraw(self, follower: Follower) -> None:
        """End its ask."""
        follower.ask = None
        self._changed()

    def look(self, follower: Follower, name: str | None) -> None:
        """Let it look at a parameter or unit by itself, or again at what the class looks at."""
        follower.chosen = name
        self._changed()

    def send(self, follower: Follower, link: str) -> None:
        """Let its page go on at the address of another id."""
        follower.ask, follower.sent_to = None, link
        self._changed()

    def send_all(self, link: str, to: str) -> None:
        """The same for all who came by the id ``link``, which has ended."""
        for follower in self._followers.values():
            if follower.link == link:
                follower.sent_to = to
        self._changed()
