"""What the API answers about gradients and costs, as OpenAPI describes it."""

from typing import Literal

from pydantic import BaseModel, Field

from app.session.derivation import MOST_DELTAS, MOST_TERMS
from app.session.unit_explanation import MOST_PARTS

Number = float | None
"""null where a number is too large for a double."""

Over = Literal["batch", "train"]


class Step(BaseModel):
    """One factor of the chain rule, d `to` / d `from`."""

    symbol: str = Field(
        description="In the textbook's names: E the loss, Y1 an output, y1 its sum."
    )
    value: float
    from_: str = Field(alias="from")
    to: str
    kind: Literal["loss", "activation", "weight", "input", "one"] = Field(
        description="What the factor is: the loss's slope, an activation's slope, a weight, the "
        "value that the parameter is multiplied by, or the 1 beside a bias."
    )
    place: str = Field(
        description="What is drawn for it: `node:2.0` is unit 0 of layer 2, and layer 0 are the "
        "inputs; `edge:2.kernel.0.0` a parameter."
    )


class ChainPath(BaseModel):
    """One way from the loss to the parameter or unit, its factors in their order."""

    steps: list[Step]
    product: Number


class DeltaTerm(BaseModel):
    """A part of what comes back to a unit: `weight * delta`, delta that of the unit behind it."""

    parameter: str
    weight: float
    delta: float


class Delta(BaseModel):
    """`delta = derivative * upstream + (cross or 0)` of a unit, for the one example."""

    layer: int = Field(description="Counted from 1, as in names of parameters.")
    unit: int
    label: str
    delta: float
    derivative: Number = Field(description="Of the unit's activation by its own sum.")
    upstream: Number = Field(
        description="Sum of all terms' weight * delta; in the output layer the loss's slope."
    )
    cross: Number = Field(
        description="What comes through the layer's other activations, as in softmax; else null."
    )
    terms: list[DeltaTerm] = Field(description=f"At most {MOST_TERMS}, the largest.")
    terms_rest: Number = Field(description="Sum of the terms not listed.")


class Contribution(BaseModel):
    """What one example adds to the gradient of the batch."""

    index: int = Field(description="Which training example, counted from 0.")
    contribution: float


class SlotChange(BaseModel):
    """What the optimizer remembers of the parameter."""

    before: float
    after: float
    corrected: Number = Field(
        description="For a running mean that began at 0: after / (1 - share^iteration). Else null."
    )


class UpdateDerivation(BaseModel):
    """From gradient to new value."""

    gradient: float
    penalty: float = Field(description="What l1 and l2 add to the gradient.")
    clipped: float = Field(description="Gradient and penalty after clipping, if there is any.")
    clipped_norm: float | None = Field(
        description="The length by which it is clipped: of the gradient of its kernel or bias, or "
        "of all; null where it is clipped by none."
    )
    optimizer: str
    iteration: int = Field(description="The number of this update, counted from 1.")
    slots: dict[str, SlotChange] = Field(description="Those of the optimizer that have an effect.")
    learning_rate: float
    change: float = Field(description="0 for a frozen parameter.")
    new_value: float


class NumericGradient(BaseModel):
    """The gradient by central differences of sixth order."""

    gradient: Number
    relative_error: Number = Field(
        description="Of the gradient, relative to the larger of the two, or to what differences of "
        "costs can resolve to six digits where that is more."
    )
    step: float = Field(
        description="h: moves the unit's sum by about 7e-4, the fifth root of a double's "
        "precision, in the example where the parameter counts most; up to 512 times less where "
        "the differences disagree or a kink is near."
    )
    kink: bool = Field(
        description="A kink of an activation or the loss lies within the step, so that the "
        "difference is no judge."
    )


class Explanation(BaseModel):
    """Where a parameter's gradient comes from and what it will do."""

    name: str
    label: str
    value: float
    gradient: float = Field(description="Over the batch or training set, without penalty.")
    over: Over
    example: int = Field(description="The training example of paths and deltas.")
    trainable: bool
    paths: list[ChainPath] = Field(
        description="All up to 1,000, in the order of their units; of more, the largest 100."
    )
    paths_total: int
    paths_rest: Number = Field(description="Sum of the paths not listed.")
    example_gradient: float = Field(description="Of the one example: the sum of all its paths.")
    deltas: list[Delta] = Field(
        description=f"Of the unit the parameter leads to, and of those behind it; at most "
        f"{MOST_DELTAS}."
    )
    examples: list[Contribution] = Field(
        description="The largest first; their sum is the gradient."
    )
    examples_total: int
    examples_rest: float = Field(description="Sum of the contributions not listed.")
    update: UpdateDerivation
    numeric: NumericGradient


