"""The pages that open what was sent, and that show the link to send."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from app.language import _
from app.session.errors import OutOfOrder
from app.session.opening import opened
from app.session.parcel import MAX_LINK, MAX_TEXT, NotOpened, of_file, of_text
from app.web.figures import count
from app.web.ownership import OwnIds, made
from app.web.rendering import render
from app.web.sending import PAGE, Packing
from app.web.sessions import Reader, Store, driving
from app.web.titles import title

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Opening:
    """The page that takes a link or a file. most: bytes of a file. link: as it was pasted.

    refused: why it could not be opened, and errors: what is wrong within it, with its place.
    """

    most: int = MAX_TEXT
    link: str = ""
    refused: str = ""
    errors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class LinkPage:
    """The link that carries a session, to be copied by hand. back: the session's page.

    refused: why there is no link.
    """

    name: str
    link: str
    refused: str
    length: str
    file: str
    back: str


@router.get(PAGE)
async def opening_page() -> Response:
    """Takes a link or a file; one in the page's own address is opened by its script."""
    return render("open.html", {"page": Opening()})


@router.post(PAGE)
async def open_what_was_sent(request: Request, store: Store, own: OwnIds) -> Response:
    """Make a session of what was pasted or uploaded, and go to its page."""
    form = await request.form(max_part_size=MAX_TEXT)
    pasted, file = form.get("link"), form.get("file")
    link = pasted if isinstance(pasted, str) else ""
    try:
        if isinstance(file, UploadFile) and file.size:
            content = await file.read()
            session = await opened(lambda: of_file(_text_of(content)))
        elif link.strip():
            session = await opened(lambda: of_text(link))
        else:
            chosen = isinstance(file, UploadFile) and file.filename
            raise NotOpened(
                _("This file is empty. Give one that was downloaded here.")
                if chosen
                else _("Paste a link, or choose a file.")
            )
        store.keep(session)
    except NotOpened as refused:
        page = Opening(
            link=link if len(link) <= MAX_LINK else "",
            refused=refused.sentence,
            errors=tuple(refused.errors[1:]),
        )
        return render("open.html", {"page": page}, 422)
    return made(RedirectResponse(driving(session).address, 303), session.id, own)


@router.get("/sessions/{session_id}/link")
async def link_page(reader: Reader, packer: Packing) -> Response:
    """The link that carries a session, where no script can copy it."""
    link = refused = ""
    try:
        link = await packer.link_of(reader)
    except OutOfOrder as too_large:
        refused = str(too_large)
    page = LinkPage(
        name=title(reader.session),
        link=link,
        refused=refused,
        length=count(len(link)),
        file=f"/api{reader.address}/file",
        back=reader.address,
    )
    return render("link.html", {"page": page})


def _text_of(content: bytes) -> str:
    """Raises NotOpened for what is no text."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotOpened(_("This file is not text. Give one that was downloaded here.")) from None
