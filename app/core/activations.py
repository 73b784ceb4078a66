"""Activation functions and their derivatives, with Keras 3's names, options and defaults.

Each formula is written with NumPy's element-by-element functions alone: no masks and no branches
on values, comparisons serve as factors. So one text serves arrays of any shape, plain floats and a
compiler. None of them overflows on the way: whatever can be represented comes out right, from a
pre-activation of -1e3 to one of 1e3 and well beyond. Only ``exponential`` has values too large for
a double, above 709.

A derivative is given z and a = f(z), and uses whichever makes it shorter. Where f has a kink it is
the derivative that Keras uses at that point.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.core.entry import Array, Entry, Flags, Option
from app.core.error_function import erf
from app.language import N_

_SELU_ALPHA = 1.6732632423543772
_SELU_SCALE = 1.0507009873554805
# Klambauer et al., "Self-Normalizing Neural Networks" (2017): the two numbers for which outputs of
# mean 0 and variance 1 keep that mean and variance.

_GELU_CUBIC = 0.044715
_SQRT_2_OVER_PI = 0.7978845608028654
_SQRT_HALF = 0.7071067811865476
_ONE_OVER_SQRT_2_PI = 0.3989422804014327


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


def linear(z: Array) -> Array:
    """f(z) = z."""
    return z


def linear_derivative(z: Array, a: Array) -> Array:
    """f'(z) = 1."""
    return 1.0 + 0.0 * z


def sigmoid(z: Array) -> Array:
    """f(z) = 1 / (1 + exp(-z)), which is as good as 0 long before exp(700) nears overflow."""
    return 1.0 / (1.0 + np.exp(np.minimum(-z, 700.0)))


def sigmoid_derivative(z: Array, a: Array) -> Array:
    """f'(z) = a (1 - a)."""
    return a * (1.0 - a)


def tanh(z: Array) -> Array:
    """f(z) = tanh(z)."""
    return np.tanh(z)


def tanh_derivative(z: Array, a: Array) -> Array:
    """f'(z) = 1 - a^2."""
    return 1.0 - a * a


def relu(z: Array) -> Array:
    """f(z) = max(z, 0)."""
    return np.maximum(z, 0.0)


def relu_derivative(z: Array, a: Array) -> Array:
    """f'(z) = 1 for z > 0, else 0: the sign of a, which is never negative."""
    return np.sign(a)


def leaky_relu(z: Array, negative_slope: float) -> Array:
    """f(z) = z for z > 0, negative_slope z else: the larger of the two, as the slope is <= 1."""
    return np.maximum(z, negative_slope * z)


def leaky_relu_derivative(z: Array, a: Array, negative_slope: float) -> Array:
    """f'(z) = 1 for z > 0, negative_slope else."""
    return np.maximum(z > 0.0, negative_slope)


def elu(z: Array, alpha: float) -> Array:
    """f(z) = z for z > 0, alpha (exp(z) - 1) else."""
    return np.maximum(z, 0.0) + alpha * np.expm1(np.minimum(z, 0.0))


def elu_derivative(z: Array, a: Array, alpha: float) -> Array:
    """f'(z) = 1 for z > 0, alpha exp(z) = a + alpha else."""
    return (z > 0.0) + (z <= 0.0) * (a + alpha)


def selu(z: Array) -> Array:
    """f(z) = scale elu(z, alpha), with the two numbers of self-normalising networks."""
    return _SELU_SCALE * elu(z, _SELU_ALPHA)


def selu_derivative(z: Array, a: Array) -> Array:
    """f'(z) = scale for z > 0, scale alpha exp(z) = a + scale alpha else."""
    return _SELU_SCALE * (z > 0.0) + (z <= 0.0) * (a + _SELU_SCALE * _SELU_ALPHA)


def gelu(z: Array, approximate: bool) -> Array:
    """f(z) = z Phi(z), Phi the distribution function of the standard normal distribution.

    approximate: by Phi(z) = (1 + tanh(sqrt(2/pi) (z + 0.044715 z^3))) / 2.
    Source: Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016).
    """
    if approximate:
        twice_phi: Array = 1.0 + np.tanh(_SQRT_2_OVER_PI * z * (1.0 + _GELU_CUBIC * z * z))
    else:
        twice_phi = 1.0 + erf(_SQRT_HALF * z)
    return 0.5 * z * twice_phi


def gelu_derivative(z: Array, a: Array, approximate: bool) -> Array:
    """f'(z) = Phi(z) + z Phi'(z), where Phi(z) = a / z saves computing it again."""
    zero: Flags = z == 0.0
    phi = (a + 0.5 * zero) / (z + zero)
    if approximate:
        inner_slope = _SQRT_2_OVER_PI * (1.0 + 3.0 * _GELU_CUBIC * z * z)
        return phi + 2.0 * z * phi * (1.0 - phi) * inner_slope
    return phi + _ONE_OVER_SQRT_2_PI * z * np.exp(-0.5 * z * z)


