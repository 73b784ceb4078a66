"""The API's documentation page: Swagger UI from this server's own files, so it works offline."""

from typing import Any

from fastapi import APIRouter, FastAPI, Response
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from app.web.problems import described
from app.web.rendering import render

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
            )
            models = schema["components"]["schemas"]
            models.pop("HTTPValidationError", None)
            models.pop("ValidationError", None)
            problem_schema = problem.model_json_schema(ref_template="#/components/schemas/{model}")
            models.update(problem_schema.pop("$defs", {}))
            models["Problem"] = problem_schema
            for calls in schema["paths"].values():
                for call in calls.values():
                    if "application/json" in call["responses"].get("422", {}).get("content", {}):
                        call["responses"]["422"] = described(422)[422]
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
