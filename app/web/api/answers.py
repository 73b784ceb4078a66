"""How the API answers: JSON, made at once from plain data."""

from collections.abc import Callable
from typing import Any

from fastapi import Response
from pydantic_core import to_json

from app.session.session import Session


def json_reply(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Plain data as JSON, floats at full precision. What is not finite would become null."""
    body = to_json(content, inf_nan_mode="null")
    return Response(body, status, headers, media_type="application/json")


async def state_after(session: Session, operation: Callable[[], object]) -> Response:
    """The State after an operation has had its turn."""

    def run() -> dict[str, Any]:
        operation()
        return session.state()

    return json_reply(await session.perform(run, session.seconds_of_a_look()))
