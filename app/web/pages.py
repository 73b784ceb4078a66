"""The pages, and the commands of their forms.

Every command is a plain form's POST: without scripts it answers with the way back to the page
(303), to htmx with nothing (204), since the new state arrives by the event stream like everybody
else's.
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import UploadFile

from app.language import _, ngettext
from app.session.errors import OutOfOrder, SpecError
from app.session.limits import MAX_EPOCHS_PER_SECOND, MAX_LAYERS
from app.session.presets import DEFAULT, PRESETS
from app.session.session import Session
from app.session.spec import Spec
from app.web.data_panel import preset_choices
from app.web.fields import Draft, Selectable
from app.web.figures import count, figure
from app.web.forms import counted, edited_spec, errors_by_field, uploaded_spec
from app.web.panels import (
    FULL_SPEED,
    USUAL_SPEED,
    partials,
    subtitle,
    title,
    workspace,
)
from app.web.problems import Problem
from app.web.rendering import html, render
from app.web.sessions import Named, SessionPlayer, Store

router = APIRouter(include_in_schema=False)

COOKIE = "backprop_visualizer_session"
PANELS = ("data", "model", "training")
BY_LAYER = "layer"


@dataclass(frozen=True)
class KeptSession:
    """A line of the list of sessions. used: how long ago. own: the visitor's."""

    address: str
    name: str
    network: str
    state: str
    used: str
    own: bool
    epoch: str
    cost: str


@dataclass(frozen=True)
class SessionList:
    """The sessions kept here, last used first, and what a new one can start from."""

    sessions: tuple[KeptSession, ...]
    presets: tuple[Selectable, ...]
    limit: str


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
async def home(request: Request) -> Response:
    """The visitor's own session, made on first need."""
    session = request.app.state.doorstep.session(request.cookies.get(COOKIE))
    response = RedirectResponse(_address(session), 303)
    response.set_cookie(COOKIE, session.id, httponly=True, samesite="lax")
    return response


@router.get("/sessions")
async def session_list(request: Request, store: Store) -> Response:
    """The sessions kept here."""
    limit = request.app.state.settings.max_sessions
    own = request.cookies.get(COOKIE)
    page = SessionList(
        sessions=tuple(
            _kept(session, store.last_used(session), session.id == own) for session in store
        ),
        presets=preset_choices(),
        limit=_(
            "At most {limit} sessions are kept, until the server stops; the one that nobody has "
            "used for longest goes first."
        ).format(limit=limit),
    )
    return render("sessions.html", {"page": page})


@router.post("/sessions")
async def new_session(store: Store, preset: Annotated[str, Form()] = DEFAULT) -> Response:
    """A new session from a preset."""
    return RedirectResponse(_address(store.add(_preset(preset))), 303)


@router.get("/sessions/{session_id}")
async def session_page(session: Named, by: str = "") -> Response:
    """The workspace. by: "layer" where Forward and Backward are to go one layer at a time."""
    page = await session.read(
        lambda: workspace(session, by_layer=by == BY_LAYER), session.seconds_of_a_look()
    )
    return render("workspace.html", {"page": page})


@router.post("/sessions/{session_id}/delete")
async def delete_session(session: Named, store: Store) -> Response:
    """End a session."""
    store.delete(session.id)
    return RedirectResponse("/sessions", 303)


# Commands

STEPS: Mapping[str, Callable[[Session], object]] = {
    "forward": Session.forward,
    "backward": Session.backward,
    "update": Session.update,
    "batch": lambda session: session.step("batch"),
    "epoch": lambda session: session.step("epoch"),
    "reset": Session.reset,
}

PHASES: Mapping[str, Callable[..., object]] = {
    "forward": Session.forward,
    "backward": Session.backward,
}
"""Those that can be gone through layer by layer."""


