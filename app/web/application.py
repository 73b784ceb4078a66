"""The application: routes, error replies, static files, and the guard before them all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from platformdirs import user_cache_path, user_data_path
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from app import __version__
from app.language import _
from app.resources import STATIC
from app.session.database import Database
from app.session.engines import ENGINES
from app.session.errors import (
    BranchNotFound,
    CannotKeep,
    CannotRestore,
    OutOfOrder,
    ServerStops,
    SessionNotFound,
    SpecError,
    TooManyWaiting,
)
from app.session.play import Player
from app.session.store import SessionStore
from app.settings import Settings
from app.web import (
    api_docs,
    event_routes,
    following_pages,
    home_page,
    pages,
    sending_pages,
    timeline_pages,
    transport_pages,
)
from app.web.api.idempotency import Idempotency
from app.web.api.kept_replies import RepliesInDatabase
from app.web.api.preconditions import Preconditions
from app.web.api.router import PREFIX, ROUTERS
from app.web.attending import Attending
from app.web.channel import Channels
from app.web.doorstep import Doorstep
from app.web.problems import Problem, problem_of
from app.web.problems import problem as problem_with
from app.web.security import LOOPBACK, Guard
from app.web.sending import Packer
from app.web.speaking import Speaking

DESCRIPTION = """
Drive a neural network's training step by step and read every number.

Make a session from a spec, then `POST` to its `forward`, `backward` and `update`, or `step` by
epochs. Names, options and defaults are Keras's; `/api/catalog` lists them all. Arrays are nested
lists, floats have full precision. Errors are RFC 9457 problems that name the field.

**Time.** `rewind` goes back to any epoch or update, to the bit. What was recorded stays: a change
made in the past begins a branch, `branches` lists them, and `checkout` returns to one.

**Play.** `play` runs on the server, at a pace. With `until`, an epoch or a cost to come below, it
goes on unwatched to its end; `play_end` of a State says why it ended. `pause` stops it.

**Links.** A session's id drives it; its watch id, which `following` tells, reads the same and acts
on nothing. `file` and `link` carry the present branch; `POST /api/sessions/open` makes a session of
either, on any server.

**Safe to send.** `If-Match` with the ETag of a State, its count of updates, acts only where that
count still holds, else the answer is 412. `Idempotency-Key`, a UUID that is kept secret, makes a
request that is sent again be done once.
"""

SERVED = ("css", "images", "js", "vendor")
"""The folders of static/ that are served; a checkout has more beside them."""

ERRORS: tuple[type[Exception], ...] = (
    SpecError,
    OutOfOrder,
    ServerStops,
    SessionNotFound,
    BranchNotFound,
    TooManyWaiting,
    CannotKeep,
    CannotRestore,
    RequestValidationError,
    HTTPException,
    Exception,
)


class _StaticFiles(StaticFiles):
    """Files that a browser asks about each time, so that an upgrade is seen at once."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        if isinstance(response, FileResponse):
            response.headers["Cache-Control"] = "no-cache"
        return response


class _PagesCompressed:
    """Compresses what pages load; the API's replies are short and are wanted soon."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.compressed = GZipMiddleware(app, minimum_size=1000, compresslevel=6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        script = scope["type"] != "http" or scope["path"].startswith("/api")
        await (self.app if script else self.compressed)(scope, receive, send)


class Application:
    """The whole server as one ASGI application."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._looking_after: asyncio.Task[None] | None = None
        self.store = SessionStore(
            settings.max_sessions,
            _database(settings),
            idle=settings.idle,
            keep_days=settings.keep_days,
        )
        self.player = Player(settings.patience)
        app = FastAPI(
            title="Backprop visualizer",
            version=__version__,
            description=DESCRIPTION,
            openapi_url="/api/openapi.json",
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
            lifespan=self._live,
            openapi_tags=[
                {"name": "sessions", "description": "Make, read, change and end sessions."},
                {"name": "training", "description": "Forward, backward, update; step and play."},
                {"name": "timeline", "description": "Go back and forth; branches."},
                {"name": "numbers", "description": "Parameters, gradients, history, outputs."},
                {"name": "explanations", "description": "Where a gradient comes from."},
                {"name": "sharing", "description": "A run as a file or a link, and back."},
                {"name": "following", "description": "Who follows, and who may drive."},
                {"name": "events", "description": "Hear of a session as it changes."},
                {"name": "catalog", "description": "All that a spec can name."},
            ],
        )
        app.state.settings = settings
        app.state.store = self.store
        app.state.doorstep = Doorstep(self.store, max(1, settings.max_sessions // 4))
        app.state.player = self.player
        app.state.channels = Channels()
        app.state.packer = Packer()
        for router in ROUTERS:
            app.include_router(router, prefix=PREFIX)
        app.include_router(event_routes.router)
        app.include_router(api_docs.router)
        app.include_router(following_pages.router)
        app.include_router(sending_pages.router)
        app.include_router(transport_pages.router)
        app.include_router(timeline_pages.router)
        app.include_router(home_page.router)
        app.include_router(pages.router)
        for folder in SERVED:
            files = _StaticFiles(directory=STATIC / folder)
            app.mount(f"/static/{folder}", files, name=f"static-{folder}")
        for error in ERRORS:
            app.add_exception_handler(error, _answer_error)
        api_docs.describe_problems(app, Problem)
        names = {*LOOPBACK, settings.host, *settings.allowed_hosts}
        replies = RepliesInDatabase(self.store.database)
        once_only = Idempotency(Preconditions(_PagesCompressed(app)), replies, self._knows)
        guarded = Guard(once_only, names, settings.max_body)
        self._answer: ASGIApp = Attending(Speaking(guarded))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._answer(scope, receive, send)

    @asynccontextmanager
    async def _live(self, _app: FastAPI) -> AsyncIterator[None]:
        """From before the first request to after the last: sessions are looked after, and the
        compiled engine is made ready.
        """
        self._looking_after = asyncio.create_task(self.store.look_after())
        self._warm_up()
        yield
        self.close()
        self.store.database.close()

    def _knows(self, any_id: str) -> bool:
        """Whether an id of any kind leads to a session."""
        session_id, _role = self.store.resolve(any_id)
        return self.store.knows(session_id)

    def _warm_up(self) -> None:
        if self._settings.engine == "auto":
            kept = self._settings.machine_code
            usual = user_cache_path("backprop-visualizer") / "machine-code"
            ENGINES.warm_up_in_background(kept or usual)

    def close(self) -> None:
        """End play and sessions, and let those who follow know, when the server stops."""
        self.player.close()
        if self._looking_after is not None:
            self._looking_after.cancel()
        self.store.close()
        ENGINES.close()


def _database(settings: Settings) -> Database:
    """The one that the settings name. Raises DatabaseRefused."""
    if settings.memory:
        return Database()
    usual = user_data_path("backprop-visualizer", appauthor=False) / "sessions.sqlite3"
    return Database(settings.database or usual)


async def _answer_error(request: Request, error: Exception) -> Response:
    """A problem to a script, a page or a part of one to a person."""
    problem = problem_of(error)
    headers = getattr(error, "headers", None)
    if request.url.path.startswith("/api"):
        return problem.response(headers)
    if isinstance(error, HTTPException) and error.status_code == 400:
        # Starlette's answer to a form that it cannot take apart.
        detail = _("This form cannot be read. A table may have at most 1 MB.")
        return pages.error_response(request, problem_with(422, detail))
    return pages.error_response(request, problem)
