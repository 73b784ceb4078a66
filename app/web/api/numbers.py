"""The numbers of a session: parameters, gradients, history, predictions."""

import csv
import io
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Query, Response
from pydantic import FiniteFloat

from app.session.branches import Branch
from app.session.history import History
from app.session.turns import in_time
from app.web.api import records, replies
from app.web.api.answers import json_reply
from app.web.problems import described
from app.web.sessions import Driver, Reader

router = APIRouter()

SECONDS_PER_ENTRY = 5e-6
"""About, to look an entry of the history up, and as long to write it."""

CSV = {"type": "string", "description": "One row an epoch: epoch, fit_loss, .., train_loss, .."}


@router.get(
    "/sessions/{session_id}/parameters",
    tags=["numbers"],
    summary="Every kernel and bias",
    response_model=replies.Parameters,
)
async def get_parameters(reader: Reader) -> Response:
    """`kernel[from][to]` and `bias[unit]` of every layer."""
    session = reader.session
    return json_reply(await session.read(lambda: records.parameters_record(session)))


@router.patch(
    "/sessions/{session_id}/parameters",
    tags=["numbers"],
    summary="Edit parameters",
    response_model=replies.Parameters,
    responses=described(403),
)
async def patch_parameters(
    driver: Driver,
    values: Annotated[
        dict[str, FiniteFloat],
        Body(openapi_examples={"edit": {"value": {"1.kernel.0.2": 0.5, "2.bias.0": 0}}}),
    ],
) -> Response:
    """Set parameters by name: `1.kernel.0.2` is layer 1, from input 0 to unit 2. A batch at hand
    is let go, and the next forward runs it with the new values.
    """
    session = driver.session

    def edit() -> dict[str, Any]:
        session.edit_parameters(values)
        return records.parameters_record(session)

    return json_reply(await session.perform(edit))


@router.get(
    "/sessions/{session_id}/gradients",
    tags=["numbers"],
    summary="The gradient, without changing anything",
    response_model=replies.Gradients,
)
async def get_gradients(
    reader: Reader,
    over: Annotated[
        Literal["batch", "train"],
        Query(description="The batch at hand (or next), or the whole training set."),
    ] = "train",
) -> Response:
    """dLoss/dparameter of every parameter, in the shape of the parameters, without penalties."""
    session = reader.session

    def look() -> dict[str, Any]:
        return records.gradients_record(session, *session.gradient(over))

    return json_reply(await session.read(look, session.seconds_of_a_look()))


@router.get(
    "/sessions/{session_id}/history",
    tags=["numbers"],
    summary="One entry an epoch",
    response_model=replies.History,
    responses={200: {"content": {"text/csv": {"schema": CSV}}}},
)
async def get_history(
    reader: Reader,
    since: Annotated[int, Query(ge=0, description="Entries after this epoch.")] = 0,
    limit: Annotated[
        int, Query(ge=1, le=10_000, description="At most so many; go on with `since`.")
    ] = 10_000,
    format: Annotated[Literal["json", "csv"], Query()] = "json",
    branch: Annotated[
        str | None, Query(description="That of another branch than the present one.")
    ] = None,
) -> Response:
    """`fit` is what Keras's fit reports, `train` and `test` what evaluate reports after the epoch;
    `initial` is evaluated before the first. It goes to the end of what was recorded, also where the
    session stands before that.
    """
    session = reader.session

    def of_branch() -> Branch:
        return session.timeline.branch if branch is None else session.timeline.named(branch)

    def look() -> tuple[Branch, list[dict[str, Any]]]:
        found = of_branch()
        return found, found.history.entries(since, until=since + limit)

    seconds = SECONDS_PER_ENTRY * max(0, min(limit, of_branch().history.recorded - since))
    found, epochs = await session.read(look, seconds)
    if format == "json":
        told = {"initial": found.at_end.initial, "epochs": epochs}
        return await in_time(lambda: json_reply(told), seconds)
    table = await in_time(lambda: _as_csv(found.history, epochs), seconds)
    return Response(table, media_type="text/csv")


def _as_csv(history: History, epochs: list[dict[str, Any]]) -> str:
    table = io.StringIO()
    columns = [(part, metric) for part in history.parts for metric in history.metrics]
    writer = csv.writer(table)
    writer.writerow(["epoch", *(f"{part}_{metric}" for part, metric in columns)])
    for entry in epochs:
        writer.writerow([entry["epoch"], *(entry[part][metric] for part, metric in columns)])
    return table.getvalue()


@router.post(
    "/sessions/{session_id}/predict",
    tags=["numbers"],
    summary="Run inputs forward",
    response_model=replies.Outputs,
)
async def predict(
    reader: Reader,
    request: Annotated[
        replies.Predict, Body(openapi_examples={"xor": {"value": {"inputs": [[0, 1], [1, 1]]}}})
    ],
) -> Response:
    """Outputs for any inputs, at the present parameters; changes nothing."""
    session = reader.session
    seconds = session.seconds_of_a_look()
    outputs = await session.read(lambda: session.outputs_for(request.inputs), seconds)
    return json_reply({"outputs": outputs})
