"""A bare FastAPI application, for comparison: it takes a step request and answers at once.

The variable ECHO_REPLY gives the reply, as JSON.
"""

from __future__ import annotations

import json
import os
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

REPLY: dict[str, Any] = json.loads(os.environ["ECHO_REPLY"])

app = FastAPI()


class Step(BaseModel):
    """What the visualizer's step takes."""

    unit: str = "epoch"
    count: int = 1


@app.get("/ready")
async def ready() -> bool:
    """Whether it answers."""
    return True


@app.post("/sessions/{session_id}/step")
async def step(session_id: str, how: Step) -> dict[str, Any]:
    """The reply that was given."""
    return REPLY
