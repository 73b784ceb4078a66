"""What one follower alone is told: who it is, what became of its ask, and where to go on."""

from collections.abc import Mapping
from typing import Any

from app.session.following import Follower
from app.web import panels
from app.web.sessions import Visit
from app.web.sharing import following_record, page_of


class OwnNews:
    """Of one event stream."""

    def __init__(self, visit: Visit, follower: Follower) -> None:
        self._visit = visit
        self._follower = follower

    @property
    def look(self) -> str | None:
        """The parameter or unit that it looks at by itself."""
        return self._follower.chosen

    def events(self) -> dict[str, Any]:
        """The data of events by their names, as they are now; one is sent when it has changed."""
        follower, session = self._follower, self._visit.session
        watching = session.following.watching
        told: dict[str, Any] = {"viewers": {"count": session.viewers, "watching": watching}}
        told["follower"] = {"id": follower.id}
        if follower.role == "watch":
            told["ask"] = {"waiting": follower.ask is not None}
        if follower.sent_to is not None:
            told["handed"] = {"address": page_of(follower.sent_to), "id": follower.sent_to}
        if self._visit.owns:
            told["following"] = following_record(self._visit)
        return told

    def html(self, news: Mapping[str, Any]) -> str:
        """The partials that belong to those of these events that are new."""
        return panels.who_follows(self._visit) if "following" in news else ""
