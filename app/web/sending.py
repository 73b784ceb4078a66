"""What carries the present branch of a session: the text of its file, and its link."""

import asyncio
import math
from collections.abc import Callable
from functools import partial
from typing import Annotated, NamedTuple, cast
from weakref import WeakKeyDictionary

from fastapi import Depends, Request

from app.language import current_language
from app.session.errors import OutOfOrder
from app.session.parcel import Sendable, file_of, fragment_of, sendable
from app.session.session import Session
from app.session.turns import in_time
from app.web.sessions import Visit

PAGE = "/open"
"""Where links lead; what they carry stands in the fragment."""

MOST_CHARACTERS = 32_000_000
"""Of all that is kept, so that it is packed once however often it is asked for."""

Pack = Callable[[Sendable], str]

_Way = tuple[Pack, str]
"""What is made of a session, and the language that it is refused in."""


class _Packed(NamedTuple):
    """What was made of a session at a version of it. refused: why nothing was."""

    version: int
    text: str
    refused: str


class Packer:
    """Packs sessions: anybody who may look at one may ask for it, however large it is.

    That is done in a thread, one at a time, while the session goes on; and once for each version.
    """

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._kept: WeakKeyDictionary[Session, dict[_Way, _Packed]]
        self._kept = WeakKeyDictionary()
        self._characters = 0

    async def file_of(self, session: Session) -> str:
        """The text of its file. Raises OutOfOrder where it is too large to be sent."""
        return await self._packed(session, file_of)

    async def link_of(self, visit: Visit) -> str:
        """An address that carries it. Raises OutOfOrder where it is too large for a link."""
        return f"{visit.origin}{PAGE}#{await self._packed(visit.session, fragment_of)}"

    async def _packed(self, session: Session, pack: Pack) -> str:
        way = (pack, current_language())
        version, sent = await session.read(lambda: (session.version, sendable(session)))
        async with self._lock:
            packed = self._kept_of(session, way, version)
            if packed is None:
                file = self._kept_of(session, (file_of, way[1]), version)
                if file is not None:  # then it is the link that is made, of the same text
                    pack = partial(fragment_of, text=file.text)
                packed = await in_time(partial(_pack, version, sent, pack), math.inf)
                self._keep(session, way, packed)
        if packed.refused:
            raise OutOfOrder(packed.refused)
        return packed.text

    def _kept_of(self, session: Session, way: _Way, version: int) -> _Packed | None:
        packed = self._kept.get(session, {}).get(way)
        return packed if packed is not None and packed.version == version else None

    def _keep(self, session: Session, way: _Way, packed: _Packed) -> None:
        self._characters += len(packed.text)
        if self._characters > MOST_CHARACTERS:
            self._kept.clear()
            self._characters = len(packed.text)
        self._kept.setdefault(session, {})[way] = packed


async def packer(request: Request) -> Packer:
    """What packs the server's sessions."""
    return cast(Packer, request.app.state.packer)


Packing = Annotated[Packer, Depends(packer)]


def _pack(version: int, sent: Sendable, pack: Pack) -> _Packed:
    try:
        return _Packed(version, pack(sent), "")
    except OutOfOrder as refused:
        return _Packed(version, "", str(refused))
