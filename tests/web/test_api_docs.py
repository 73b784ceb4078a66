"""OpenAPI: every problem that a call may answer is described there."""

from __future__ import annotations

import httpx

from app.session import errors
from app.web.problems import problem_of

ERRORS: dict[str, Exception] = {
    "SpecError": errors.SpecError([("/count", "Too many.")]),
    "OutOfOrder": errors.OutOfOrder("Not now."),
    "SessionNotFound": errors.SessionNotFound(),
    "TooManyWaiting": errors.TooManyWaiting(),
    "ServerStops": errors.ServerStops(),
    "BranchNotFound": errors.BranchNotFound("Run 9", ["Run 1"]),
    "CannotKeep": errors.CannotKeep("no file"),
    "CannotRestore": errors.CannotRestore(),
}
"""One of each that a session, or what keeps it, may raise."""

LOOKING = {"SessionNotFound", "CannotKeep", "CannotRestore"}
"""What a call may raise that looks at a session."""

MAKING = {"SpecError", "ServerStops", "CannotKeep"}
"""What one may raise that makes a session."""


def test_all_errors_are_thought_of() -> None:
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type)}
    raised = {kind.__name__ for kind in kinds if issubclass(kind, Exception)}
    assert raised == ERRORS.keys()


def test_what_a_session_may_refuse_is_described(client: httpx.Client) -> None:
    missing: dict[str, set[int]] = {}
    checked = 0
    for path, calls in client.get("/api/openapi.json").json()["paths"].items():
        if not path.startswith("/api/sessions"):
            continue
        for method, call in calls.items():
            within, acts = "{session_id}" in path, method != "get"
            raised = ERRORS.keys() if within and acts else LOOKING if within else MAKING
            expected = {problem_of(ERRORS[name]).status for name in raised}
            expected |= {412} if within and acts else set()
            expected |= {413} if acts else set()
            described = {
                int(status)
                for status, told in call["responses"].items()
                if "application/problem+json" in told.get("content", {})
            }
            if not expected <= described:
                missing[f"{method} {path}"] = expected - described
            checked += 1
    assert missing == {}
    assert checked >= 30
