"""The API's documentation page: Swagger UI from this server's own files, so it works offline."""

from typing import Any

from fastapi import APIRouter, FastAPI, Response
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from app.language import _
from app.web.problems import described
from app.web.rendering import render
from app.web.security import SAFE_METHODS

router = APIRouter()

# The problems that a call of a session may answer, whatever it does; what acts on it, or makes
# sessions; and what acts on one.
WITHIN = (404, 501, 507)
ACTING = (413, 422, 503, 507)
ACTING_WITHIN = (409, 412, 429)


@router.get("/api/docs", include_in_schema=False)
async def api_docs() -> Response:
    """The documentation page."""
    return render("api_docs.html", {})


def describe_problems(app: FastAPI, problem: type[BaseModel]) -> None:
    """Put the model of a problem into OpenAPI, in place of FastAPI's own for 422."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
                tags=app.openapi_tags,
            )
            models = schema["components"]["schemas"]
            models.pop("HTTPValidationError", None)
            models.pop("ValidationError", None)
            problem_schema = problem.model_json_schema(ref_template="#/components/schemas/{model}")
            models.update(problem_schema.pop("$defs", {}))
            models["Problem"] = problem_schema
            for path, calls in schema["paths"].items():
                for method, call in calls.items():
                    acts = method.upper() not in SAFE_METHODS
                    _describe_refusals(path, call, acts=acts)
                    if acts and path.startswith("/api/sessions"):
                        _describe_headers(path, call)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _describe_refusals(path: str, call: dict[str, Any], *, acts: bool) -> None:
    """Put into OpenAPI what any call of its kind may answer, beside what its route says."""
    responses = call["responses"]
    if "422" in responses:
        responses.update(_by_status(422))
    if path.startswith("/api/sessions"):
        within = "{session_id}" in path
        usual = _by_status(
            *(WITHIN if within else ()),
            *(ACTING if acts else ()),
            *(ACTING_WITHIN if acts and within else ()),
        )
        responses.update(usual | responses)
    call["responses"] = dict(sorted(responses.items()))


def _by_status(*statuses: int) -> dict[str, Any]:
    return {str(status): text for status, text in described(*statuses).items()}


def _describe_headers(path: str, call: dict[str, Any]) -> None:
    """Put into OpenAPI the headers that all which acts on sessions understands."""
    headers = {
        "Idempotency-Key": _(
            "1 to 255 visible characters that no other request has: a UUID, which nobody else is "
            "told. Sent again with the same key, the request is not done again: the first reply "
            "comes back, with `Idempotency-Replayed: true`. What was refused is tried again."
        )
    }
    if "{session_id}" in path:
        headers["If-Match"] = _(
            "Act only if the session stands after so many updates: the ETag of a State, such as "
            '`"12"`; `*` for any. Else nothing is done, and the answer is 412. The count of '
            "updates is all that is compared: an edit, another spec, a phase before the update, "
            "another branch or a reset at the same count is not noticed."
        )
    parameters = call.setdefault("parameters", [])
    parameters += [
        {"name": name, "in": "header", "description": text, "schema": {"type": "string"}}
        for name, text in headers.items()
    ]
