"""The catalog of activation functions, with Keras 3's names, options and defaults.

Their formulas are in ``activation_functions``.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.core import activation_functions as formulas
from app.core.entry import Array, Entry, Option
from app.language import N_


@dataclass(frozen=True)
class Shares:
    """The two formulas of an activation that gives each unit its share: a_i = p_i / sum_j p_j.

    power(z): p, of pre-activations from which the largest of the layer is taken off.
    slope(z, a): p' / sum_j p_j; dL/dz_i is slope_i (dL/da_i - sum_j dL/da_j a_j), which is the
    whole Jacobian, for any loss.
    """

    power: Callable[[Array], Array]
    slope: Callable[[Array, Array], Array]

    def function(self, z: Array) -> Array:
        """The shares of the units in the last axis, same shape as z."""
        powers = self.power(z - np.maximum.reduce(z, axis=-1, keepdims=True))
        return powers / np.add.reduce(powers, axis=-1, keepdims=True)

    def delta(self, upstream: Array, z: Array, a: Array) -> Array:
        """dL/dz from dL/da; all of one shape, (..., units)."""
        through_all = np.add.reduce(upstream * a, axis=-1, keepdims=True)
        return self.slope(z, a) * (upstream - through_all)


@dataclass(frozen=True, kw_only=True)
class Activation(Entry):
    """An activation function f with what backpropagation needs of it.

    function(z, **options): f(z), same shape as z; may be z itself.
    derivative(z, a, **options): f'(z) of each element, where each output depends on the
    pre-activation of its own unit only.
    delta(upstream, z, a, **options): dL/dz from dL/da, for the activations whose outputs depend on
    all units of the layer; ``derivative`` is None then. Shapes (..., units).
    shares: the formulas that the two above are made of then.
    bounds: the outputs' least and greatest value, None where there is none or an option decides.
    kinks: the z where f' may jump.
    bends: the z where f' is continuous and f'' jumps. Numeric differentiation misleads across both.
    explosive: grows faster than any power of z, so that even small parameters can overflow.
    """

    function: Callable[..., Array]
    derivative: Callable[..., Array] | None
    delta: Callable[..., Array] | None = None
    shares: Shares | None = None
    bounds: tuple[float | None, float | None] = (None, None)
    kinks: tuple[float, ...] = ()
    bends: tuple[float, ...] = ()
    explosive: bool = False


_SOFTMAX = Shares(formulas.softmax_power, formulas.softmax_slope)


_ALL = (
    Activation(
        "linear",
        N_("Linear"),
        N_(
            "Passes the sum on as it is. For outputs that may be any number. Hidden layers of "
            "linear units add nothing: a chain of straight lines is a straight line."
        ),
        function=formulas.linear,
        derivative=formulas.linear_derivative,
    ),
    Activation(
        "sigmoid",
        N_("Sigmoid"),
        N_(
            "Squeezes any number smoothly into 0 to 1, so it reads as a probability. Its slope is "
            "0.25 at most and almost 0 at both ends: through several layers the gradient vanishes."
        ),
        function=formulas.sigmoid,
        derivative=formulas.sigmoid_derivative,
        bounds=(0.0, 1.0),
    ),
    Activation(
        "tanh",
        N_("Tanh"),
        N_(
            "An S-curve from -1 to 1 through the origin. Four times as steep as the sigmoid in the "
            "middle, so small networks learn faster with it; flat at both ends all the same."
        ),
        function=formulas.tanh,
        derivative=formulas.tanh_derivative,
        bounds=(-1.0, 1.0),
    ),
    Activation(
        "relu",
        N_("ReLU"),
        N_(
            "Keeps positive numbers and turns negative ones into 0. Its slope of 1 lets gradients "
            "through deep networks, but a unit that is negative for every example is dead: slope "
            "0, it never learns again."
        ),
        function=formulas.relu,
        derivative=formulas.relu_derivative,
        bounds=(0.0, None),
        kinks=(0.0,),
    ),
    Activation(
        "leaky_relu",
        N_("Leaky ReLU"),
        N_(
            "Like ReLU, but negative numbers leak through with a small slope, so that no unit can "
            "die."
        ),
        (
            Option(
                "negative_slope",
                "float",
                0.2,
                N_("Slope for negative sums; 0 makes it ReLU, 1 makes it linear."),
                low=0.0,
                high=1.0,
            ),
        ),
        function=formulas.leaky_relu,
        derivative=formulas.leaky_relu_derivative,
        kinks=(0.0,),
    ),
    Activation(
        "elu",
        N_("ELU"),
        N_(
            "Like ReLU for positive numbers; negative ones bend smoothly down to a floor of "
            "-alpha, which keeps the mean of a layer's outputs near 0."
        ),
        (
            Option(
                "alpha",
                "float",
                1.0,
                N_("How deep the floor for negative sums lies."),
                low=0.0,
            ),
        ),
        function=formulas.elu,
        derivative=formulas.elu_derivative,
        kinks=(0.0,),
    ),
    Activation(
        "selu",
        N_("SELU"),
        N_(
            "ELU with two numbers chosen so that outputs keep mean 0 and variance 1 from layer to "
            "layer. Made for kernels started with lecun_normal."
        ),
        function=formulas.selu,
        derivative=formulas.selu_derivative,
        bounds=(-formulas.SELU_SCALE * formulas.SELU_ALPHA, None),
        kinks=(0.0,),
    ),
    Activation(
        "gelu",
        N_("GELU"),
        N_(
            "A ReLU with a soft bend: each number is weighted by the probability that a normally "
            "distributed one is smaller. Common in transformers."
        ),
        (
            Option(
                "approximate",
                "bool",
                False,
                N_("Use a shorter formula with tanh that differs by less than 0.0005."),
            ),
        ),
        function=formulas.gelu,
        derivative=formulas.gelu_derivative,
        bounds=(-0.1701, None),
    ),
    Activation(
        "softplus",
        N_("Softplus"),
        N_(
            "A ReLU with its corner rounded, always above 0. Its slope is the sigmoid. For outputs "
            "that must be positive."
        ),
        function=formulas.softplus,
        derivative=formulas.softplus_derivative,
        bounds=(0.0, None),
    ),
    Activation(
        "softsign",
        N_("Softsign"),
        N_(
            "An S-curve from -1 to 1 like tanh that flattens far more slowly, so that units far "
            "out still learn a little."
        ),
        function=formulas.softsign,
        derivative=formulas.softsign_derivative,
        bounds=(-1.0, 1.0),
        bends=(0.0,),
    ),
    Activation(
        "silu",
        N_("SiLU (Swish)"),
        N_(
            "The number times its own sigmoid: like ReLU far from 0, with a smooth dip below 0 in "
            "between."
        ),
        function=formulas.silu,
        derivative=formulas.silu_derivative,
        bounds=(-0.2785, None),
    ),
    Activation(
        "hard_sigmoid",
        N_("Hard sigmoid"),
        N_(
            "The sigmoid drawn with three straight lines, cheap to compute. Beyond -3 and 3 its "
            "slope is exactly 0: nothing is learned there."
        ),
        function=formulas.hard_sigmoid,
        derivative=formulas.hard_sigmoid_derivative,
        bounds=(0.0, 1.0),
        kinks=(-3.0, 3.0),
    ),
    Activation(
        "exponential",
        N_("Exponential"),
        N_(
            "e to the power of the number. Its slope equals its value, so large sums explode "
            "quickly: keep the learning rate small."
        ),
        function=formulas.exponential,
        derivative=formulas.exponential_derivative,
        bounds=(0.0, None),
        explosive=True,
    ),
    Activation(
        "softmax",
        N_("Softmax"),
        N_(
            "Turns a layer's numbers into probabilities that add up to 1: one class against the "
            "others. Raising one unit lowers all others, so each output depends on every sum of "
            "the layer."
        ),
        function=_SOFTMAX.function,
        derivative=None,
        delta=_SOFTMAX.delta,
        shares=_SOFTMAX,
        bounds=(0.0, 1.0),
    ),
)

ACTIVATIONS: dict[str, Activation] = {activation.name: activation for activation in _ALL}
