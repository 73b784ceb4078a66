"""Error replies: RFC 9457 problems that say what is wrong and what would be right."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from app.language import _
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
from app.session.parsing import MOST_ERRORS, field_errors

MEDIA_TYPE = "application/problem+json"


class FieldProblem(BaseModel):
    """One field that is wrong."""

    pointer: str = Field(description="JSON pointer (RFC 6901) to the field.")
    detail: str = Field(description="What is wrong there and what would be right.")


class Problem(BaseModel):
    """What went wrong, as RFC 9457 describes it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] | None = None

    def response(self, headers: Mapping[str, str] | None = None) -> Response:
        """The reply to a script."""
        # ASCII, since what somebody sent may be no text that UTF-8 can carry.
        content = json.dumps(self.model_dump(exclude_none=True)).encode()
        return Response(content, self.status, headers, media_type=MEDIA_TYPE)


def problem(status: int, detail: str, errors: Sequence[tuple[str, str]] | None = None) -> Problem:
    """A problem of an HTTP status. errors: pairs (pointer, detail)."""
    fields = [FieldProblem(pointer=p, detail=d) for p, d in errors or []]
    return Problem(
        title=HTTPStatus(status).phrase, status=status, detail=detail, errors=fields or None
    )


def problem_of(error: Exception) -> Problem:
    """What to answer to an exception; its text is shown only where it is meant for people."""
    match error:
        case SpecError():
            detail = _("This makes no sense as it stands; see the fields under errors.")
            return problem(422, detail, error.errors)
        case RequestValidationError():
            return _request_problem(error)
        case OutOfOrder():
            return problem(409, str(error))
        case SessionNotFound():
            return problem(404, _("There is no such session. It may have ended; make a new one."))
        case BranchNotFound():
            detail = _("There is no branch {name}. There are: {names}.")
            return problem(404, detail.format(name=repr(error.name), names=", ".join(error.names)))
        case TooManyWaiting():
            return problem(
                429, _("Too many requests wait for this session. Send the next after a reply.")
            )
        case ServerStops():
            detail = _("The server stops, so this was not done. Send it again when it is back.")
            return problem(503, detail)
        case CannotKeep(full=True):
            detail = _(
                "There is no room on the disk to keep this, so it was not done: the session stays "
                "as it was. Make room, then do it again."
            )
            return problem(507, detail)
        case CannotKeep():
            detail = _(
                "This cannot be kept, so it was not done: the session stays as it was. The file of "
                "the sessions cannot be read or written: {reason}."
            )
            return problem(507, detail.format(reason=error))
        case CannotRestore():
            detail = _(
                "This session is kept, but this version of the program cannot read it. It stays as "
                "it is: open it with the version that made it, or delete it."
            )
            return problem(501, detail)
        case HTTPException(status_code=400):
            # FastAPI's answer to a body that cannot be decoded: no UTF-8, endless nesting.
            detail = _(
                "The body cannot be read. Send JSON, in UTF-8, nested no deeper than a spec."
            )
            return problem(422, detail, [("", detail)])
        case HTTPException(status_code=404, detail="Not Found"):
            return problem(404, _("There is nothing at this address. See /api/docs for the API."))
        case HTTPException(status_code=405):
            allowed = (error.headers or {}).get("allow", "")
            detail = _("This address takes {allowed} only.").format(allowed=allowed)
            return problem(405, detail)
        case HTTPException():
            return problem(error.status_code, str(error.detail))
        case _:
            detail = _("The server failed to do this. The session stays as it was.")
            return problem(500, detail)


def _request_problem(error: RequestValidationError) -> Problem:
    found = list(error.errors())
    if found[0]["type"] == "json_invalid":
        at = found[0]["loc"][-1]
        detail = _("The body is not valid JSON from character {at} on: {error}.").format(
            at=at, error=found[0]["ctx"]["error"]
        )
        return problem(422, detail, [("", detail)])
    if isinstance(error.body, bytes):
        detail = _("Send JSON, with the header Content-Type: application/json.")
        return problem(422, detail, [("", detail)])
    errors: list[tuple[str, str]] = []
    for fault in found[:MOST_ERRORS]:
        place, *location = fault["loc"]
        # In the body a location is a field's; in path and query it is the parameter's name.
        data: Any = error.body if place == "body" else dict.fromkeys(location)
        errors += field_errors([{**fault, "loc": location}], data)
    return problem(422, _("This makes no sense as it stands; see the fields under errors."), errors)


def described(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's description of problems that a call may answer.

    At a route, of those beside what any call of its kind may answer (``api_docs``).
    """
    meanings = {
        403: _("The id is of a watch link; what acts takes the drive link's."),
        404: _("No session has this id, or nothing in it this name."),
        409: _("Out of order; the detail says what to do first."),
        412: _("The session stands after another count of updates than If-Match names."),
        413: _("The body is too large."),
        422: _("Something makes no sense; each field is named."),
        429: _("Too many requests at once."),
        501: _("The session is kept, but this version of the program cannot read it."),
        503: _("The server stops, and nothing was done. Send it again when it is back."),
        507: _("What keeps the sessions is full, or cannot be read or written; nothing was done."),
    }
    return {
        status: {
            "description": meanings[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }
