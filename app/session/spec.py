"""The spec: all that says what to train. See ``build`` for the checks across its fields."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from app.core.activations import ACTIVATIONS
from app.core.initializers import INITIALIZERS
from app.core.losses import LOSSES
from app.core.metrics import METRICS
from app.core.optimizers import OPTIMIZERS
from app.data.data_sets import DATA_SETS
from app.language import _
from app.session import limits
from app.session.choices import ChosenEntry, choice_of, chosen
from app.session.errors import SpecError
from app.session.naming import Name

ActivationChoice: TypeAlias = choice_of("activation", ACTIVATIONS, short=True)  # type: ignore[valid-type]
InitializerChoice: TypeAlias = choice_of("initializer", INITIALIZERS, short=True)  # type: ignore[valid-type]
LossChoice: TypeAlias = choice_of("loss", LOSSES, short=True)  # type: ignore[valid-type]
OptimizerChoice: TypeAlias = choice_of("optimizer", OPTIMIZERS)  # type: ignore[valid-type]

Rows = list[list[float]]
Penalty = Annotated[float, Field(ge=0, le=1e6)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class LayerSpec(_Part):
    """A dense layer, in Keras's words. `l1` and `l2` are penalties on its kernel."""

    units: int = Field(ge=1, le=limits.MAX_UNITS, description="How many units the layer has.")
    activation: ActivationChoice = chosen(ActivationChoice, "linear")
    use_bias: bool = True
    kernel_initializer: InitializerChoice = chosen(InitializerChoice, "glorot_uniform")
    bias_initializer: InitializerChoice = chosen(InitializerChoice, "zeros")
    l1: Penalty = Field(0.0, description="Adds l1 times the sum of |w| to the loss.")
    l2: Penalty = Field(0.0, description="Adds l2 times the sum of w^2 to the loss.")
    trainable: bool = Field(
        True, description="False freezes the kernel, and the bias unless bias_trainable is true."
    )
    bias_trainable: bool | None = Field(
        None, description="False freezes the bias alone; null follows trainable."
    )


class LayerWeights(_Part):
    """Starting values of one layer: kernel (inputs x units) and bias (units)."""

    kernel: Rows
    bias: list[float] | None = None


class NetworkSpec(_Part):
    """The layers, from the first hidden one to the output, and where they start."""

    layers: list[LayerSpec] = Field(min_length=1, max_length=limits.MAX_LAYERS)
    weights: list[LayerWeights] | None = Field(
        None, description="Starting values, one entry a layer; else the initializers draw them."
    )


class InlineData(ChosenEntry):
    """Examples given in the spec itself: one row an example."""

    source: Literal["inline"] = "inline"
    inputs: Rows
    targets: Rows
    test_inputs: Rows | None = None
    test_targets: Rows | None = None


DataChoice: TypeAlias = choice_of(  # type: ignore[valid-type]
    "data source", DATA_SETS, tag="source", models={"inline": InlineData}
)


class Spec(_Part):
    """What to train: network, data, loss, optimizer and how the batches are made."""

    name: Name = Field("", description="What people call the session.")
    network: NetworkSpec
    data: DataChoice
    loss: LossChoice = chosen(LossChoice, "mse")
    optimizer: OptimizerChoice = chosen(OptimizerChoice, "sgd")
    metrics: list[Literal[tuple(METRICS)]] = Field(  # type: ignore[valid-type]
        default_factory=list, max_length=len(METRICS), description="Reported beside the loss."
    )
    batch_size: int = Field(32, ge=1, le=limits.MAX_BATCH_SIZE)
    shuffle: bool = True
    seed: int = Field(0, ge=0, le=2**53 - 1, description="All that is random follows from it.")


def keeps_weights(old: Spec, new: Spec) -> str | None:
    """None where training can go on from ``old`` to ``new``, else the pointer of what forbids it.

    Optimizer, loss, batch size, shuffling, penalties, freezing and the name may change on the way.
    """
    free = {"name", "optimizer", "loss", "batch_size", "shuffle", "network"}
    for field in Spec.model_fields.keys() - free:
        if getattr(old, field) != getattr(new, field):
            return f"/{field}"
    if old.network.weights != new.network.weights:
        return "/network/weights"
    if len(old.network.layers) != len(new.network.layers):
        return "/network/layers"
    free = {"l1", "l2", "trainable", "bias_trainable"}
    for number, pair in enumerate(zip(old.network.layers, new.network.layers, strict=True)):
        for field in LayerSpec.model_fields.keys() - free:
            if getattr(pair[0], field) != getattr(pair[1], field):
                return f"/network/layers/{number}/{field}"
    return None


def merged(spec: Spec, partial: dict[str, Any]) -> dict[str, Any]:
    """The whole spec with the fields of ``partial`` put in, ready to be validated.

    An optimizer's numbers are put in one by one, and so are the fields of each layer, found by its
    place. An optimizer of another name comes with its own defaults. Raises SpecError for layers
    that are more or fewer than there are.
    """
    whole: dict[str, Any] = spec.model_dump(mode="json")
    for field, value in partial.items():
        old: Any = whole.get(field)
        if field == "optimizer" and isinstance(value, dict):
            same = value.get("name", old["name"]) == old["name"]
            whole[field] = {**old, **value} if same else value
        elif field == "network" and isinstance(value, dict):
            whole[field] = {**old, **value}
            layers = value.get("layers")
            if isinstance(layers, list) and len(layers) != len(old["layers"]):
                detail = _("Give one object for each of the {count} layers; {{}} changes nothing.")
                raise SpecError([("/network/layers", detail.format(count=len(old["layers"])))])
            if isinstance(layers, list):
                whole[field]["layers"] = [
                    {**before, **after} if isinstance(after, dict) else after
                    for before, after in zip(old["layers"], layers, strict=True)
                ]
        else:
            whole[field] = value
    return whole
