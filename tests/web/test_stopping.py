"""The server stops while a long step is under way."""

from __future__ import annotations

import http.client
import json
import signal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.killing import KillableServer

SPEC: dict[str, Any] = {
    "network": {"layers": [{"units": 4}, {"units": 1, "activation": "sigmoid"}]},
    "data": {"source": "circle", "samples": 500},
    "batch_size": 10,
}
STEP = {"unit": "epoch", "count": 1500}
"""Some seconds on NumPy: many slices."""

NUMPY = {"BACKPROP_ENGINE": "numpy"}


def test_a_step_that_the_server_stops_in_is_not_done_and_can_be_sent_again(tmp_path: Path) -> None:
    server = KillableServer(tmp_path / "sessions.sqlite3", NUMPY)
    with httpx.Client(base_url=server.address) as client:
        made = client.post("/api/sessions", json=SPEC).json()
        path = f"/api/sessions/{made['id']}/step"
        client.post(path, json={"unit": "batch"})
        connection = http.client.HTTPConnection(urlsplit(server.address).netloc)
        headers = {"Idempotency-Key": "once", "Content-Type": "application/json"}
        connection.request("POST", path, json.dumps(STEP), headers)
        client.get("/api/catalog")  # what is answered after the step was begun
    server.process.send_signal(signal.SIGTERM)
    reply = connection.getresponse()
    assert (reply.status, json.loads(reply.read())["status"]) == (503, 503)
    connection.close()
    server.stop()

    server = KillableServer(tmp_path / "sessions.sqlite3", NUMPY)
    with httpx.Client(base_url=server.address, timeout=60) as client:
        address = f"/api/sessions/{made['id']}"
        assert client.get(address).json()["position"]["update"] == 1
        again = client.post(path, json=STEP, headers=headers)
        assert again.status_code == 200
        assert "idempotency-replayed" not in again.headers
        assert len(again.json()["epochs"]) == STEP["count"]
        assert client.post(path, json=STEP, headers=headers).content == again.content
    server.stop()