async def _step(
    request: Request,
    session: Named,
    layers: Annotated[str, Form()] = "",
) -> Response:
    """The step that the address names. layers: of a phase, how many, where not all."""
    name = request.url.path.rpartition("/")[2]
    step = STEPS[name]
    if layers and name in PHASES:
        if not counted(layers, MAX_LAYERS):
            detail = _("Give a number of layers, 1 to {most}.")
            raise SpecError([("/layers", detail.format(most=MAX_LAYERS))])
        step = partial(PHASES[name], layers=int(layers))

    def step_by_hand() -> None:
        step(session)
        session.playing = None

    try:
        await session.perform(step_by_hand, session.seconds("epoch", 1))
    except OutOfOrder:
        raise OutOfOrder(_first_press(session)) from None
    return _done(request, session, by=BY_LAYER if layers else "")


def _first_press(session: Session) -> str:
    """Which button comes next in the batch at hand."""
    position = session.position
    if position.layer is not None:
        text = (
            _("Forward has done {done} of {every} layers: press it again to finish it first.")
            if position.phase == "ready"
            else _("Backward has done {done} of {every} layers: press it again to finish it first.")
        )
        return text.format(done=position.layer, every=len(session.run.network.layers))
    return {
        "ready": _("The next batch begins with Forward: press that first."),
        "forward": _("This batch has gone forward: press Backward next."),
        "backward": _("The gradients of this batch are there: press Update next."),
    }[position.phase]


for _name in STEPS:
    router.add_api_route(f"/sessions/{{session_id}}/{_name}", _step, methods=["POST"])


@router.post("/sessions/{session_id}/play")
async def play(
    request: Request,
    session: Named,
    player: SessionPlayer,
    epochs_per_second: Annotated[str, Form()] = USUAL_SPEED,
) -> Response:
    """Play at a pace, or as fast as the machine can."""
    full = epochs_per_second == FULL_SPEED
    pace = None if full else _number(epochs_per_second, "/epochs_per_second")
    if pace is not None and not 0 < pace <= MAX_EPOCHS_PER_SECOND:
        detail = _("Give a number of epochs above 0 and at most {most:g}.")
        raise SpecError([("/epochs_per_second", detail.format(most=MAX_EPOCHS_PER_SECOND))])
    player.play(session, pace)
    return _done(request, session)


@router.post("/sessions/{session_id}/pause")
async def pause(request: Request, session: Named, player: SessionPlayer) -> Response:
    """Stop playing."""
    player.pause(session)
    return _done(request, session)


@router.post("/sessions/{session_id}/preset")
async def choose_preset(
    request: Request, session: Named, preset: Annotated[str, Form()] = ""
) -> Response:
    """Start anew from a preset."""
    if preset:
        spec = _preset(preset)
        await session.perform(lambda: session.start_anew(spec), session.seconds_of_a_look())
    return _done(request, session)


@router.post("/sessions/{session_id}/focus")
async def focus(
    request: Request,
    session: Named,
    example: Annotated[str, Form()] = "",
    go: Annotated[str, Form()] = "",
) -> Response:
    """Show another example, counted from 1."""
    count = len(session.run.examples.inputs)
    number = (go or example).strip()
    if not counted(number, count):
        detail = ngettext(
            "There is one example; give 1.", "Give the number of an example, 1 to {count}.", count
        )
        raise SpecError([("/example", detail.format(count=count))])
    await session.perform(lambda: session.set_focus(int(number) - 1))
    return _done(request, session)


@router.post("/sessions/{session_id}/choose")
async def choose(
    request: Request,
    session: Named,
    parameter: Annotated[str, Form()] = "",
    unit: Annotated[str, Form()] = "",
) -> Response:
    """Choose the parameter or unit that the inspector explains; none where nothing is named."""
    await session.perform(lambda: session.choose(parameter or None, unit=unit or None))
    return _done(request, session)


@router.post("/sessions/{session_id}/parameters")
async def edit_parameters(request: Request, session: Named) -> Response:
    """Set parameters: a field's name is the parameter's."""
    values = {
        name: _number(text, f"/{name}")
        for name, text in (await request.form()).items()
        if isinstance(text, str)
    }
    await session.perform(lambda: session.edit_parameters(values))
    return _done(request, session)


