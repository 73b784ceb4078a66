"""Specs for tests of sessions."""

from __future__ import annotations

from typing import Any

from app.session.parsing import parsed_spec
from app.session.session import Session

XOR: dict[str, Any] = {
    "network": {
        "layers": [{"units": 3, "activation": "tanh"}, {"units": 1, "activation": "sigmoid"}]
    },
    "data": {"source": "xor"},
    "batch_size": 2,
    "optimizer": {"name": "sgd", "learning_rate": 0.5},
}


def session(**parts: Any) -> Session:
    """XOR on 2-3-1 in batches of two; ``parts`` replace parts of its spec."""
    return Session(parsed_spec(XOR | parts))