class SumTerm(BaseModel):
    """What a unit adds up: `weight * input`."""

    parameter: str
    label: str
    weight: float
    input: float = Field(description="1 beside the bias.")
    place: str | None = Field(
        description="What is drawn for the input: `node:1.0`; null beside the bias."
    )


class UnitExplanation(BaseModel):
    """How a unit's value and its delta come about, for one example."""

    name: str
    label: str
    over: Over
    example: int = Field(description="The training example of all but the mean.")
    pre_activation: float = Field(description="The sum of the terms.")
    activation: float
    terms: list[SumTerm] = Field(
        description=f"In the order of the inputs, the bias last; at most {MOST_PARTS:,}, the "
        "largest."
    )
    terms_total: int
    terms_rest: Number = Field(description="Sum of the terms not listed.")
    bias: str | None = Field(
        description="The parameter whose gradient is just the delta; null without a bias."
    )
    paths: list[ChainPath] = Field(
        description="From the loss to the pre-activation; all up to 1,000, in the order of their "
        "units; of more, the largest 100."
    )
    paths_total: int
    paths_rest: Number = Field(description="Sum of the paths not listed.")
    delta: float = Field(description="dE/d pre-activation: the sum of all paths.")
    mean_delta: float = Field(
        description="Of all examples of the batch or training set; the gradient of the bias."
    )
    deltas: list[Delta] = Field(
        description=f"Of the unit, and of those behind it; at most {MOST_DELTAS}."
    )


class CheckedParameter(NumericGradient):
    """A gradient and its numeric value."""

    name: str
    label: str
    gradient: float
    numeric: Number


class GradientCheck(BaseModel):
    """The gradient of every parameter beside its numeric value."""

    over: Over
    max_relative_error: Number = Field(description="Of the parameters that are not at a kink.")
    parameters: list[CheckedParameter]


class CostCurve(BaseModel):
    """The cost, penalty included, along one parameter. All of it is of the same examples."""

    name: str
    label: str
    over: Over
    examples: int = Field(description="Over how many the cost is.")
    values: list[float]
    costs: list[Number]
    usual_range: tuple[float, float] = Field(
        description="One that shows the valley: that of `values`, unless others were asked for."
    )
    value: float = Field(description="The parameter as it is.")
    cost: float = Field(description="The cost there.")
    slope: float = Field(description="Of the cost there: `gradient + (penalty or 0)`.")
    gradient: float = Field(description="Of the loss.")
    penalty: Number = Field(description="Slope of the penalty; null where the network has none.")
    next_value: float = Field(description="Where an update by this slope takes the parameter.")


class Axis(BaseModel):
    """One of a surface's two parameters."""

    name: str
    label: str
    values: list[float]
    value: float
    next_value: float = Field(description="Where an update by these examples takes it.")


class CostSurface(BaseModel):
    """The cost, penalty included, over two parameters. All of it is of the same examples."""

    over: Over
    examples: int = Field(description="Over how many the cost is.")
    x: Axis
    y: Axis
    costs: list[list[Number]] = Field(description="A row for each value of y.")
    cost: float = Field(description="The cost at the present values.")


class Finding(BaseModel):
    """Something that keeps the network from learning."""

    kind: Literal["vanishing", "exploding", "dead", "saturated", "rising", "risen"]
    layer: int | None = Field(
        description="Counted from 1; of several the one where it is worst; null where it is the "
        "whole network."
    )
    layers: list[int] = Field(description="All that it was found in.")
    units: list[int] | None = Field(description="Which units of the layer; null for all of it.")
    value: float = Field(
        description="vanishing, exploding: mean size of the layer's deltas relative to the output "
        "layer's; or of its gradient relative to its weights, where the numbers themselves grow "
        "from layer to layer. dead, saturated: how many units. rising: the cost relative to "
        "its best of late; risen: to its lowest."
    )
    sentence: str
    advice: str


class GradientNorms(BaseModel):
    """What `gradient_norms` was, whenever somebody looked: at most 500 entries, since the start."""

    epochs: list[float] = Field(description="With a fraction within one.")
    norms: list[list[Number]] = Field(description="For each of them, one for each layer.")


class Diagnosis(BaseModel):
    """What is wrong with the network, if anything, and how the gradient is spread over it."""

    findings: list[Finding]
    gradient_norms: list[float] = Field(
        description="Euclidean length of each layer's gradient over the training set."
    )
    gradient_norms_over_time: GradientNorms
