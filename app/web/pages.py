"""The pages, and the commands of their forms.

Every command is a plain form's POST: without scripts it answers with the way back to the page
(303), to htmx with nothing (204), since the new state arrives by the event stream like everybody
else's.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import UploadFile

from app.language import _, ngettext
from app.session.errors import SpecError
from app.session.presets import PRESETS
from app.session.session import Session
from app.session.spec import Spec
from app.web.commands import BY_LAYER, done
from app.web.fields import Draft
from app.web.forms import counted, edited_spec, errors_by_field, typed_number, uploaded_spec
from app.web.ownership import OwnIds, made
from app.web.panels import partials
from app.web.problems import Problem
from app.web.rendering import html, render
from app.web.sessions import Driver, Reader, Visit, driving
from app.web.workspace import workspace

router = APIRouter(include_in_schema=False)

PANELS = ("data", "model", "training")


@dataclass(frozen=True)
class ProblemPage:
    """What went wrong, for people. back: where to go on."""

    status: int
    title: str
    detail: str
    errors: tuple[Mapping[str, str], ...]
    back: str


# Pages


@router.get("/")
async def home(request: Request, own: OwnIds) -> Response:
    """The session that the visitor's browser made and that was last used, or its first."""
    session = await request.app.state.doorstep.session(own)
    return made(RedirectResponse(driving(session).address, 303), session.id, own)


@router.get("/sessions/{session_id}")
async def session_page(
    reader: Reader, by: str = "", parameter: str = "", unit: str = ""
) -> Response:
    """The workspace.

    by: "layer" where Forward and Backward are to go one layer at a time. parameter, unit: what one
    who watches looks at by himself.
    """
    session = reader.session
    visit = reader if reader.drives else replace(reader, look=parameter or unit or None)
    page = await session.read(
        lambda: workspace(visit, by_layer=by == BY_LAYER), session.seconds_of_a_look()
    )
    return render("workspace.html", {"page": page})


# Commands


@router.post("/sessions/{session_id}/preset")
async def choose_preset(
    request: Request, driver: Driver, preset: Annotated[str, Form()] = ""
) -> Response:
    """Start anew from a preset."""
    session = driver.session
    if preset:
        spec = preset_spec(preset)
        await session.perform(lambda: session.start_anew(spec), math.inf)
    return done(request, driver)


@router.post("/sessions/{session_id}/focus")
async def focus(
    request: Request,
    driver: Driver,
    example: Annotated[str, Form()] = "",
    go: Annotated[str, Form()] = "",
) -> Response:
    """Show another example, counted from 1."""
    session = driver.session
    count = len(session.run.examples.inputs)
    number = (go or example).strip()
    if not counted(number, count):
        detail = ngettext(
            "There is one example; give 1.", "Give the number of an example, 1 to {count}.", count
        )
        raise SpecError([("/example", detail.format(count=count))])
    await session.perform(lambda: session.set_focus(int(number) - 1))
    return done(request, driver)


@router.post("/sessions/{session_id}/choose")
async def choose(
    request: Request,
    driver: Driver,
    parameter: Annotated[str, Form()] = "",
    unit: Annotated[str, Form()] = "",
) -> Response:
    """Choose the parameter or unit that the inspector explains; none where nothing is named."""
    session = driver.session
    await session.perform(lambda: session.choose(parameter or None, unit=unit or None))
    return done(request, driver)


@router.post("/sessions/{session_id}/parameters")
async def edit_parameters(request: Request, driver: Driver) -> Response:
    """Set parameters: a field's name is the parameter's."""
    session = driver.session
    values = {
        name: typed_number(text, f"/{name}")
        for name, text in (await request.form()).items()
        if isinstance(text, str)
    }
    await session.perform(lambda: session.edit_parameters(values))
    return done(request, driver)


