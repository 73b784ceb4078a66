"""Sessions are made, changed and ended."""

import math
from typing import Annotated, Any

from fastapi import APIRouter, Body, Response

from app.language import _
from app.session.conditions import condition
from app.session.errors import SpecError
from app.session.parsing import parsed_spec
from app.session.session import Session
from app.session.spec import Spec, keeps_weights, merged
from app.session.turns import in_time
from app.web.api import replies
from app.web.api.answers import state_after, state_reply
from app.web.api.preconditions import as_expected
from app.web.problems import described
from app.web.sessions import Driver, Owned, Reader, Store

router = APIRouter()

SPEC_EXAMPLES: Any = {
    "xor": {
        "summary": "The article's Keras model on XOR",
        "value": {
            "name": "XOR",
            "network": {
                "layers": [
                    {"units": 3, "activation": "sigmoid"},
                    {"units": 1, "activation": "sigmoid"},
                ]
            },
            "data": {
                "source": "inline",
                "inputs": [[0, 0], [0, 1], [1, 0], [1, 1]],
                "targets": [[0], [1], [1], [0]],
            },
            "loss": "mse",
            "optimizer": {"name": "sgd", "learning_rate": 0.01},
            "metrics": ["mae"],
        },
    },
    "circle": {
        "summary": "A named data set with options, Adam and cross-entropy",
        "value": {
            "network": {
                "layers": [
                    {"units": 4, "activation": "tanh"},
                    {"units": 1, "activation": "sigmoid"},
                ]
            },
            "data": {"source": "circle", "samples": 500, "noise": 0.1, "test_fraction": 0.5},
            "loss": "binary_crossentropy",
            "optimizer": "adam",
            "batch_size": 10,
        },
    },
}
SpecBody = Annotated[Spec, Body(openapi_examples=SPEC_EXAMPLES)]


@router.post(
    "/sessions",
    status_code=201,
    tags=["sessions"],
    summary="Make a session",
    response_model=replies.State,
)
async def make_session(spec: SpecBody, store: Store) -> Response:
    """Make a session from a spec. Only `network.layers` and `data` are needed; the rest has
    Keras's defaults. The reply's `Location` is the session's address.
    """
    session = store.keep(await in_time(lambda: Session(spec), math.inf))
    location = f"/api/sessions/{session.id}"
    return state_reply(session.state(), 201, {"Location": location})


@router.get(
    "/sessions/{session_id}",
    tags=["sessions"],
    summary="Where a session stands",
    response_model=replies.State,
)
async def get_session(reader: Reader) -> Response:
    """The session's spec, position and metrics."""
    return state_reply(await reader.session.read(reader.state))


@router.delete(
    "/sessions/{session_id}",
    status_code=204,
    tags=["sessions"],
    summary="End a session",
    responses=described(403),
)
async def delete_session(session_id: Owned, store: Store) -> None:
    """End a session and forget it."""
    if condition.get() is not None:  # else it may stay where it is, even if it cannot be read
        await as_expected(await store.get(session_id))
    store.delete(session_id)


@router.put(
    "/sessions/{session_id}/spec",
    tags=["sessions"],
    summary="Start anew with another spec",
    response_model=replies.State,
    responses=described(403),
)
async def put_spec(driver: Driver, spec: SpecBody) -> Response:
    """Replace the spec; training starts again from new weights."""
    return await state_after(driver, lambda: driver.session.start_anew(spec), math.inf)


@router.patch(
    "/sessions/{session_id}/spec",
    tags=["sessions"],
    summary="Change what keeps the weights",
    response_model=replies.State,
    responses=described(403),
)
async def patch_spec(
    driver: Driver,
    partial: Annotated[
        replies.Partial,
        Body(
            openapi_examples={
                "rate": {"value": {"optimizer": {"learning_rate": 0.5}}},
                "freeze": {"value": {"network": {"layers": [{"trainable": False}, {}]}}},
            }
        ),
    ],
) -> Response:
    """Change the optimizer and its numbers, the loss, `batch_size`, `shuffle`, penalties, frozen
    layers or the name, and go on training. `layers`, when given, has an object for each layer.
    """
    session = driver.session

    def change() -> None:
        spec = parsed_spec(merged(session.spec, partial))
        pointer = keeps_weights(session.spec, spec)
        if pointer is not None:
            detail = _("This cannot change without starting anew; use PUT with the whole spec.")
            raise SpecError([(pointer, detail)])
        session.change_spec(spec)

    return await state_after(driver, change, math.inf)


@router.post(
    "/sessions/{session_id}/focus",
    tags=["sessions"],
    summary="Choose the example that followers see",
    response_model=replies.State,
    responses=described(403),
)
async def focus(driver: Driver, how: replies.Focus) -> Response:
    """Show this training example's activations on the nodes; changes no numbers of training."""
    return await state_after(driver, lambda: driver.session.set_focus(how.example))
