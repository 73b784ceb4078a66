"""What the API answers, as OpenAPI describes it. The replies themselves are built as plain data."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from app.core.training import EngineName
from app.session import limits
from app.session.following import MAX_ASKER_NAME
from app.session.playing import EndReason
from app.session.spec import Spec

Matrix = list[list[float]]


class Position(BaseModel):
    """Where a session stands."""

    epoch: int = Field(description="Epochs done.")
    batch: int = Field(description="Batches done in this epoch.")
    update: int = Field(description="Updates made since the start.")
    phase: Literal["ready", "forward", "backward"] = Field(
        description="The last that was done for the batch at hand."
    )
    layer: int | None = Field(
        description="How many layers of the next phase are done, where it is gone through layer by "
        "layer: a forward's from the input, a backward's from the output. Else null."
    )


class Recorded(BaseModel):
    """How far the present branch was recorded; the session may stand before that."""

    epoch: int = Field(description="Epochs done at its end.")
    update: int = Field(description="Updates made at its end.")


class Stopped(BaseModel):
    """Why training cannot go on."""

    reason: Literal["overflow", "no_gradient"]
    detail: str
    advice: str


class Metrics(BaseModel):
    """Loss, with penalty, and metrics over all examples at the present parameters."""

    train: dict[str, float]
    test: dict[str, float] | None


class Until(BaseModel):
    """Where play ends: at an epoch, or at the first whose train loss, as evaluate reports it, is
    below a bound; where both are given, at the one that comes first.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    epoch: int | None = Field(
        None, ge=1, le=limits.MAX_EPOCHS, description="One that is still to come."
    )
    loss_below: float | None = Field(None, gt=0, allow_inf_nan=False)


class Playing(BaseModel):
    """How a session plays."""

    epochs_per_second: float | None = Field(
        description="As asked for; null is as fast as the machine can."
    )
    until: Until | None = Field(description="Where it ends; null while somebody watches.")
    from_epoch: int = Field(description="Where it began.")
    seconds_left: float | None = Field(
        description="To `until.epoch`, at the pace really reached; null without one, and before "
        "there is a pace."
    )


class PlayEnd(BaseModel):
    """Play ended by itself."""

    reason: EndReason = Field(
        description="epoch, loss: `until` was reached. stopped: training cannot go on, see "
        "`stopped`. most_epochs: a session keeps no more. unwatched: it had no `until`, and nobody "
        "followed. not_kept: it could not be written down, for want of room perhaps. restart: the "
        "server ended meanwhile, and was started again."
    )
    epoch: int = Field(description="Epochs done then.")


