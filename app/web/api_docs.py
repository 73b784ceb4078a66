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
                    _describe_headers(path, method, call)
                    if "application/json" in call["responses"].get("422", {}).get("content", {}):
                        call["responses"]["422"] = described(422)[422]
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _describe_headers(path: str, method: str, call: dict[str, Any]) -> None:
    """Put into OpenAPI the headers that all which acts on sessions understands."""
    if not path.startswith("/api/sessions") or method.upper() in SAFE_METHODS:
        return
    headers = {
        "Idempotency-Key": _(
            "1 to 255 visible characters that no other request has, such as a UUID. Sent again "
            "with the same key, the request is not done again: the first reply comes back, with "
            "`Idempotency-Replayed: true`."
        )
    }
    if path != "/api/sessions":
        headers["If-Match"] = _(
            "Act only if the session stands after so many updates: the ETag of a State, such as "
            '`"12"`; `*` for any. Else nothing is done, and the answer is 412. The count of '
            "updates is all that is compared: an edit, another spec, a phase before the update, "
            "another branch or a reset at the same count is not noticed."
        )
        call["responses"].update({str(k): v for k, v in described(412).items()})
    parameters = call.setdefault("parameters", [])
    parameters += [
        {"name": name, "in": "header", "description": text, "schema": {"type": "string"}}
        for name, text in headers.items()
    ]
