"""If-Match: a request that acts only on a session after as many updates as its sender saw.

The ETag of a session is the count of updates it has made. It is compared when the operation has
its turn, so that of two requests to train with the same picture in mind only one acts. What leaves
the count as it is passes unseen: an edit, another spec, a phase before the update, another branch
or a new start at the same count.
"""

import re

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from app.language import _, ngettext
from app.session.conditions import Condition, Standing, check, condition
from app.session.session import Session
from app.web.problems import problem
from app.web.security import SAFE_METHODS

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_TAGS = re.compile(rf"[ \t]*{_TAG}(?:[ \t]*,[ \t]*{_TAG})*[ \t]*")
"""A list of entity tags, as RFC 9110 writes it."""


class Preconditions:
    """Lets what acts on a session know the condition under which it may. Plain ASGI."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not acts_on_sessions(scope):
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).getlist("if-match")
        if not given:
            await self.app(scope, receive, send)
            return
        try:
            holds = expected(", ".join(given))
        except ValueError:
            detail = _(
                'Give If-Match the count of updates in quotes, as ETag has it: "12". '
                "* stands for any."
            )
            await problem(422, detail).response()(scope, receive, send)
            return
        token = condition.set(holds)
        try:
            await self.app(scope, receive, send)
        finally:
            condition.reset(token)


def acts_on_sessions(scope: Scope) -> bool:
    """Whether a request of the API may change sessions."""
    path: str = scope["path"]
    place = path == "/api/sessions" or path.startswith("/api/sessions/")
    return place and scope["method"] not in SAFE_METHODS


def expected(given: str) -> Condition | None:
    """The condition that an If-Match header states. Raises ValueError for what is none."""
    if given.strip() == "*":
        return None
    if not _TAGS.fullmatch(given):
        raise ValueError(given)
    # A weak tag never matches: RFC 9110 compares strongly here.
    tags = {tag for tag in re.findall(_TAG, given) if not tag.startswith("W/")}

    def holds(session: Standing) -> None:
        update = session.position.update
        if f'"{update}"' not in tags:
            detail = ngettext(
                "The session stands after {count} update, not after as many as this request "
                "expects. Look at it again before you act.",
                "The session stands after {count} updates, not after as many as this request "
                "expects. Look at it again before you act.",
                update,
            )
            raise HTTPException(412, detail.format(count=update), {"ETag": f'"{update}"'})

    return holds


async def as_expected(session: Session) -> None:
    """Before what acts without a turn of its own: where a condition was stated, wait for one.

    Nothing else gets in between, as long as what follows does not wait.
    """
    if condition.get() is not None:
        await session.read(lambda: check(session))
