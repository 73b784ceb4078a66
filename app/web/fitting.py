"""The output layer and the loss follow the data.

A change of the data alone would often make no sense: three classes need three outputs. What has to
change with the data is changed along with them, and no more.
"""

from typing import Any

from app.core.activations import ACTIVATIONS
from app.core.losses import LOSSES
from app.data.errors import DataError
from app.data.examples import Examples
from app.data.loading import load
from app.session.errors import SpecError
from app.session.parsing import parsed_spec
from app.session.spec import InlineData

Data = dict[str, Any]


def examples_of(data: Data) -> Examples:
    """The examples that the data of a spec describe. Raises SpecError."""
    spec = parsed_spec(data, strict=False)
    try:
        if isinstance(spec.data, InlineData):
            given = spec.data
            return Examples.from_arrays(
                given.inputs, given.targets, given.test_inputs, given.test_targets
            )
        options = spec.data.model_dump()
        return load(options.pop("source"), options, spec.seed)
    except DataError as error:
        raise SpecError([(f"/data/{error.field}".rstrip("/"), error.detail)]) from None


def follow_data(data: Data) -> None:
    """Make the output layer and the loss fit the data, changing no more than is needed."""
    examples = examples_of(data)
    output = data["network"]["layers"][-1]
    width = examples.targets.shape[1]
    low, high = float(examples.targets.min()), float(examples.targets.max())
    widened = int(output["units"]) == 1 and width > 1
    output["units"] = width
    activation = ACTIVATIONS[output["activation"]["name"]]
    if examples.task == "classification" and widened:
        output["activation"] = {"name": "softmax"}
    elif width == 1 and activation.derivative is None:
        output["activation"] = {"name": "sigmoid"}
    activation = ACTIVATIONS[output["activation"]["name"]]
    least, most = activation.bounds
    if (least is not None and low < least) or (most is not None and high > most):
        signed = examples.task == "classification" and (low, high) == (-1.0, 1.0)
        output["activation"] = {"name": "tanh" if signed else "linear"}
    activation = ACTIVATIONS[output["activation"]["name"]]
    least, most = activation.bounds
    loss = LOSSES[data["loss"]["name"]]
    within = least is not None and least >= 0 and most is not None and most <= 1
    if loss.probabilities and not (within and low >= 0 and high <= 1):
        data["loss"] = {"name": "mse"}
    elif loss.distribution and width < 2:
        data["loss"] = {"name": "binary_crossentropy"}
    elif width > 1 and widened and loss.name == "binary_crossentropy":
        data["loss"] = {"name": "categorical_crossentropy"}
