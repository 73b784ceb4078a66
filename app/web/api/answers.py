"""How the API answers: JSON, made at once from plain data."""

from collections.abc import Callable
from typing import Any

from fastapi import Response
from pydantic_core import to_json

from app.web.sessions import Visit


def json_reply(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Plain data as JSON, floats at full precision. What is not finite would become null."""
    body = to_json(content, inf_nan_mode="null")
    return Response(body, status, headers, media_type="application/json")


def state_reply(
    state: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """A State, whose ETag is the count of updates: what If-Match may ask for."""
    return json_reply(state, status, {**(headers or {}), **_etag(state)})


def record_reply(record: dict[str, Any]) -> Response:
    """What a phase computed, with the ETag of the State in it."""
    return json_reply(record, headers=_etag(record["state"]))


def _etag(state: dict[str, Any]) -> dict[str, str]:
    return {"ETag": f'"{state["position"]["update"]}"'}


async def state_after(
    driver: Visit, operation: Callable[[], object], seconds: float | None = None
) -> Response:
    """The State after an operation has had its turn.

    seconds: about how long it takes; None where it takes no longer than a look at the session.
    """

    def run() -> dict[str, Any]:
        operation()
        return driver.state()

    if seconds is None:
        seconds = driver.session.seconds_of_a_look()
    return state_reply(await driver.session.perform(run, seconds))
