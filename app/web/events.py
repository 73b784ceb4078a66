"""The events that a session's followers are sent.

``spec`` (what is trained), ``history`` (entries since the last, up to the end of what was
recorded), ``branches`` (their names, and the curves of those that are compared), ``state`` (all
that is needed to draw the present instant), ``explanation`` (where a parameter or unit is chosen),
and for pages a message without a name, with the HTML of the panels that changed; beside these
``viewers`` and ``ended``. An id ``RUN-VERSION-EPOCHS`` says what its reader has seen, so that one
who comes back with ``Last-Event-ID`` gets what was missed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from fastapi.sse import format_sse_event
from pydantic_core import to_json

from app.language import use_language
from app.session.comparison import branches_frame, loss_since, what_is_compared
from app.session.frame import spec_frame, state_frame
from app.session.links import Role
from app.session.recording import Recording
from app.session.session import Session
from app.session.spec import Spec
from app.session.turns import INLINE_SECONDS
from app.web.panels import INSPECTOR, PanelStream
from app.web.sessions import Visit

HISTORY_AT_ONCE = 2000
"""History entries in one message; a newcomer to a longer run gets it thinned."""

# On an ordinary machine.
SECONDS_PER_SENT_ENTRY = 6e-6
SECONDS_PER_THINNED_ENTRY = 3e-8
SECONDS_PER_EXPLANATION = 0.0004
SECONDS_PER_PANELS = 0.0015

_ID = re.compile(r"(\d{1,9})-(\d{1,12})-(\d{1,12})", re.ASCII)


class Audience(NamedTuple):
    """Readers who are sent the very same, as far as they have seen the same before.

    id, role: of the link they came by. look: what they look at by themselves, as in a ``Visit``.
    page: they are sent the HTML of a page's panels too. language: what that is written in.
    """

    id: str
    role: Role
    look: str | None
    page: bool
    language: str


class Seen(NamedTuple):
    """What a reader has been sent. issue: the number of the last, 0 for none."""

    issue: int = 0
    run: int = 0
    version: int = 0
    epochs: int = 0

    @property
    def id(self) -> str:
        """The id of events, by which one who comes back tells what it has seen."""
        return f"{self.run}-{self.version}-{self.epochs}"

    @property
    def all_but_history(self) -> "Seen":
        """That of one who has seen the history so far, and is to be sent all else again."""
        return self._replace(issue=0)


def seen_before(session: Session, last_event_id: str | None) -> Seen:
    """What one has seen who comes back: at most the history, if it is still that of the session."""
    match = _ID.fullmatch(last_event_id or "")
    if match:
        run, version, epochs = map(int, match.groups())
        if run == session.runs and epochs <= session.history.recorded:
            return Seen(run=run, version=version, epochs=epochs)
    return Seen()


class Part(NamedTuple):
    """What is sent again only when it has changed. issue: the number of the one where it did."""

    text: str
    issue: int


@dataclass(frozen=True)
class Edition:
    """What only those of one audience are sent. explained: name and version of the explanation."""

    spec: Part
    explanation: Part | None
    explained: tuple[str | None, int]
    panels: dict[str, Part]


@dataclass(frozen=True)
class Issue:
    """A session at one version, as what its followers are sent.

    seen: what one has seen who has been sent it. compared: what ``branches`` tells of. recording,
    initial: what ``history`` tells beside its entries. parcels: the bytes for those of an audience
    who have seen so much before.
    """

    seen: Seen
    spec: Spec
    recording: Recording
    initial: dict[str, Any]
    state: str
    branches: Part
    compared: tuple[Any, ...]
    editions: dict[Audience, Edition] = field(default_factory=dict)
    parcels: dict[tuple[Audience, Seen], bytes] = field(default_factory=dict)


class Issues:
    """Makes the issues of one session, when no operation is under way."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._last: Issue | None = None
        self._streams: dict[Audience, PanelStream] = {}

    def forget(self, audience: Audience) -> None:
        """Nobody of this audience is left."""
        self._streams.pop(audience, None)

    def next(self, audiences: list[Audience]) -> Issue:
        """The session as it is now, ready for those of ``audiences`` who have seen the last."""
        session, last = self._session, self._last
        before = Seen() if last is None else last.seen
        # The version is taken before the frame is made: play may be paused meanwhile, and what is
        # then made is not of the version that is told next.
        seen = Seen(before.issue + 1, session.runs, session.version, session.history.recorded)
        compared = what_is_compared(session.timeline)
        if last is not None and last.compared == compared:
            branches = last.branches
        else:
            branches = Part(_json(branches_frame(session.timeline)), seen.issue)
        state = _json(state_frame(session))
        branch = session.timeline.branch
        told = (branch.recording, branch.at_end.initial)
        issue = Issue(seen, session.spec, *told, state, branches, compared)
        for audience in audiences:
            if audience not in issue.editions:
                self._edit(issue, audience, last)
            # Much history is packed for the first who wants it, in a thread.
            if self.seconds_to_pack(issue, audience, before) <= INLINE_SECONDS:
                self.pack(issue, audience, before)
        self._last = issue
        return issue

    def _edit(self, issue: Issue, audience: Audience, last: Issue | None) -> Edition:
        """Add the edition of an audience. last: the issue before, where it may have got one."""
        session, number = self._session, issue.seen.issue
        visit = Visit(session, audience.id, audience.role, look=audience.look)
        former = None if last is None else last.editions.get(audience)
        if former is not None and last is not None and last.spec is issue.spec:
            spec = former.spec
        else:
            spec = Part(_json(spec_frame(session) | {"id": audience.id}), number)
        explanation = session.explanation(visit.chosen)
        explained = (visit.chosen, explanation["version"] if explanation else 0)
        if former is not None and former.explained == explained:
            part = former.explanation
        else:
            part = Part(_json(explanation), number) if explanation else None
        panels: dict[str, Part] = {}
        if audience.page:
            if former is None:
                self._streams[audience] = PanelStream()
            elif audience in self._streams:
                panels = former.panels
            panels = panels | self._panels(issue, audience, visit, last)
        issue.editions[audience] = Edition(spec, part, explained, panels)
        return issue.editions[audience]

    def _panels(
        self, issue: Issue, audience: Audience, visit: Visit, last: Issue | None
    ) -> dict[str, Part]:
        """The panels that have changed. One who looks by himself shares all but the inspector."""
        shared: dict[str, Part] = {}
        if audience.look is not None:
            others = audience._replace(look=None)
            edition = issue.editions.get(others) or self._edit(issue, others, last)
            shared = {name: part for name, part in edition.panels.items() if name not in INSPECTOR}
        stream = self._streams.setdefault(audience, PanelStream())
        with use_language(audience.language):
            changed = stream.changed(visit) if audience.look is None else stream.inspected(visit)
        return shared | {name: Part(text, issue.seen.issue) for name, text in changed.items()}

    def seconds_to_make(self, audiences: Iterable[Audience]) -> float:
        """About how long the next issue takes."""
        editions = (
            SECONDS_PER_PANELS if audience.page else SECONDS_PER_EXPLANATION
            for audience in audiences
        )
        return self._session.seconds_of_a_look() + sum(editions)

    def seconds_to_pack(self, issue: Issue, audience: Audience, seen: Seen) -> float:
        """About how long it takes for one who has seen so much."""
        edition = 0.0 if audience in issue.editions else self.seconds_to_make([audience])
        entries = issue.seen.epochs - _since(issue, seen)
        thinned = SECONDS_PER_THINNED_ENTRY * entries if entries > HISTORY_AT_ONCE else 0.0
        return edition + thinned + SECONDS_PER_SENT_ENTRY * min(entries, HISTORY_AT_ONCE)

    def pack(self, issue: Issue, audience: Audience, seen: Seen) -> None:
        """Add the parcel for those of ``audience`` who have seen so much, where it is not there.

        Another issue will follow where the session has begun another run, so that the history of
        this one is gone; and where it has changed, and this one has no edition for the audience:
        one that was made now would not fit the state in it.
        """
        session, now, parcel = self._session, issue.seen, list[bytes]()
        if (audience, seen) in issue.parcels or now.run != session.runs:
            return
        edition = issue.editions.get(audience)
        if edition is None:
            if now.version != session.version:
                return
            edition = self._edit(issue, audience, None)
        spec_is_new = edition.spec.issue > seen.issue
        if spec_is_new:
            # The history is yet to come: whoever gets no further has not seen it.
            parcel.append(_event("spec", edition.spec.text, seen))
        since = _since(issue, seen)
        if seen.run != now.run or seen.epochs != now.epochs or spec_is_new:
            parcel.append(_event("history", self._history(issue, since), now))
        if issue.branches.issue > seen.issue:
            parcel.append(_event("branches", issue.branches.text, now))
        parcel.append(_event("state", issue.state, now))
        explanation = edition.explanation
        if explanation is not None and explanation.issue > seen.issue:
            parcel.append(_event("explanation", explanation.text, now))
        panels = edition.panels.values()
        if html := "".join(part.text for part in panels if part.issue > seen.issue):
            parcel.append(_event(None, html, now))
        issue.parcels[audience, seen] = b"".join(parcel)

    def _history(self, issue: Issue, since: int) -> str:
        until, history = issue.seen.epochs, self._session.history
        return _json(
            {
                "since": since,
                "loss_since": loss_since(issue.recording),
                "initial": issue.initial,
                "epochs": history.entries(since, most=HISTORY_AT_ONCE, until=until),
            }
        )


def _since(issue: Issue, seen: Seen) -> int:
    """The epoch after which the history is new to one who has seen so much."""
    same = seen.run == issue.seen.run and seen.epochs <= issue.seen.epochs
    return seen.epochs if same else 0


def event(name: str, data: Any, seen: Seen) -> bytes:
    """An event of JSON as it goes over the wire. seen: what its reader has seen when it came."""
    return _event(name, _json(data), seen)


def html_event(html: str, seen: Seen) -> bytes:
    """A message of HTML, which has no name."""
    return _event(None, html, seen)


def _event(name: str | None, data: str, seen: Seen) -> bytes:
    return format_sse_event(data_str=data, event=name, id=seen.id)


def _json(data: Any) -> str:
    """A number too large for a double becomes null: JSON has no other word for it."""
    return to_json(data, inf_nan_mode="null").decode()
