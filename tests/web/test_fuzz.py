"""Every call of the OpenAPI text with generated input: no server error, replies as described."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.conftest import XOR

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="session")
def described(server: str) -> Any:
    """The API as it describes itself."""
    return schemathesis.openapi.from_url(f"{server}/api/openapi.json")


def test_replies_are_as_described(
    described: Any, client: httpx.Client, subtests: pytest.Subtests
) -> None:
    checked = 0
    for result in described.get_all_operations():
        operation = result.ok()
        if operation.path.endswith("/events"):  # a stream never ends
            continue
        with subtests.test(operation.label):
            _check(operation, client)
        checked += 1
    assert checked >= 20


def _check(operation: Any, client: httpx.Client) -> None:
    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def check(data: Any) -> None:
        case = data.draw(operation.as_strategy())
        if "session_id" not in case.path_parameters:
            case.call_and_validate(checks=CHECKS)
            return
        case.path_parameters["session_id"] = client.post("/api/sessions", json=XOR).json()["id"]
        case.call_and_validate(checks=CHECKS)

    check()
