"""What can be wrong with a request to a session, in words for people."""

from collections.abc import Sequence


class SpecError(ValueError):
    """Input that makes no sense.

    errors: pairs (pointer, detail): which field, as a JSON pointer (RFC 6901) into what was sent,
    and what is wrong there and would be right.
    """

    def __init__(self, errors: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{pointer}: {detail}" for pointer, detail in errors))
        self.errors = list(errors)


class OutOfOrder(Exception):
    """An operation that its session cannot do now; the message says what to do first."""


class SessionNotFound(LookupError):
    """No session has this id (any more)."""


class TooManyWaiting(Exception):
    """More requests wait for their turn at a session than it can queue."""


class ServerStops(Exception):
    """The server stops while an operation is under way, which is not done."""


class BranchNotFound(LookupError):
    """A session has no branch of this name. names: those that it has."""

    def __init__(self, name: str, names: Sequence[str]) -> None:
        super().__init__(name)
        self.name = name
        self.names = tuple(names)


class CannotKeep(Exception):
    """What was done cannot be written down, or what was written cannot be read.

    full: for want of room on the disk.
    """

    def __init__(self, reason: str, *, full: bool = False) -> None:
        super().__init__(reason)
        self.full = full


class CannotRestore(Exception):
    """A session that is kept, but that this version of the program cannot make sense of."""
