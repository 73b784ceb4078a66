"""Specs for tests of sessions."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from app.session.parsing import parsed_spec
from app.session.recording import Recording
from app.session.session import Session
from app.session.slices import all_of
from app.session.timeline import Timeline
from app.session.transcript import reading, told

XOR: dict[str, Any] = {
    "network": {
        "layers": [{"units": 3, "activation": "tanh"}, {"units": 1, "activation": "sigmoid"}]
    },
    "data": {"source": "xor"},
    "batch_size": 2,
    "optimizer": {"name": "sgd", "learning_rate": 0.5},
}


UNSEEN = ["a\0b", "a\u202eb", "\u200b", "\x1b[2J", "\ud800"]
"""Names that no page can show as they are."""


def session(**parts: Any) -> Session:
    """XOR on 2-3-1 in batches of two; ``parts`` replace parts of its spec."""
    return Session(parsed_spec(XOR | parts))


def replayed(recording: Recording) -> Session:
    """A session that has been through a recording, which was sent as plain data."""
    sent = json.dumps(told(recording))
    timeline = Timeline.of({"Run 1": all_of(reading(json.loads(sent)))}, "Run 1")
    with np.errstate(all="ignore"):
        timeline.go_to(recording.end)
    return Session(recording.spec, timeline=timeline)
