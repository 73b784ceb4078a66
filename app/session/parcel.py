"""A session as a text that can be sent, without a server that remembers it: as a file or a link.

A parcel is plain data: the recording of the present branch, where the session stands in it, what
it shows, and a digest. The digest tells what was damaged on the way, not what was made up: anybody
can compute one, so whatever is in a parcel is checked as if a stranger had sent it. A link is the
same, packed, as the fragment of an address, which browsers keep to themselves.
"""

import base64
import binascii
import hashlib
import json
import re
import zlib
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app import __version__
from app.language import _
from app.session.errors import OutOfOrder, SpecError
from app.session.naming import Name
from app.session.parsing import field_errors
from app.session.recording import Moment, Recording
from app.session.session import Session
from app.session.spec import InlineData
from app.session.transcript import MOST_UPDATES, told

FORMAT = "backprop-visualizer session"
VERSION = 1
"""Of the format: up by one when older programs can no longer read what is written."""

MARK = "bpv"
"""A link goes on from this with the version, a dot, and what is packed."""

MAX_LINK = 64 * 1024
"""Characters of what a link carries."""

MAX_UNPACKED = 1_000_000
"""Characters of the parcel in a link. Anybody can make a short link that unpacks to many."""

MAX_TEXT = 7_900_000
"""Characters of a parcel as a text, which fits in the body of one request."""

LEAST_EDIT = 40
LEAST_SPEC = 300
"""Characters that a change of either kind takes at least."""

AT_ONCE = 50
"""Elements of a list that are written in one piece."""

MOST_NAMED = 80
"""Characters of a program's version that is repeated to people."""

_LINK = re.compile(rf"{MARK}([0-9]+)\.([A-Za-z0-9_-]*)")
_Count = Annotated[int, Field(ge=0, le=MOST_UPDATES)]


class _InParcel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Place(_InParcel):
    """A moment of the recording (``Moment``)."""

    changes: _Count
    update: _Count
    progress: _Count = 0


class Contents(_InParcel):
    """What of a session is sent. The recording is as ``transcript.told`` tells it."""

    recording: dict[str, Any]
    at: Place = Field(description="Where the session stands.")
    name: Name | None = Field(None, description="What a person called it, if not as its spec does.")
    branch: str | None = Field(None, description="What the branch is called, where it was named.")
    focus: _Count = Field(0, description="The training example that is shown.")
    chosen: str | None = Field(None, description="The parameter or unit that is explained.")


class Parcel(_InParcel):
    """A session to be opened anywhere: the content of a file."""

    format: Literal["backprop-visualizer session"]
    version: int = Field(ge=1, description="Of the format.")
    program: str = Field(max_length=MOST_NAMED, description="Version of what wrote it.")
    session: Contents
    digest: str = Field(description="Of all the rest; it tells what was damaged on the way.")


