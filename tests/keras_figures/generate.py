"""Make the JSON files of this folder with Keras 3 on PyTorch, in float64.

    python -m pip install keras torch
    python -m tests.keras_figures.generate

Nothing of the project's own code takes part: values come from Keras's functions and classes,
derivatives from PyTorch's automatic differentiation of them. The inputs are written down beside
the results, so a test needs nothing but the file. Run it anew after adding an activation, loss,
optimizer, initializer or metric; README.md says what the figures are held to.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import torch

FOLDER = Path(__file__).parent
Figures = dict[str, Any]


def tensor(values: Any, *, differentiable: bool = False) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64, requires_grad=differentiable)


def gradient_of(result: torch.Tensor, of: torch.Tensor) -> list[Any]:
    (gradient,) = torch.autograd.grad(result, of)
    return gradient.tolist()


# Keras on PyTorch rounds softplus(z) to z above 20, which is off by 2e-9 just there: no points
# between 20 and 40.
PRE_ACTIVATIONS = [
    *(-1000.0, -50.0, -12.0, -7.5, -6.0, -4.0, -3.0, -2.3, -1.6, -1.0, -0.75, -0.3, -0.01, -1e-9),
    *(0.0, 1e-9, 0.01, 0.25, 0.5, 0.9, 1.3, 2.0, 2.9, 3.0, 4.4, 6.0, 8.0, 12.0, 50.0, 1000.0),
]

ACTIVATIONS: dict[str, list[Figures]] = {
    "linear": [{}],
    "sigmoid": [{}],
    "tanh": [{}],
    "relu": [{}],
    "leaky_relu": [{"negative_slope": 0.2}, {"negative_slope": 0.01}, {"negative_slope": 1.0}],
    "elu": [{"alpha": 1.0}, {"alpha": 0.3}, {"alpha": 2.5}],
    "selu": [{}],
    "gelu": [{"approximate": False}, {"approximate": True}],
    "softplus": [{}],
    "softsign": [{}],
    "silu": [{}],
    "hard_sigmoid": [{}],
    "exponential": [{}],
}

SOFTMAX_ROWS = [[0.1, -0.4, 0.7], [3.0, 3.0, 3.0], [-8.0, 2.0, 9.5], [1000.0, -1000.0, 999.0]]
SOFTMAX_UPSTREAM = [[1.0, 0.0, 0.0], [0.2, -0.9, 0.4], [-1.5, 2.0, 0.3], [0.7, 0.1, -0.6]]


def activations() -> Figures:
    cases: dict[str, list[Figures]] = {}
    for name, option_sets in ACTIVATIONS.items():
        function = getattr(keras.activations, name)
        # e^1000 is beyond the largest double.
        points = [z for z in PRE_ACTIVATIONS if name != "exponential" or z < 700.0]
        cases[name] = []
        for options in option_sets:
            z = tensor(points, differentiable=True)
            a = function(z, **options)
            case = {"options": options, "z": points, "a": a.tolist()}
            cases[name].append(case | {"derivative": gradient_of(a.sum(), z)})
    z = tensor(SOFTMAX_ROWS, differentiable=True)
    a = keras.activations.softmax(z)
    delta = gradient_of((a * tensor(SOFTMAX_UPSTREAM)).sum(), z)
    case = {"options": {}, "z": SOFTMAX_ROWS, "a": a.tolist()}
    cases["softmax"] = [case | {"upstream": SOFTMAX_UPSTREAM, "delta": delta}]
    return cases


NUMBERS = (
    [[0.5, -1.0, 2.0], [0.0, 0.0, 3.0], [1.0, -7.0, 0.25], [2.0, 2.0, 2.0]],
    [[0.7, -1.6, 2.0], [0.9, -0.2, -2.5], [0.95, 0.5, 0.25], [2.0, 3.5, 1.25]],
)
ONE_NUMBER = ([[0.0], [1.0], [1.0], [0.0]], [[0.3], [0.8], [-1.7], [2.6]])
# Also outputs at, and beyond, the ends that a probability is held to.
PROBABILITIES = (
    [[0.0, 1.0, 1.0], [1.0, 0.0, 0.5], [0.0, 1.0, 0.0], [1.0, 1.0, 0.2]],
    [[0.1, 0.6, 0.999], [0.0, 1.0, 0.5], [1e-8, 1e-7, 1e-6], [1.0, 0.99999995, 0.2]],
)
ONE_PROBABILITY = ([[0.0], [1.0], [1.0], [0.0]], [[0.3], [0.8], [0.02], [0.97]])
CLASSES = (
    [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.2, 0.3, 0.5], [1.0, 0.0, 0.0]],
    [[0.2, 0.7, 0.1], [0.9, 0.8, 0.1], [1.0, 0.0, 1e-9], [0.3, 0.3, 0.3], [1.0, 0.0, 0.0]],
)
SIDES = (
    [[1.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 1.0, 0.0]],
    [[0.4, 0.3, 1.2], [-1.5, -0.7, -0.9], [2.0, 0.0, 0.6]],
)
SIGNS = ([[1.0, -1.0], [-1.0, 1.0]], [[0.4, 0.3], [-1.5, -0.7]])

LOSSES: dict[str, list[tuple[Figures, Any]]] = {
    "mse": [({}, NUMBERS), ({}, ONE_NUMBER)],
    "mae": [({}, NUMBERS), ({}, ONE_NUMBER)],
    "huber": [({"delta": 1.0}, NUMBERS), ({"delta": 0.3}, NUMBERS), ({"delta": 2.0}, ONE_NUMBER)],
    "log_cosh": [({}, NUMBERS), ({}, ONE_NUMBER)],
    "binary_crossentropy": [({}, PROBABILITIES), ({}, ONE_PROBABILITY)],
    "categorical_crossentropy": [({}, CLASSES)],
    "hinge": [({}, SIDES), ({}, SIGNS), ({}, ONE_NUMBER)],
    "half_squared_error": [({}, NUMBERS), ({}, ONE_NUMBER)],
}


def half_squared_error(targets: torch.Tensor, outputs: torch.Tensor) -> torch.Tensor:
    """The textbook's loss, which Keras does not have, from Keras's operations."""
    return 0.5 * keras.ops.sum(keras.ops.square(outputs - targets), axis=-1)


def losses() -> Figures:
    cases: dict[str, list[Figures]] = {}
    for name, runs in LOSSES.items():
        textbook = name == "half_squared_error"
        function = half_squared_error if textbook else keras.losses.get(name)
        cases[name] = []
        for options, (targets, values) in runs:
            outputs = tensor(values, differentiable=True)
            loss = function(tensor(targets), outputs, **options)
            case = {"options": options, "targets": targets, "outputs": values}
            gradient = gradient_of(loss.sum(), outputs)
            cases[name].append(case | {"loss": loss.tolist(), "gradient": gradient})
    return cases


METRICS: dict[str, tuple[Callable[[], keras.Metric] | None, list[Any]]] = {
    "mae": (lambda: keras.metrics.MeanAbsoluteError(dtype="float64"), [NUMBERS, ONE_NUMBER]),
    "mse": (lambda: keras.metrics.MeanSquaredError(dtype="float64"), [NUMBERS, ONE_NUMBER]),
    "rmse": (lambda: keras.metrics.RootMeanSquaredError(dtype="float64"), [NUMBERS, ONE_NUMBER]),
    "accuracy": (None, [ONE_PROBABILITY, CLASSES, PROBABILITIES]),
    "binary_accuracy": (
        lambda: keras.metrics.BinaryAccuracy(dtype="float64"),
        [ONE_PROBABILITY, PROBABILITIES, ([[1.0], [0.0]], [[0.5], [0.5]])],
    ),
    "categorical_accuracy": (
        lambda: keras.metrics.CategoricalAccuracy(dtype="float64"),
        [CLASSES, PROBABILITIES],
    ),
    "r2": (
        lambda: keras.metrics.R2Score(dtype="float64"),
        [NUMBERS, ONE_NUMBER, ([[2.0], [2.0], [2.0]], [[1.0], [2.0], [4.0]])],
    ),
}
BATCH = 3


def resolved_accuracy(targets: Any, outputs: Any) -> float:
    """What Keras reports for ``metrics=["accuracy"]`` when a model answers ``outputs``."""
    model = keras.Sequential([keras.Input((len(outputs[0]),)), keras.layers.Identity()])
    model.compile(loss="mse", metrics=["accuracy"])
    report = model.evaluate(
        np.array(outputs), np.array(targets), batch_size=BATCH, verbose=0, return_dict=True
    )
    return float(report["accuracy"])


def metrics() -> Figures:
    cases: dict[str, list[Figures]] = {}
    for name, (make, runs) in METRICS.items():
        cases[name] = []
        for targets, outputs in runs:
            if make is None:
                value = resolved_accuracy(targets, outputs)
            else:
                metric = make()
                for start in range(0, len(targets), BATCH):
                    batch = slice(start, start + BATCH)
                    metric.update_state(tensor(targets[batch]), tensor(outputs[batch]))
                value = float(metric.result())
            cases[name].append({"targets": targets, "outputs": outputs, "value": value})
    return {"batch": BATCH, "cases": cases}


START = [0.3, -0.8, 1.5, 0.05, -0.4, 0.9]
KERNEL = 4  # of these are a kernel of shape (2, 2), the others a bias
UPDATES = 12
SAVED = (1, 2, 3, UPDATES)


def varying_gradients() -> list[list[float]]:
    """Of changing sign and size; the third is 0 in every other update, the last one always."""
    gradients = []
    for update in range(1, UPDATES + 1):
        wave = [np.sin(0.7 * update * (i + 1) + i) * 2.0 ** (i - 3) for i in range(len(START))]
        wave[2] *= update % 2
        wave[5] = 0.0
        gradients.append([round(float(value), 6) for value in wave])
    return gradients


OPTIMIZERS: dict[str, tuple[type[keras.Optimizer], list[Figures]]] = {
    "sgd": (
        keras.optimizers.SGD,
        [
            {},
            {"learning_rate": 0.1, "momentum": 0.9},
            {"learning_rate": 0.1, "momentum": 0.8, "nesterov": True},
            {"learning_rate": 0.1, "nesterov": True},
            {"learning_rate": 0.3, "momentum": 0.5, "clipnorm": 0.4},
            {"learning_rate": 0.3, "clipvalue": 0.2},
            {"learning_rate": 0.3, "global_clipnorm": 0.6},
        ],
    ),
    "rmsprop": (
        keras.optimizers.RMSprop,
        [
            {},
            {"learning_rate": 0.05, "rho": 0.7, "momentum": 0.6},
            {"learning_rate": 0.02, "centered": True, "epsilon": 1e-3},
            {"learning_rate": 0.02, "momentum": 0.9, "centered": True},
            {"learning_rate": 0.05, "clipnorm": 0.4},
        ],
    ),
    "adagrad": (
        keras.optimizers.Adagrad,
        [
            {},
            {"learning_rate": 0.2, "initial_accumulator_value": 0.5},
            {"learning_rate": 0.2, "initial_accumulator_value": 0.0, "epsilon": 1e-4},
            {"learning_rate": 0.2, "clipvalue": 0.2},
        ],
    ),
    "adadelta": (
        keras.optimizers.Adadelta,
        [{}, {"learning_rate": 1.0, "rho": 0.8, "epsilon": 1e-4}, {"global_clipnorm": 0.6}],
    ),
    "adam": (
        keras.optimizers.Adam,
        [
            {},
            {"learning_rate": 0.05, "beta_1": 0.6, "beta_2": 0.9, "epsilon": 1e-4},
            {"learning_rate": 0.05, "beta_2": 0.5, "amsgrad": True},
            {"learning_rate": 0.05, "beta_1": 0.0},
            {"learning_rate": 0.05, "clipnorm": 0.4},
            {"learning_rate": 0.05, "clipvalue": 0.2},
            {"learning_rate": 0.05, "global_clipnorm": 0.6},
        ],
    ),
    "adamax": (
        keras.optimizers.Adamax,
        [
            {},
            {"learning_rate": 0.05, "beta_1": 0.6, "beta_2": 0.7, "epsilon": 1e-3},
            {"learning_rate": 0.05, "global_clipnorm": 0.6},
        ],
    ),
    "nadam": (
        keras.optimizers.Nadam,
        [
            {},
            {"learning_rate": 0.05, "beta_1": 0.6, "beta_2": 0.9, "epsilon": 1e-4},
            {"learning_rate": 0.05, "clipnorm": 0.4},
        ],
    ),
    "adamw": (
        keras.optimizers.AdamW,
        [
            {},
            {"learning_rate": 0.05, "weight_decay": 0.3, "beta_1": 0.6, "epsilon": 1e-4},
            {"learning_rate": 0.05, "weight_decay": 0.1, "beta_2": 0.5, "amsgrad": True},
            {"learning_rate": 0.05, "weight_decay": 0.0, "clipvalue": 0.2},
        ],
    ),
}


def variables_of(values: list[float]) -> list[keras.Variable]:
    parts = np.array(values[:KERNEL]).reshape(2, 2), np.array(values[KERNEL:])
    return [keras.Variable(part, dtype="float64") for part in parts]


def gradients_of(values: list[float]) -> list[torch.Tensor]:
    return [tensor(values[:KERNEL]).reshape(2, 2), tensor(values[KERNEL:])]


def flat(variables: list[keras.Variable]) -> list[float]:
    return [
        float(x) for variable in variables for x in keras.ops.convert_to_numpy(variable).ravel()
    ]


def optimizers() -> Figures:
    gradients = varying_gradients()
    cases: dict[str, list[Figures]] = {}
    for name, (make, option_sets) in OPTIMIZERS.items():
        cases[name] = []
        for options in option_sets:
            optimizer, variables = make(**options), variables_of(START)
            saved = {}
            for update, gradient in enumerate(gradients, 1):
                optimizer.apply(gradients_of(gradient), variables)
                if update in SAVED:
                    saved[str(update)] = flat(variables)
            cases[name].append({"options": options, "parameters": saved})
    variables = [[0, KERNEL], [KERNEL, len(START)]]
    return {"variables": variables, "start": START, "gradients": gradients, "cases": cases}


CLIPPING = [
    {"clipnorm": 0.5},
    {"clipnorm": 100.0},
    {"clipvalue": 0.5},
    {"clipvalue": 100.0},
    {"global_clipnorm": 0.5},
    {"global_clipnorm": 100.0},
]
CLIPPED_GRADIENTS = [[0.3, -0.9, 2.0, 0.1, -0.2, 0.4], [0.1, 0.2, -0.2, 0.0, 3.0, -4.0], [0.0] * 6]


def clipping() -> Figures:
    """The clipped gradient is what SGD with a learning rate of 1 takes away from 0.

    A variable that is not ``trained`` is frozen: Keras never shows it to the optimizer.
    """
    cases = []
    for options in CLIPPING:
        for gradient in CLIPPED_GRADIENTS:
            for trained in ([0, 1], [0], [1]):
                if gradient == CLIPPED_GRADIENTS[2] and "global_clipnorm" in options:
                    continue  # Keras divides by the length 0 there and warns
                variables = variables_of([0.0] * len(START))
                optimizer = keras.optimizers.SGD(learning_rate=1.0, **options)
                gradients = gradients_of(gradient)
                optimizer.apply([gradients[i] for i in trained], [variables[i] for i in trained])
                clipped = [0.0 - value for value in flat(variables)]
                case = {"options": options, "gradient": gradient, "trained": trained}
                cases.append(case | {"clipped": clipped})
    return {"variables": [[0, KERNEL], [KERNEL, len(START)]], "cases": cases}


INITIALIZERS: dict[str, tuple[type[keras.Initializer], list[Figures]]] = {
    "glorot_uniform": (keras.initializers.GlorotUniform, [{}]),
    "glorot_normal": (keras.initializers.GlorotNormal, [{}]),
    "he_uniform": (keras.initializers.HeUniform, [{}]),
    "he_normal": (keras.initializers.HeNormal, [{}]),
    "lecun_uniform": (keras.initializers.LecunUniform, [{}]),
    "lecun_normal": (keras.initializers.LecunNormal, [{}]),
    "random_uniform": (keras.initializers.RandomUniform, [{}, {"minval": 0.5, "maxval": 2.0}]),
    "random_normal": (keras.initializers.RandomNormal, [{}, {"mean": -1.0, "stddev": 0.3}]),
    "zeros": (keras.initializers.Zeros, [{}]),
    "ones": (keras.initializers.Ones, [{}]),
    "constant": (keras.initializers.Constant, [{}, {"value": -0.7}]),
    "orthogonal": (keras.initializers.Orthogonal, [{}, {"gain": 2.5}]),
}
SHAPES_AND_DRAWS = (((2, 3), 2000), ((7, 1), 2000), ((200, 100), 1), ((5,), 2000))


def initializers() -> Figures:
    """How Keras's values are spread. It draws other numbers than anyone else from any seed."""
    cases: dict[str, list[Figures]] = {}
    for name, (make, option_sets) in INITIALIZERS.items():
        cases[name] = []
        for options in option_sets:
            for shape, draws in SHAPES_AND_DRAWS:
                if name == "orthogonal" and len(shape) == 1:
                    continue  # Keras has none
                initializer = make(**options)
                if hasattr(initializer, "seed"):
                    # One generator for all draws; a bare number would give equal draws.
                    initializer = make(**options, seed=keras.random.SeedGenerator(1))
                values = np.array(
                    [
                        keras.ops.convert_to_numpy(initializer(shape, dtype="float64"))
                        for _ in range(draws)
                    ]
                )
                figures = {
                    "mean": float(values.mean()),
                    "stddev": float(values.std()),
                    "least": float(values.min()),
                    "greatest": float(values.max()),
                }
                case = {"options": options, "shape": list(shape), "draws": draws}
                cases[name].append(case | figures)
    return cases


