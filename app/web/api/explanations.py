"""Why the gradient is what it is: chain rule, numeric check, cost along a weight, diagnosis."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Path, Query, Response

from app.core.cost_landscape import MOST_LOOKED_AT
from app.language import _
from app.session import landscape
from app.session.diagnosis import diagnosis
from app.session.errors import SpecError
from app.session.explanation import explain
from app.session.limits import MAX_STEP_SECONDS
from app.session.session import Session
from app.session.unit_explanation import explain_unit
from app.web.api import explanation_replies, replies
from app.web.api.answers import json_reply, state_after
from app.web.problems import described
from app.web.sessions import Driver, Reader

router = APIRouter(tags=["explanations"])

ParameterName = Annotated[
    str, Path(description="`2.kernel.0.1`: layer 2, from unit 0 to unit 1. `2.bias.1`: its bias.")
]
UnitName = Annotated[
    str, Path(description="`2.unit.0`: the first unit of layer 2. Inputs are no units.")
]
Over = Literal["batch", "train"]
OVER = "The batch at hand (or next), or the whole training set. "
OverOrUsual = Annotated[
    Over | None,
    Query(description=OVER + "Else the batch in the phase backward and the set otherwise."),
]
ExampleOrFocus = Annotated[
    int | None,
    Query(ge=0, description="The training example of paths and deltas; else that in focus."),
]
End = Annotated[
    float | None,
    Query(ge=-landscape.LARGEST_VALUE, le=landscape.LARGEST_VALUE, allow_inf_nan=False),
]


@router.post(
    "/sessions/{session_id}/choose",
    summary="Choose the parameter or unit that is explained",
    response_model=replies.State,
    responses=described(403),
)
async def choose(driver: Driver, how: replies.Choose) -> Response:
    """Followers get its explanation as the event `explanation`, after each state; null ends that.
    Changes no numbers.
    """
    return await state_after(driver, lambda: driver.session.choose(how.parameter, unit=how.unit))


@router.get(
    "/sessions/{session_id}/parameters/{name}/explanation",
    summary="Where a parameter's gradient comes from",
    response_model=explanation_replies.Explanation,
)
async def get_explanation(
    reader: Reader,
    name: ParameterName,
    over: OverOrUsual = None,
    example: ExampleOrFocus = None,
) -> Response:
    """The chain rule with its numbers, path by path, for one example; what each example adds to
    the gradient; how the optimizer makes an update of it; and the gradient by numeric
    differentiation, which knows no formulas.
    """
    session = reader.session

    def look() -> dict[str, Any]:
        run = session.run
        shown = session.focus if example is None else example
        return explain(run, name, over or run.over, shown)

    return await _reply(session, look, session.seconds_of_a_look())


@router.get(
    "/sessions/{session_id}/units/{name}/explanation",
    summary="Where a unit's value and delta come from",
    response_model=explanation_replies.UnitExplanation,
)
async def get_unit_explanation(
    reader: Reader, name: UnitName, over: OverOrUsual = None, example: ExampleOrFocus = None
) -> Response:
    """What the unit adds up, for one example, and the chain rule from the loss back to that sum,
    path by path: its delta.
    """
    session = reader.session

    def look() -> dict[str, Any]:
        run = session.run
        shown = session.focus if example is None else example
        return explain_unit(run, name, over or run.over, shown)

    return await _reply(session, look, session.seconds_of_a_look())


@router.get(
    "/sessions/{session_id}/gradient-check",
    summary="Check every gradient by numeric differentiation",
    response_model=explanation_replies.GradientCheck,
)
async def get_gradient_check(
    reader: Reader, over: Annotated[Over, Query(description=OVER)] = "train"
) -> Response:
    """Central differences of sixth order, `(45 (E1 - E-1) - 9 (E2 - E-2) + (E3 - E-3)) / (60 h)`.
    The step h moves the unit's sum by about 7e-4, the fifth root of a double's precision, in the
    example where the parameter counts most; it becomes up to 512 times smaller where a kink lies
    within it or the formula of fourth order says otherwise.
    """
    session = reader.session
    seconds = landscape.seconds_to_check(session.run, over)
    if seconds > MAX_STEP_SECONDS:
        detail = _("This would take too long for one request. Check single parameters instead.")
        raise SpecError([("/over", detail)])
    return await _reply(session, lambda: landscape.gradient_check(session.run, over), seconds)


@router.get(
    "/sessions/{session_id}/parameters/{name}/cost-curve",
    summary="The cost along one parameter",
    response_model=explanation_replies.CostCurve,
)
async def get_cost_curve(
    reader: Reader,
    name: ParameterName,
    low: End = None,
    high: End = None,
    points: Annotated[int, Query(ge=2, le=landscape.MOST_CURVE_POINTS)] = landscape.CURVE_POINTS,
    over: OverOrUsual = None,
) -> Response:
    """The cost as this parameter alone is moved, from `low` to `high`; by default a range that
    shows the valley and keeps to round numbers.
    """
    session = reader.session
    costs = points + MOST_LOOKED_AT
    seconds = landscape.seconds_for(session.run, costs, over or session.run.over)
    if seconds > MAX_STEP_SECONDS:
        detail = _("This would take too long for one request. Use fewer points or examples.")
        raise SpecError([("/points", detail)])
    return await _reply(
        session, lambda: landscape.cost_curve(session.run, name, low, high, points, over), seconds
    )


@router.get(
    "/sessions/{session_id}/cost-surface",
    summary="The cost over two parameters",
    response_model=explanation_replies.CostSurface,
)
async def get_cost_surface(
    reader: Reader,
    x: Annotated[str, Query(description="A parameter's name.")],
    y: Annotated[str, Query(description="Another parameter's name.")],
    points: Annotated[
        int, Query(ge=2, le=landscape.MOST_SURFACE_POINTS, description="Along each side.")
    ] = landscape.SURFACE_POINTS,
    over: OverOrUsual = None,
) -> Response:
    """The cost as two parameters are moved: `costs[y][x]`."""
    session = reader.session
    seconds = landscape.seconds_for(session.run, points * points, over or session.run.over)
    if seconds > MAX_STEP_SECONDS:
        most = max(2, int(points * (MAX_STEP_SECONDS / seconds) ** 0.5))
        detail = _("This would take too long for one request. Ask for at most {most}.")
        raise SpecError([("/points", detail.format(most=most))])
    return await _reply(
        session, lambda: landscape.cost_surface(session.run, x, y, points, over), seconds
    )


@router.get(
    "/sessions/{session_id}/diagnosis",
    summary="What keeps the network from learning",
    response_model=explanation_replies.Diagnosis,
)
async def get_diagnosis(reader: Reader) -> Response:
    """Vanishing and exploding gradients, dead and saturated units, a rising cost, each with what
    to try; nothing where all is well.
    """
    session = reader.session
    return await _reply(session, lambda: diagnosis(session.run), session.seconds_of_a_look())


async def _reply(session: Session, look: Callable[[], dict[str, Any]], seconds: float) -> Response:
    def quietly() -> Response:
        # What overflows along a curve is told as null. A long reply is written here too, since
        # this may be a thread.
        with np.errstate(all="ignore"):
            return json_reply(look())

    return await session.read(quietly, seconds)
