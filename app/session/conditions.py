"""What there is to a request beside its operation: on which condition it may act, whether its
sender still may, and by which key it is known when it is sent again.

They are read where the operation has its turn, however far from the request that is.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

from app.session.position import Position


class Standing(Protocol):
    """A session, as far as a condition looks at it."""

    @property
    def position(self) -> Position:
        """Where it stands."""

    def state(self) -> dict[str, Any]:
        """Its State, as the REST contract has it."""


Condition = Callable[[Standing], None]
"""Takes the session when the operation's turn has come; raises where it may not act then."""

condition: ContextVar[Condition | None] = ContextVar("condition", default=None)

permission: ContextVar[Callable[[], None] | None] = ContextVar("permission", default=None)
"""Raises where the sender's link was taken back while the request waited for its turn."""


@dataclass
class Once:
    """A request that its sender gave a key, so that it is done once however often it is sent.

    scope: whose keys are told apart from those of others: an id of a session, or "" for those that
    make and end sessions. fingerprint: tells the request from another with the same key. state:
    that of the session when the operation was done; None before.
    """

    scope: str
    key: str
    fingerprint: str
    state: dict[str, Any] | None = None


once: ContextVar[Once | None] = ContextVar("once", default=None)


def check(session: Standing) -> None:
    """Raise what the request's condition raises where it does not hold for ``session``, and what
    its sender's permission does where that has ended.
    """
    still_may = permission.get()
    if still_may is not None:
        still_may()
    holds = condition.get()
    if holds is not None:
        holds(session)


def done(session: Standing) -> None:
    """Leave the State with the request, after its operation."""
    request = once.get()
    if request is not None:
        request.state = session.state()