class NotOpened(SpecError):
    """A parcel that is refused. sentence: why, for people.

    errors: the faults within it, where it is whole but makes no sense.
    """

    def __init__(self, sentence: str, errors: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__([("", sentence), *errors])
        self.sentence = sentence


# Out


class Sendable(NamedTuple):
    """A session at one moment, as what is sent of it follows from; the session may go on.

    at: where it stands in the recording. name, branch: where a person gave them.
    """

    recording: Recording
    at: Moment
    name: str | None
    branch: str | None
    focus: int
    chosen: str | None


def sendable(session: Session) -> Sendable:
    """A session as it is now, when no operation is under way."""
    timeline = session.timeline
    branch = timeline.branch
    return Sendable(
        recording=branch.recording,
        at=timeline.moment,
        name=session.given_name,
        branch=timeline.name if branch.named else None,
        focus=session.focus,
        chosen=session.chosen,
    )


def file_of(sent: Sendable) -> str:
    """The text of a file. Raises OutOfOrder where it would be too large to be opened again."""
    text = "" if least_characters(sent.recording) > MAX_TEXT else _text(sent)
    if not 0 < len(text) <= MAX_TEXT:
        raise OutOfOrder(_("This session is too large to be sent: its data are too many."))
    return text


def fragment_of(sent: Sendable, text: str = "") -> str:
    """What a link carries. Raises OutOfOrder where it would be too long.

    text: that of the file, where it is there already.
    """
    if not text and least_characters(sent.recording) <= MAX_UNPACKED:
        text = _text(sent)
    if 0 < len(text) <= MAX_UNPACKED:
        content = base64.urlsafe_b64encode(zlib.compress(text.encode(), 9))
        fragment = f"{MARK}{VERSION}.{content.decode().rstrip('=')}"
        if len(fragment) <= MAX_LINK:
            return fragment
    detail = _("This session is too large for a link. Download it instead and send the file.")
    raise OutOfOrder(detail)


def least_characters(recording: Recording) -> int:
    """What a parcel has at least, known without making it: no number or change takes fewer."""
    numbers = changes = 0
    data = recording.spec.data
    if isinstance(data, InlineData):
        numbers = sum(len(rows) * len(rows[0]) for rows in (data.inputs, data.targets) if rows)
    changes = sum(
        LEAST_EDIT if change.edit is not None else LEAST_SPEC for change in recording.changes
    )
    return 2 * numbers + changes


def _text(sent: Sendable) -> str:
    content = {**sent._asdict(), "recording": told(sent.recording), "at": sent.at._asdict()}
    parcel = _plain(
        {"format": FORMAT, "version": VERSION, "program": __version__, "session": content}
    )
    parcel["digest"] = _digest(parcel)
    return "".join(_written(parcel, _AS_IT_IS))


# In


def of_text(text: str) -> Any:
    """The parcel that somebody pasted or uploaded: a file's content, or a link with or without
    what stands around it. Raises NotOpened for what is none; ``contents`` looks into it.
    """
    return of_file(text) if text.lstrip().startswith("{") else of_link(text)


def of_link(text: str) -> Any:
    """The parcel in a link, or in its fragment alone. Raises NotOpened."""
    found = _LINK.search("".join(text.split()))  # mail breaks long lines
    if found is None:
        raise NotOpened(
            _("This is no link that carries a session: there is no {mark} in it.").format(
                mark=f"#{MARK}{VERSION}."
            )
        )
    version, content = found[1], found[2]
    if version != str(VERSION):
        raise _newer()
    if len(found[0]) > MAX_LINK:
        detail = _("This link is too long: {most} characters are possible. Ask for the file.")
        raise NotOpened(detail.format(most=f"{MAX_LINK:,}"))
    unpacking = zlib.decompressobj()
    try:
        unpacked = unpacking.decompress(_bytes(content), MAX_UNPACKED)
    except (zlib.error, binascii.Error):
        raise _damaged_link() from None
    if unpacking.unconsumed_tail:
        raise NotOpened(_("What this link carries is too large. Ask for the file instead."))
    if not unpacking.eof or unpacking.unused_data:
        raise _damaged_link()
    try:
        return _json(unpacked.decode())
    except (ValueError, RecursionError):
        raise hand_made([]) from None


def of_file(text: str) -> Any:
    """The parcel in a file's content. Raises NotOpened."""
    if len(text) > MAX_TEXT:
        raise NotOpened(_("This file is too large: no session has so many characters."))
    try:
        return _json(text)
    except (ValueError, RecursionError):
        raise (_damaged_file() if FORMAT in text[:1000] else _foreign()) from None


def contents(parcel: Any) -> Contents:
    """What is in a parcel, whole and of this version. Raises NotOpened."""
    if not isinstance(parcel, dict) or parcel.get("format") != FORMAT:
        raise _foreign()
    version = parcel.get("version")
    if isinstance(version, int) and version > VERSION:
        raise _newer(parcel.get("program"))
    rest = {name: value for name, value in parcel.items() if name != "digest"}
    try:
        whole = digest_of(rest) == parcel.get("digest")
    except (ValueError, OverflowError, RecursionError):  # no JSON, or such as nobody writes
        whole = False
    if not whole:
        raise _damaged_file()
    try:
        return Parcel.model_validate(parcel).session
    except ValidationError as error:
        raise hand_made(field_errors(error.errors(include_url=False), parcel)) from None


def hand_made(errors: Sequence[tuple[str, str]]) -> NotOpened:
    """The refusal of a parcel that is whole but makes no sense."""
    return NotOpened(
        _("This session makes no sense as it stands. It seems to have been made by hand."), errors
    )


def _newer(program: Any = None) -> NotOpened:
    known = isinstance(program, str) and len(program) <= MOST_NAMED and program.isprintable()
    return NotOpened(
        _(
            "This was made by a newer version of this program, {version}. Update this one to open "
            "it."
        ).format(version=program)
        if known
        else _("This was made by a newer version of this program. Update this one to open it.")
    )


def _foreign() -> NotOpened:
    return NotOpened(_("This is no session of this program. Give a file that was downloaded here."))


def _damaged_link() -> NotOpened:
    return NotOpened(
        _("This link was cut short or altered on the way. Copy all of it, from its source.")
    )


def _damaged_file() -> NotOpened:
    return NotOpened(
        _("This session was cut short or altered on the way. Download or copy it once more.")
    )


# Texts


def _json(text: str) -> Any:
    """Raises ValueError for what is no JSON, NaN among it, and RecursionError."""
    return json.loads(text, parse_constant=_refuse)


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def _bytes(content: str) -> bytes:
    return base64.b64decode(content + "=" * (-len(content) % 4), altchars=b"-_", validate=True)


def digest_of(rest: dict[str, Any]) -> str:
    """128 bits of the SHA-256 of a parcel's data, however its text is written."""
    return _digest(_plain(rest))


def _digest(plain: dict[str, Any]) -> str:
    digest = hashlib.sha256()
    for piece in _written(plain, _SORTED):
        digest.update(piece.encode())
    return digest.hexdigest()[:32]


_AS_IT_IS = json.JSONEncoder(allow_nan=False, separators=(",", ":"))
_SORTED = json.JSONEncoder(allow_nan=False, separators=(",", ":"), sort_keys=True)


def _written(data: Any, encoder: json.JSONEncoder) -> Iterator[str]:
    """JSON in pieces: no other thread gets on while one is written."""
    if isinstance(data, dict) and data:
        before = "{"
        for name in sorted(data) if encoder.sort_keys else data:
            yield f"{before}{encoder.encode(name)}:"
            yield from _written(data[name], encoder)
            before = ","
        yield "}"
    elif isinstance(data, list) and len(data) > AT_ONCE:
        before = "["
        for first in range(0, len(data), AT_ONCE):
            yield before + encoder.encode(data[first : first + AT_ONCE])[1:-1]
            before = ","
        yield "]"
    else:
        yield encoder.encode(data)


def _plain(data: Any) -> Any:
    """JSON data in which a number has one spelling: JavaScript, too, writes 1 where Python 1.0."""
    if isinstance(data, float):
        whole = data.is_integer() and abs(data) <= MOST_UPDATES and str(data) != "-0.0"
        return int(data) if whole else data
    if isinstance(data, dict):
        return {name: _plain(value) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(value) for value in data]
    if isinstance(data, int) and abs(data) > MOST_UPDATES:
        return float(data)
    return data