class State(BaseModel):
    """A session: what it trains and where it stands."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "q3b1Xw0T4mWm1gS0nJxW9A",
                "name": "XOR",
                "position": {"epoch": 1, "batch": 0, "update": 1, "phase": "ready", "layer": None},
                "branch": "Run 1",
                "recorded": {"epoch": 1, "update": 1},
                "engine": "compiled",
                "playing": None,
                "play_end": {"reason": "epoch", "epoch": 1},
                "stopped": None,
                "metrics": {"train": {"loss": 0.2505}, "test": None},
            }
        }
    )

    id: str
    name: str
    spec: Spec
    position: Position
    branch: str = Field(description="What was recorded goes by this name.")
    recorded: Recorded
    engine: EngineName
    playing: Playing | None
    play_end: PlayEnd | None = Field(
        description="How the last play ended by itself. null while it plays, after a pause, and "
        "where another run has begun or another branch is the present one since."
    )
    stopped: Stopped | None
    metrics: Metrics


class Batch(BaseModel):
    """The examples of a batch."""

    indices: list[int] = Field(description="Which training examples, counted from 0.")
    inputs: Matrix
    targets: Matrix


class LayerForward(BaseModel):
    """Of one layer: z = x @ kernel + bias and a = f(z), a row an example."""

    pre_activations: Matrix
    activations: Matrix


class Forward(BaseModel):
    """What forward computed."""

    state: State
    batch: Batch
    layers: list[LayerForward] = Field(description="Those done so far, from the input on.")
    loss: float | None = Field(
        description="Mean over the batch, without penalty; null while layers are to be done."
    )
    penalty: float


class LayerBackward(BaseModel):
    """Of one layer: dLoss/dz of each example, and the mean gradient of the batch."""

    deltas: Matrix
    kernel_gradient: Matrix
    bias_gradient: list[float] | None
    kernel_penalty_gradient: Matrix | None = Field(
        description="What l1 and l2 add to the kernel's gradient; null without penalties."
    )


class Backward(BaseModel):
    """What backward computed."""

    state: State
    loss_gradient: Matrix = Field(description="dLoss/doutput of each example.")
    layers: list[LayerBackward | None] = Field(
        description="From the input on; null for those still to be done."
    )


class LayerUpdate(BaseModel):
    """Of one layer: what the optimizer added."""

    kernel_update: Matrix
    bias_update: list[float] | None


class Update(BaseModel):
    """What update changed."""

    state: State
    layers: list[LayerUpdate]


class Entry(BaseModel):
    """The history of one epoch."""

    epoch: int
    fit: dict[str, float] = Field(description="What Keras's fit reports.")
    train: dict[str, float] = Field(description="What evaluate reports after the epoch.")
    test: dict[str, float] | None


class Steps(State):
    """The State after a step, and the history entries it made."""

    epochs: list[Entry]


class History(BaseModel):
    """History entries, and the metrics before the first epoch."""

    initial: Metrics
    epochs: list[Entry]


class LayerParameters(BaseModel):
    """Kernel (inputs x units) and bias (units) of one layer."""

    kernel: Matrix
    bias: list[float] | None


class Parameters(BaseModel):
    """The parameters of every layer."""

    layers: list[LayerParameters]


class Gradients(Parameters):
    """The gradient of every parameter, and the mean loss it is of; without penalties."""

    loss: float


class Outputs(BaseModel):
    """A row of outputs for every row of inputs."""

    outputs: Matrix


class Step(BaseModel):
    """How far to go. An epoch or batch begun is finished first and counts as one."""

    model_config = ConfigDict(extra="forbid", strict=True)

    unit: Literal["epoch", "batch", "phase"] = "epoch"
    count: int = Field(1, ge=1, le=limits.MAX_STEPS)


class Play(BaseModel):
    """How fast to play, and how long."""

    model_config = ConfigDict(extra="forbid", strict=True)

    epochs_per_second: float | None = Field(
        5.0,
        ge=limits.MIN_EPOCHS_PER_SECOND,
        le=limits.MAX_EPOCHS_PER_SECOND,
        allow_inf_nan=False,
        description="null plays as fast as the machine can.",
    )
    until: Until | None = Field(
        None,
        description="Where to end, whether anybody watches or not. null plays on while somebody "
        "follows the events.",
    )


class Focus(BaseModel):
    """Which training example to show."""

    model_config = ConfigDict(extra="forbid", strict=True)

    example: int = Field(ge=0)


class Choose(BaseModel):
    """Which parameter or unit to explain; neither, or null, for none."""

    model_config = ConfigDict(extra="forbid", strict=True)

    parameter: str | None = Field(
        default=None, description="Its name, such as 2.kernel.0.0.", max_length=limits.MAX_NAME
    )
    unit: str | None = Field(
        default=None, description="Its name, such as 2.unit.0.", max_length=limits.MAX_NAME
    )


class Look(Choose):
    """Which parameter or unit one event stream explains; neither, or null, for that of all."""

    follower: str = Field(
        description="As the event `follower` told it.", max_length=limits.MAX_NAME
    )


class Ask(BaseModel):
    """Who asks to drive."""

    model_config = ConfigDict(extra="forbid", strict=True)

    follower: str = Field(
        description="As the event `follower` told it.", max_length=limits.MAX_NAME
    )
    name: str = Field(
        max_length=limits.MAX_NAME,
        description=f"By which the driver knows you, at most {MAX_ASKER_NAME} characters.",
    )


class Person(BaseModel):
    """One who asks, or a guest."""

    number: int
    name: str


class Following(BaseModel):
    """Who follows a session. watching: event streams by the watch link."""

    watch_id: str
    watching: int
    asks: list[Person]
    guests: list[Person]


class Layers(BaseModel):
    """How far to go through a phase."""

    model_config = ConfigDict(extra="forbid", strict=True)

    layers: int | None = Field(
        None,
        ge=1,
        le=limits.MAX_LAYERS,
        description="So many layers on from where the phase is; null to its end.",
    )


class Predict(BaseModel):
    """Rows of inputs to run forward."""

    model_config = ConfigDict(extra="forbid", strict=True)

    inputs: list[list[FiniteFloat]] = Field(min_length=1, max_length=limits.MAX_PREDICTIONS)


Partial = dict[str, Any]