GOLDEN = FOLDER.parent / "golden"
EPOCHS_SAVED = (1, 10)


def flattened(model: keras.Model) -> list[float]:
    return [float(x) for weights in model.get_weights() for x in np.ravel(weights)]


def training() -> Figures:
    """The models of tests/golden/keras_*.json trained again, without rounding to float32."""
    optimizers = {make.__name__.lower(): make for make, _ in OPTIMIZERS.values()}
    parameters: Figures = {}
    for path in sorted(GOLDEN.glob("keras_*.json")):
        golden = json.loads(path.read_text(encoding="utf-8"))
        inputs, targets = np.array(golden["X"]), np.array(golden["y"])
        model = keras.Sequential([keras.Input((inputs.shape[1],))])
        for layer in golden["layers"]:
            dense = keras.layers.Dense(
                layer["units"],
                activation=layer["activation"],
                use_bias=layer["use_bias"],
                kernel_regularizer=keras.regularizers.L1L2(layer["l1"], layer["l2"]),
            )
            model.add(dense)
            start = [np.array(layer["kernel"])]
            dense.set_weights(start + [np.array(layer["bias"])] * layer["use_bias"])
        options = dict(golden["optimizer"])
        make = optimizers[options.pop("name").lower()]
        model.compile(optimizer=make(**options), loss=golden["loss"])
        saved = {}
        for epoch in range(1, golden["epochs"] + 1):
            model.fit(
                inputs,
                targets,
                epochs=epoch,
                initial_epoch=epoch - 1,
                batch_size=golden["batch_size"],
                shuffle=False,
                verbose=0,
            )
            if epoch in EPOCHS_SAVED or epoch == golden["epochs"]:
                saved[str(epoch)] = flattened(model)
        parameters[path.stem] = saved
    return parameters


def main() -> None:
    keras.config.set_floatx("float64")
    # On PyTorch, Keras joins types to 32 bits at most whatever floatx says (its mean, for one, is
    # taken in float32); on TensorFlow it keeps 64. Let it do so here.
    keras.src.backend.common.dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
    made_by = {"keras": keras.__version__, "torch": torch.__version__, "numpy": np.__version__}
    for make in (activations, losses, metrics, optimizers, clipping, initializers, training):
        path = FOLDER / f"{make.__name__}.json"
        document = {"made_by": made_by, make.__name__: make()}
        path.write_text(to_text(document) + "\n", encoding="utf-8")
        print(f"{path.name}: {path.stat().st_size / 1024:.1f} KiB")


def to_text(value: Any, indent: str = "") -> str:
    """JSON with a line for each list of numbers, so that a change shows in a diff."""
    inner = indent + " "
    if isinstance(value, dict) and value:
        lines = (f"{inner}{json.dumps(key)}: {to_text(v, inner)}" for key, v in value.items())
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(inner + to_text(v, inner) for v in value) + f"\n{indent}]"
    return json.dumps(value, allow_nan=False)


if __name__ == "__main__":
    main()