@router.post("/sessions/{session_id}/spec")
async def change_spec(request: Request, session: Named) -> Response:
    """Change the spec as a panel's form says; refused, the form comes back with its errors."""
    form = [(k, v) for k, v in (await request.form()).multi_items() if isinstance(v, str)]
    panel = next((v for k, v in form if k == "panel" and v in PANELS), "training")
    try:
        changed = await session.perform(
            lambda: _apply(session, edited_spec(session.spec, form)), math.inf
        )
    except SpecError as error:
        fields = dict(form)
        found = errors_by_field(session.spec, fields, error.errors, panel)
        return await _refused(request, session, panel, Draft(fields, found))
    if not changed and "hx-request" in request.headers:
        # Nothing goes over the stream then, but an error that was shown has to go.
        page = await session.read(lambda: workspace(session), session.seconds_of_a_look())
        return HTMLResponse("".join(partials(page, [panel])))
    return _done(request, session)


@router.post("/sessions/{session_id}/upload")
async def upload(request: Request, session: Named) -> Response:
    """Start anew with a table of somebody's own."""
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
        detail = _("This file is not text. Give a table of values with commas between them.")
        return await _refused(request, session, "data", Draft(table, {"upload": detail}))
    try:
        await session.perform(
            lambda: session.start_anew(uploaded_spec(session.spec, table)), math.inf
        )
    except SpecError as error:
        detail = " ".join(detail for _pointer, detail in error.errors)
        return await _refused(request, session, "data", Draft(table, {"upload": detail}))
    return _done(request, session)


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
        back=_back(request),
    )
    return render("error.html", {"problem": page}, found.status)


def _title(found: Problem) -> str:
    titles = {
        404: _("Nothing here"),
        409: _("Not yet"),
        413: _("Too large"),
        422: _("That does not fit"),
        429: _("Too much at once"),
        500: _("Something broke"),
    }
    return titles.get(found.status, found.title)


def _back(request: Request) -> str:
    """The page that a refused command belongs to, or the start where that is what is missing."""
    session = request.path_params.get("session_id")
    known = session and any(kept.id == session for kept in request.app.state.store)
    return f"/sessions/{session}" if known else "/"


async def _refused(request: Request, session: Session, panel: str, draft: Draft) -> Response:
    """A form with its errors beside its fields: the panel to htmx, else the whole page."""
    page = await session.read(lambda: workspace(session, draft), session.seconds_of_a_look())
    if "hx-request" in request.headers:
        return HTMLResponse("".join(partials(page, [panel])), 422)
    return render("workspace.html", {"page": page}, 422)


def _done(request: Request, session: Session, by: str = "") -> Response:
    if "hx-request" in request.headers:
        return Response(status_code=204)
    address = _address(session)
    return RedirectResponse(f"{address}?by={by}" if by else address, 303)


def _apply(session: Session, spec: Spec) -> bool:
    """Change a session's spec; False where it is the same already."""
    if spec == session.spec:
        return False
    session.change_spec(spec)
    return True


def _address(session: Session) -> str:
    return f"/sessions/{session.id}"


def _kept(session: Session, used: float, own: bool) -> KeptSession:
    state = ""
    if session.playing is not None:
        state = _("playing")
    elif session.stopped:
        state = _("stopped")
    elif session.viewers:
        state = ngettext("{count} viewer", "{count} viewers", session.viewers).format(
            count=session.viewers
        )
    return KeptSession(
        address=_address(session),
        name=title(session),
        network=subtitle(session),
        state=state,
        used=_ago(time.time() - used),
        own=own,
        epoch=count(session.position.epoch),
        cost=figure(session.cost),
    )


def _ago(seconds: float) -> str:
    """How long ago, in the largest unit that fits."""
    minutes = int(seconds / 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return _("{minutes} min ago").format(minutes=minutes)
    if minutes < 24 * 60:
        return _("{hours} h ago").format(hours=minutes // 60)
    days = minutes // (24 * 60)
    return ngettext("{days} day ago", "{days} days ago", days).format(days=days)


def _preset(name: str) -> Spec:
    if name not in PRESETS:
        raise SpecError([("/preset", _("There is no such preset."))])
    return PRESETS[name].spec


def _number(text: str, pointer: str) -> float:
    """A finite number as people type it."""
    plain = text.strip().replace("\u2212", "-").replace(",", ".")
    try:
        value = float(plain)
    except ValueError:
        value = float("nan")
    if abs(value) < float("inf"):
        return value
    raise SpecError([(pointer, _("Give a number."))])
