"""The catalog of optimizers, with Keras 3's names, options and defaults.

Their formulas are in ``update_rules``; clipping, which every one of them may have before it, is in
``clipping``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from app.core import update_rules
from app.core.entry import Array, Entry, Option, OptionValue
from app.language import N_


@dataclass(frozen=True)
class Slot:
    """A vector that an optimizer keeps from update to update, one number for each parameter.

    initial: the number it starts with, or the name of the option that says so. shown_with: the
    option without which the slot has no effect, and need not be shown. mean_by: for a running mean
    that begins at 0 and is corrected for that, the option that gives the share b that is kept; the
    mean so far is the slot divided by 1 - b^updates.
    """

    name: str
    initial: float | str
    doc: str
    shown_with: str | None = None
    mean_by: str | None = None


@dataclass(frozen=True, kw_only=True)
class Optimizer(Entry):
    """A rule of change. Its options include those of clipping, which happens before ``change``.

    change: its formula, as described in ``update_rules``; takes all options but CLIPPING_OPTIONS.
    """

    change: Callable[..., tuple[Array, ...]]
    slots: tuple[Slot, ...] = ()

    def initial_slots(self, size: int, options: Mapping[str, OptionValue]) -> list[Array]:
        """The slots before the first update, for so many parameters."""
        values = (
            options[slot.initial] if isinstance(slot.initial, str) else slot.initial
            for slot in self.slots
        )
        return [np.full(size, value, dtype=np.float64) for value in values]


_CLIPPING = (
    Option(
        "clipnorm",
        "float",
        None,
        N_("Shorten the gradient of each kernel and each bias to this length at most."),
        above=0.0,
        optional=True,
    ),
    Option(
        "clipvalue",
        "float",
        None,
        N_("Hold every single gradient between minus and plus this number."),
        above=0.0,
        optional=True,
    ),
    Option(
        "global_clipnorm",
        "float",
        None,
        N_("Shorten the gradient of all parameters together to this length at most."),
        above=0.0,
        optional=True,
    ),
)

CLIPPING_OPTIONS = tuple(option.name for option in _CLIPPING)
"""Names of the options that every optimizer has for clipping; at most one of them may be set."""


def _learning_rate(default: float) -> Option:
    doc = N_(
        "How far to go down the slope in one update. Too small: learning takes ages. Too large: "
        "it jumps over the valley and the cost grows."
    )
    return Option("learning_rate", "float", default, doc, above=0.0)


def _memory(name: str, default: float, doc: str) -> Option:
    return Option(name, "float", default, doc, low=0.0, below=1.0)


_EPSILON = Option(
    "epsilon",
    "float",
    1e-7,
    N_("A small number that keeps the division from failing where gradients are almost 0."),
    above=0.0,
)
_MOMENTUM = Option(
    "momentum",
    "float",
    0.0,
    N_("Share of the last change that is kept up, like a ball that rolls on. 0 is none."),
    low=0.0,
    high=1.0,
)
_RHO = N_("Share of the running mean of squared gradients that is kept in each update.")
_BETA_1 = _memory(
    "beta_1", 0.9, N_("Share of the running mean of gradients that is kept in each update.")
)
_BETA_2 = _memory("beta_2", 0.999, _RHO)
_AMSGRAD = Option(
    "amsgrad",
    "bool",
    False,
    N_("Divide by the largest running mean so far, so that steps never grow again."),
)

_MEAN_GRADIENT = N_("Running mean of the gradients.")
_MEAN_SQUARE = N_("Running mean of the squared gradients.")
_ADAM_SLOTS = (
    Slot("momentum", 0.0, _MEAN_GRADIENT, mean_by="beta_1"),
    Slot("velocity", 0.0, _MEAN_SQUARE, mean_by="beta_2"),
    Slot(
        "velocity_hat",
        0.0,
        N_("Largest running mean of the squared gradients so far."),
        shown_with="amsgrad",
    ),
)

_ALL = (
    Optimizer(
        "sgd",
        N_("SGD"),
        N_(
            "Plain gradient descent: every parameter goes down its own slope by learning rate "
            "times gradient. With momentum it rolls on through flat stretches."
        ),
        (
            _learning_rate(0.01),
            _MOMENTUM,
            Option(
                "nesterov",
                "bool",
                False,
                N_("Look ahead to where momentum will lead, which damps overshooting."),
            ),
            *_CLIPPING,
        ),
        change=update_rules.sgd,
        slots=(Slot("momentum", 0.0, N_("The change rolling on."), shown_with="momentum"),),
    ),
    Optimizer(
        "rmsprop",
        N_("RMSprop"),
        N_(
            "Divides each gradient by its usual size of late, so that parameters with small "
            "slopes move as readily as those with large ones."
        ),
        (
            _learning_rate(0.001),
            _memory("rho", 0.9, _RHO),
            _MOMENTUM,
            _EPSILON,
            Option(
                "centered",
                "bool",
                False,
                N_("Divide by how much the gradient varies around its mean, not by its size."),
            ),
            *_CLIPPING,
        ),
        change=update_rules.rmsprop,
        slots=(
            Slot("velocity", 0.0, _MEAN_SQUARE),
            Slot("momentum", 0.0, N_("The change rolling on."), shown_with="momentum"),
            Slot("average_gradient", 0.0, _MEAN_GRADIENT, shown_with="centered"),
        ),
    ),
    Optimizer(
        "adagrad",
        N_("Adagrad"),
        N_(
            "Divides each gradient by the root of all its squares so far. Steps only get shorter, "
            "fastest for the parameters that moved the most."
        ),
        (
            _learning_rate(0.001),
            Option(
                "initial_accumulator_value",
                "float",
                0.1,
                N_("What the sum of squares starts with; more makes the first steps shorter."),
                low=0.0,
            ),
            _EPSILON,
            *_CLIPPING,
        ),
        change=update_rules.adagrad,
        slots=(
            Slot(
                "accumulator",
                "initial_accumulator_value",
                N_("Sum of the squared gradients so far."),
            ),
        ),
    ),
    Optimizer(
        "adadelta",
        N_("Adadelta"),
        N_(
            "Finds the length of its steps from the lengths of past steps and gradients. It was "
            "made for a learning rate of 1; with Keras's 0.001 it is very slow."
        ),
        (_learning_rate(0.001), _memory("rho", 0.95, _RHO), _EPSILON, *_CLIPPING),
        change=update_rules.adadelta,
        slots=(
            Slot("accumulated_grad", 0.0, _MEAN_SQUARE),
            Slot("accumulated_delta_var", 0.0, N_("Running mean of the squared changes.")),
        ),
    ),
    Optimizer(
        "adam",
        N_("Adam"),
        N_(
            "Momentum and RMSprop in one: goes by the mean gradient of late, divided by the "
            "gradient's usual size. Steps are about the learning rate long, whatever the slope. A "
            "good first choice."
        ),
        (_learning_rate(0.001), _BETA_1, _BETA_2, _EPSILON, _AMSGRAD, *_CLIPPING),
        change=update_rules.adam,
        slots=_ADAM_SLOTS,
    ),
    Optimizer(
        "adamax",
        N_("Adamax"),
        N_(
            "Adam that divides by the largest gradient of late in place of the mean square: calmer "
            "when gradients come in bursts."
        ),
        (
            _learning_rate(0.001),
            _BETA_1,
            _memory("beta_2", 0.999, N_("How slowly the largest gradient is forgotten.")),
            _EPSILON,
            *_CLIPPING,
        ),
        change=update_rules.adamax,
        slots=(
            Slot("momentum", 0.0, _MEAN_GRADIENT, mean_by="beta_1"),
            Slot("norm", 0.0, N_("Largest gradient of late, slowly forgotten.")),
        ),
    ),
    Optimizer(
        "nadam",
        N_("Nadam"),
        N_("Adam that looks ahead to where its momentum will lead, as Nesterov's momentum does."),
        (_learning_rate(0.001), _BETA_1, _BETA_2, _EPSILON, *_CLIPPING),
        change=update_rules.nadam,
        slots=(
            Slot("momentum", 0.0, _MEAN_GRADIENT),
            Slot("velocity", 0.0, _MEAN_SQUARE, mean_by="beta_2"),
            Slot(
                "u_product",
                1.0,
                N_("Product of the momentum's weights so far, to correct for its start at 0."),
            ),
        ),
    ),
    Optimizer(
        "adamw",
        N_("AdamW"),
        N_(
            "Adam, and in each update every parameter also shrinks a little towards 0. That keeps "
            "weights small, so the network fits the noise less."
        ),
        (
            _learning_rate(0.001),
            Option(
                "weight_decay",
                "float",
                0.004,
                N_("Share by which parameters shrink in one update, times the learning rate."),
                low=0.0,
            ),
            _BETA_1,
            _BETA_2,
            _EPSILON,
            _AMSGRAD,
            *_CLIPPING,
        ),
        change=update_rules.adamw,
        slots=_ADAM_SLOTS,
    ),
)

OPTIMIZERS: dict[str, Optimizer] = {optimizer.name: optimizer for optimizer in _ALL}