@router.post("/sessions/{session_id}/spec")
async def change_spec(request: Request, driver: Driver) -> Response:
    """Change the spec as a panel's form says; refused, the form comes back with its errors."""
    session = driver.session
    form = [(k, v) for k, v in (await request.form()).multi_items() if isinstance(v, str)]
    panel = next((v for k, v in form if k == "panel" and v in PANELS), "training")
    try:
        changed = await session.perform(
            lambda: _apply(session, edited_spec(session.spec, form)), math.inf
        )
    except SpecError as error:
        fields = dict(form)
        found = errors_by_field(session.spec, fields, error.errors, panel)
        return await _refused(request, driver, panel, Draft(fields, found))
    if not changed and "hx-request" in request.headers:
        # Nothing goes over the stream then, but an error that was shown has to go.
        page = await session.read(lambda: workspace(driver), session.seconds_of_a_look())
        return HTMLResponse("".join(partials(page, [panel])))
    return done(request, driver)


@router.post("/sessions/{session_id}/upload")
async def upload(request: Request, driver: Driver) -> Response:
    """Start anew with a table of somebody's own."""
    session = driver.session
    form = await request.form()
    text, file = form.get("text"), form.get("file")
    if isinstance(file, UploadFile) and file.size:
        text = _text_of(await file.read())
    columns = form.get("target_columns")
    table = {
        "text": text if isinstance(text, str) else "",
        "target_columns": columns if isinstance(columns, str) else "",
    }
    if text is None:
        detail = _(
            "This file is not text in UTF-8. Save the table as CSV in UTF-8 and choose it again."
        )
        return await _refused(request, driver, "data", Draft(table, {"upload": detail}))
    try:
        await session.perform(
            lambda: session.start_anew(uploaded_spec(session.spec, table)), math.inf
        )
    except SpecError as error:
        detail = " ".join(detail for _pointer, detail in error.errors)
        return await _refused(request, driver, "data", Draft(table, {"upload": detail}))
    return done(request, driver)


def _text_of(content: bytes) -> str | None:
    """The text that a file holds; None where it holds none."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


# Answers


def error_response(request: Request, found: Problem) -> Response:
    """A problem as a person sees it: a page, or to htmx a message at the edge of the page."""
    if "hx-request" in request.headers:
        details = [error.detail for error in found.errors or []] or [found.detail]
        return HTMLResponse(html("_toast.html", {"detail": " ".join(details)}), found.status)
    page = ProblemPage(
        status=found.status,
        title=_title(found),
        detail=found.detail,
        errors=tuple({"pointer": e.pointer, "detail": e.detail} for e in found.errors or []),
        back="/" if found.status == 501 else _back(request),
    )
    return render("error.html", {"problem": page}, found.status)


def _title(found: Problem) -> str:
    titles = {
        403: _("Watching only"),
        404: _("Nothing here"),
        409: _("Not yet"),
        413: _("Too large"),
        422: _("That does not fit"),
        429: _("Too much at once"),
        500: _("Something broke"),
        501: _("Cannot be opened here"),
    }
    return titles.get(found.status, found.title)


def _back(request: Request) -> str:
    """The page that a refused command belongs to, or the start where that one does not open."""
    given = request.path_params.get("session_id", "")
    store = request.app.state.store
    session_id, _role = store.resolve(given)
    return f"/sessions/{given}" if store.knows(session_id) else "/"


async def _refused(request: Request, driver: Visit, panel: str, draft: Draft) -> Response:
    """A form with its errors beside its fields: the panel to htmx, else the whole page."""
    session = driver.session
    page = await session.read(lambda: workspace(driver, draft), session.seconds_of_a_look())
    if "hx-request" in request.headers:
        return HTMLResponse("".join(partials(page, [panel])), 422)
    return render("workspace.html", {"page": page}, 422)


def _apply(session: Session, spec: Spec) -> bool:
    """Change a session's spec; False where it is the same already."""
    if spec == session.spec:
        return False
    session.change_spec(spec)
    return True


def preset_spec(name: str) -> Spec:
    """That of a preset. Raises SpecError for one that there is not."""
    if name not in PRESETS:
        raise SpecError([("/preset", _("There is no such preset."))])
    return PRESETS[name].spec
