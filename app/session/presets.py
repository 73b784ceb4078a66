"""Ready-made specs to start from. One entry, here, adds one everywhere."""

from dataclasses import dataclass, field
from typing import Any

from app.language import N_
from app.session.spec import Spec

DEFAULT = "article_keras"


@dataclass(frozen=True)
class Preset:
    """A ready-made spec. title and doc are for people, marked for translation."""

    name: str
    title: str
    doc: str
    spec: Spec = field(repr=False)


def _dense(units: int, activation: str, **options: Any) -> dict[str, Any]:
    return {"units": units, "activation": activation, **options}


def _preset(name: str, title: str, doc: str, **spec: Any) -> Preset:
    return Preset(name, title, doc, Spec.model_validate({"name": title, **spec}))


_PLAYGROUND = {
    "loss": "half_squared_error",
    "optimizer": {"name": "sgd", "learning_rate": 0.03},
    "batch_size": 10,
}

_ALL = (
    _preset(
        "article_keras",
        N_("XOR, the article's Keras model"),
        N_(
            "Three sigmoid units, one sigmoid output, SGD on the mean squared error. After 50 "
            "epochs the loss still stands near 0.25: look at the gradients to see why."
        ),
        network={"layers": [_dense(3, "sigmoid"), _dense(1, "sigmoid")]},
        data={"source": "xor"},
        loss="mse",
        optimizer="sgd",
        metrics=["mae", "mse"],
    ),
    _preset(
        "article_keras_adam",
        N_("XOR with Adam and cross-entropy"),
        N_(
            "The article's alternative: binary cross-entropy, Adam, accuracy. The gradients are "
            "larger from the start; raise the learning rate and XOR is learnt."
        ),
        network={"layers": [_dense(3, "sigmoid"), _dense(1, "sigmoid")]},
        data={"source": "xor"},
        loss="binary_crossentropy",
        optimizer="adam",
        metrics=["accuracy"],
    ),
    _preset(
        "article_2_2_2",
        N_("The article's 2-2-2 network"),
        N_(
            "One example, two linear hidden units, two sigmoid outputs, mean squared error, no "
            "biases: small enough to follow every gradient with pencil and paper."
        ),
        network={
            "layers": [
                _dense(2, "linear", use_bias=False),
                _dense(2, "sigmoid", use_bias=False),
            ],
            "weights": [
                {"kernel": [[0.3, -0.2], [0.5, 0.4]]},
                {"kernel": [[0.6, -0.1], [-0.3, 0.7]]},
            ],
        },
        data={"source": "inline", "inputs": [[0.6, 1.0]], "targets": [[1.0, 0.0]]},
        loss="mse",
        optimizer={"name": "sgd", "learning_rate": 0.1},
        batch_size=1,
        shuffle=False,
    ),
    _preset(
        "worked_2_2_2",
        N_("The worked 2-2-2 example"),
        N_(
            "The widely taught example with biases: the total error falls from 0.298371 to "
            "0.291028 in the first update."
        ),
        network={
            "layers": [
                _dense(2, "sigmoid", bias_trainable=False),
                _dense(2, "sigmoid", bias_trainable=False),
            ],
            "weights": [
                {"kernel": [[0.15, 0.25], [0.2, 0.3]], "bias": [0.35, 0.35]},
                {"kernel": [[0.4, 0.5], [0.45, 0.55]], "bias": [0.6, 0.6]},
            ],
        },
        data={"source": "inline", "inputs": [[0.05, 0.1]], "targets": [[0.01, 0.99]]},
        loss="half_squared_error",
        optimizer={"name": "sgd", "learning_rate": 0.5},
        batch_size=1,
        shuffle=False,
    ),
    _preset(
        "playground_circle",
        N_("Playground's circle"),
        N_("A disc within a ring, two inputs, 4 and 2 tanh units: learnt in a few dozen epochs."),
        network={"layers": [_dense(4, "tanh"), _dense(2, "tanh"), _dense(1, "tanh")]},
        data={"source": "circle", "labels": "-1/1"},
        **_PLAYGROUND,
    ),
    _preset(
        "playground_spiral",
        N_("Playground's spiral"),
        N_("Two spirals wound into each other: the hard one. It needs layers, units and time."),
        network={"layers": [_dense(8, "tanh"), _dense(8, "tanh"), _dense(1, "tanh")]},
        data={"source": "spiral", "labels": "-1/1"},
        **_PLAYGROUND,
    ),
    _preset(
        "sine",
        N_("A sine curve"),
        N_("One input, one output: watch eight tanh units bend a line into a wave."),
        network={"layers": [_dense(8, "tanh"), _dense(1, "linear")]},
        data={"source": "sine"},
        loss="mse",
        optimizer={"name": "adam", "learning_rate": 0.01},
        metrics=["mae"],
    ),
    _preset(
        "iris",
        N_("Iris flowers"),
        N_("Four measures of 150 flowers, three species, softmax and categorical cross-entropy."),
        network={"layers": [_dense(8, "relu"), _dense(3, "softmax")]},
        data={"source": "iris", "standardize": True},
        loss="categorical_crossentropy",
        optimizer={"name": "adam", "learning_rate": 0.01},
        metrics=["accuracy"],
    ),
)

PRESETS: dict[str, Preset] = {preset.name: preset for preset in _ALL}
