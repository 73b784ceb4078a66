"""The present branch of a session as a file or a link that carries it, and back."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Body, Response
from pydantic import BaseModel, Field

from app.session.opening import opened
from app.session.parcel import Parcel, of_link
from app.session.session import Session
from app.web.api import replies
from app.web.api.answers import json_reply, state_reply
from app.web.problems import described
from app.web.sending import Packing
from app.web.sessions import Reader, Store
from app.web.titles import title

router = APIRouter(tags=["sharing"])

MOST_NAME = 60
"""Characters of a session's name in that of its file."""


class Link(BaseModel):
    """An address that carries a run in its fragment, which no server is ever sent."""

    link: str = Field(examples=["http://127.0.0.1:8000/open#bpv1.eNq9…"])


@router.get(
    "/sessions/{session_id}/file",
    summary="The present branch as a file",
    response_model=Parcel,
    responses=described(409),
)
async def get_file(reader: Reader, packer: Packing) -> Response:
    """All that the present branch follows from: its spec, the changes on the way and where it
    stands. `POST /api/sessions/open` makes a session of it on any server, the same to the bit.
    """
    content = await packer.file_of(reader.session)
    headers = {"Content-Disposition": _as_download(reader.session)}
    return Response(content, headers=headers, media_type="application/json")


@router.get(
    "/sessions/{session_id}/link",
    summary="The present branch as a link",
    response_model=Link,
    responses=described(409),
)
async def get_link(reader: Reader, packer: Packing) -> Response:
    """The same, packed, as an address of this server's page `/open`; elsewhere it is pasted into
    that server's own. 409 where it would be too long: then send the file.
    """
    return json_reply({"link": await packer.link_of(reader)})


@router.post(
    "/sessions/open",
    status_code=201,
    summary="Make a session of a file or a link",
    response_model=replies.State,
)
async def open_session(
    what: Annotated[
        dict[str, Any],
        Body(
            description="The content of a file, or a link.",
            openapi_examples={"link": {"value": {"link": "http://127.0.0.1:8000/open#bpv1.eNq9…"}}},
        ),
    ],
    store: Store,
) -> Response:
    """A new session that stands where the one stood that was sent. Its training is gone through
    again, so a long one takes a while; the reply's `Location` is the session's address.
    """
    link = what.get("link")
    if isinstance(link, str) and len(what) == 1:
        session = await opened(lambda: of_link(link))
    else:
        session = await opened(lambda: what)
    store.keep(session)
    return state_reply(session.state(), 201, {"Location": f"/api/sessions/{session.id}"})


def _as_download(session: Session) -> str:
    """The header that gives a download a name that any system can keep."""
    shown = title(session)[:MOST_NAME]
    plain = "".join(c if c.isalnum() or c in "-_+" else " " for c in shown)
    name = f"{' '.join(plain.split()) or 'session'}.backprop.json"
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"