def softplus(z: Array) -> Array:
    """f(z) = log(1 + exp(z))."""
    return np.logaddexp(z, 0.0)


def softplus_derivative(z: Array, a: Array) -> Array:
    """f'(z) = sigmoid(z) = 1 - exp(-a)."""
    return -np.expm1(-a)


def softsign(z: Array) -> Array:
    """f(z) = z / (1 + |z|)."""
    return z / (1.0 + np.abs(z))


def softsign_derivative(z: Array, a: Array) -> Array:
    """f'(z) = 1 / (1 + |z|)^2 = (1 - |a|)^2."""
    return np.square(1.0 - np.abs(a))


def silu(z: Array) -> Array:
    """f(z) = z sigmoid(z)."""
    return z / (1.0 + np.exp(np.minimum(-z, 700.0)))


def silu_derivative(z: Array, a: Array) -> Array:
    """f'(z) = s + a (1 - s), with s = sigmoid(z)."""
    s = sigmoid(z)
    return s + a * (1.0 - s)


def hard_sigmoid(z: Array) -> Array:
    """f(z) = z / 6 + 1/2, held between 0 and 1."""
    return np.minimum(np.maximum(z + 3.0, 0.0), 6.0) / 6.0


def hard_sigmoid_derivative(z: Array, a: Array) -> Array:
    """f'(z) = 1/6 for -3 < z < 3, else 0."""
    return (np.abs(z) < 3.0) / 6.0


def exponential(z: Array) -> Array:
    """f(z) = exp(z)."""
    return np.exp(z)


def exponential_derivative(z: Array, a: Array) -> Array:
    """f'(z) = a."""
    return a


def softmax_power(z: Array) -> Array:
    """p = exp(z)."""
    return np.exp(z)


def softmax_slope(z: Array, a: Array) -> Array:
    """p' / sum_j p_j = a."""
    return a


_SOFTMAX = Shares(softmax_power, softmax_slope)


_ALL = (
    Activation(
        "linear",
        N_("Linear"),
        N_(
            "Passes the sum on as it is. For outputs that may be any number. Hidden layers of "
            "linear units add nothing: a chain of straight lines is a straight line."
        ),
        function=linear,
        derivative=linear_derivative,
    ),
    Activation(
        "sigmoid",
        N_("Sigmoid"),
        N_(
            "Squeezes any number smoothly into 0 to 1, so it reads as a probability. Its slope is "
            "0.25 at most and almost 0 at both ends: through several layers the gradient vanishes."
        ),
        function=sigmoid,
        derivative=sigmoid_derivative,
        bounds=(0.0, 1.0),
    ),
    Activation(
        "tanh",
        N_("Tanh"),
        N_(
            "An S-curve from -1 to 1 through the origin. Four times as steep as the sigmoid in the "
            "middle, so small networks learn faster with it; flat at both ends all the same."
        ),
        function=tanh,
        derivative=tanh_derivative,
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
        function=relu,
        derivative=relu_derivative,
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
        function=leaky_relu,
        derivative=leaky_relu_derivative,
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
        function=elu,
        derivative=elu_derivative,
        kinks=(0.0,),
    ),
    Activation(
        "selu",
        N_("SELU"),
        N_(
            "ELU with two numbers chosen so that outputs keep mean 0 and variance 1 from layer to "
            "layer. Made for kernels started with lecun_normal."
        ),
        function=selu,
        derivative=selu_derivative,
        bounds=(-_SELU_SCALE * _SELU_ALPHA, None),
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
        function=gelu,
        derivative=gelu_derivative,
        bounds=(-0.1701, None),
    ),
    Activation(
        "softplus",
        N_("Softplus"),
        N_(
            "A ReLU with its corner rounded, always above 0. Its slope is the sigmoid. For outputs "
            "that must be positive."
        ),
        function=softplus,
        derivative=softplus_derivative,
        bounds=(0.0, None),
    ),
    Activation(
        "softsign",
        N_("Softsign"),
        N_(
            "An S-curve from -1 to 1 like tanh that flattens far more slowly, so that units far "
            "out still learn a little."
        ),
        function=softsign,
        derivative=softsign_derivative,
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
        function=silu,
        derivative=silu_derivative,
        bounds=(-0.2785, None),
    ),
    Activation(
        "hard_sigmoid",
        N_("Hard sigmoid"),
        N_(
            "The sigmoid drawn with three straight lines, cheap to compute. Beyond -3 and 3 its "
            "slope is exactly 0: nothing is learned there."
        ),
        function=hard_sigmoid,
        derivative=hard_sigmoid_derivative,
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
        function=exponential,
        derivative=exponential_derivative,
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
